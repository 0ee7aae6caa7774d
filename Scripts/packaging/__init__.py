# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""From a package to a zip that Lambda takes. Python's standard library only."""


class Refusal(Exception):
    """A rule of Lambda that the function breaks, and what to do; told to the user without a stack."""
