# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Handlers as users write them; awslambdaric, which AWS's own images for Python have, runs them."""
import logging
import os
import sys

if os.environ.get("BREAK"):
    import there_is_no_such_module  # noqa: F401


restores = 0

if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    from snapshot_restore_py import register_after_restore

    @register_after_restore
    def restored():
        global restores
        restores += 1
        if os.environ.get("BREAK_RESTORE"):
            raise RuntimeError("the restore is broken")


def handler(event, context):
    do = event.get("do")
    if do == "log":
        print("printed")
        logging.getLogger().warning("warned\nof two lines")
        return "logged"
    if do == "restores":
        return restores
    if do == "raise":
        raise ValueError("no such thing")
    if do == "large":
        return "x" * event["bytes"]
    if do == "exit":
        sys.exit(3)
    if do == "zone":
        from aws_lambda_powertools.utilities.metadata import get_lambda_metadata
        return get_lambda_metadata().availability_zone_id
    if do == "context":
        return {
            "id": context.aws_request_id,
            "arn": context.invoked_function_arn,
            "name": context.function_name,
            "hasTime": 0 < context.get_remaining_time_in_millis() <= 600_000,
            "client": context.client_context and context.client_context.custom,
        }
    return {"got": event}
