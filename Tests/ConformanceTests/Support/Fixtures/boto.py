# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Calls a Lambda endpoint with boto3: each line of standard input is a call, its outcome is printed as lines of JSON.

A stream's events are printed one by one, as they come out of boto3. Bytes are printed as characters U+0000 to U+00FF.
"""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError

own_fields = {}

client = boto3.client(
    "lambda",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(retries={"total_max_attempts": 1}, connect_timeout=60, read_timeout=60),
)

# Fields that the API's model does not know, or values that it does not allow.
client.meta.events.register("before-send.lambda", lambda request, **_: request.headers.update(own_fields))


def say(**fields):
    print(json.dumps(fields, default=str), flush=True)


def payload(command):
    text = command["payload"]
    length = command.get("padTo")
    if length:
        # `{"script": …}` becomes `{"script": …,"pad":"xxx"}` of exactly that many bytes.
        text = text[:-1] + ',"pad":"' + "x" * (length - len(text) - len(',"pad":""')) + '"}'
        assert len(text) == length
    return text.encode()


def call(command):
    own_fields.clear()
    own_fields.update(command.get("fields") or {})
    arguments = dict(command.get("arguments", {}), FunctionName=command["function"], Payload=payload(command))
    if command["call"] == "invoke":
        reply = client.invoke(**arguments)
        body = reply["Payload"].read().decode("latin-1")
    else:
        reply = client.invoke_with_response_stream(**arguments)
        body = None
    say(
        status=reply["StatusCode"],
        headers=reply["ResponseMetadata"]["HTTPHeaders"],
        requestID=reply["ResponseMetadata"]["RequestId"],
        executedVersion=reply.get("ExecutedVersion"),
        functionError=reply.get("FunctionError"),
        contentType=reply.get("ResponseStreamContentType"),
        logResult=reply.get("LogResult"),
        payload=body,
    )
    if "EventStream" in reply:
        for event in reply["EventStream"]:
            if "PayloadChunk" in event:
                say(chunk=event["PayloadChunk"]["Payload"].decode("latin-1"))
            else:
                say(complete=event["InvokeComplete"])
        say(ended=True)


for line in sys.stdin:
    try:
        call(json.loads(line))
    except EventStreamError as error:
        say(failed=repr(error))
    except ClientError as error:
        say(
            error=type(error).__name__,
            status=error.response["ResponseMetadata"]["HTTPStatusCode"],
            headers=error.response["ResponseMetadata"]["HTTPHeaders"],
            code=error.response["Error"]["Code"],
            message=error.response["Error"]["Message"],
            reason=error.response.get("Reason"),
            type=error.response.get("Type"),
            retryAfterSeconds=error.response.get("retryAfterSeconds"),
            isModelled=type(error) is getattr(client.exceptions, error.response["Error"]["Code"], None),
        )
    except BotoCoreError as error:
        say(failed=repr(error))
