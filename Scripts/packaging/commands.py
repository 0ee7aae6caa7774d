# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""The lines for the AWS command line, first for a function that is new, then for one that is there."""
import json
import shlex

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def create(name, archive, architecture, variables):
    """Role, function, URL that streams, and the two permissions of a public URL (Lambda Developer Guide, "Control access
    to Lambda function URLs")."""
    environment = ""
    if variables:
        environment = " \\\n    --environment " + shlex.quote(json.dumps({"Variables": variables}, separators=(",", ":")))
    role = f"{name}-role"
    return f"""\
aws iam create-role --role-name {role} \\
    --assume-role-policy-document {shlex.quote(json.dumps(TRUST, separators=(",", ":")))}
aws iam attach-role-policy --role-name {role} \\
    --policy-arn {LOGS}
# A new role takes about ten seconds until Lambda may assume it; when this is refused for that, do it again.
aws lambda create-function --function-name {name} --runtime provided.al2023 --handler bootstrap \\
    --architectures {architecture} --timeout 60 --memory-size 256 --zip-file {shlex.quote("fileb://" + archive)} \\
    --role "$(aws iam get-role --role-name {role} --query Role.Arn --output text)"{environment}
aws lambda wait function-active-v2 --function-name {name}
aws lambda create-function-url-config --function-name {name} --auth-type NONE --invoke-mode RESPONSE_STREAM
# Anybody may call it: both are needed for a public URL.
aws lambda add-permission --function-name {name} --statement-id url --action lambda:InvokeFunctionUrl \\
    --principal '*' --function-url-auth-type NONE
aws lambda add-permission --function-name {name} --statement-id url-invoke --action lambda:InvokeFunction \\
    --principal '*' --invoked-via-function-url
sluice invoke "$(aws lambda get-function-url-config --function-name {name} --query FunctionUrl --output text)" --timeline
"""


def update(name, archive, architecture):
    """New code for a function that is there."""
    return f"""\
aws lambda update-function-code --function-name {name} --architectures {architecture} \\
    --zip-file {shlex.quote("fileb://" + archive)}
"""
