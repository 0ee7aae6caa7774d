// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// Without the trait Hummingbird this module is Sluice and nothing else.
@_exported public import Sluice
