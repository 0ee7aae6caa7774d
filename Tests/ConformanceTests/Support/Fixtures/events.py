"""Reads events, one JSON object a line with a "source" and an "event", by the models of AWS's Powertools, and prints for
each what they read: method, path, the first value of the query item "name", and the body."""

import json
import sys

from aws_lambda_powertools.utilities.data_classes import (
    ALBEvent,
    APIGatewayProxyEvent,
    APIGatewayProxyEventV2,
    LambdaFunctionUrlEvent,
    VPCLatticeEvent,
    VPCLatticeEventV2,
)
from aws_lambda_powertools.utilities.parser.models import (
    AlbModel,
    APIGatewayProxyEventModel,
    APIGatewayProxyEventV2Model,
    LambdaFunctionUrlModel,
    VpcLatticeModel,
)

KINDS = {
    "Function URL": (LambdaFunctionUrlModel, LambdaFunctionUrlEvent),
    "HTTP API": (APIGatewayProxyEventV2Model, APIGatewayProxyEventV2),
    "HTTP API, payload format 1.0": (APIGatewayProxyEventModel, APIGatewayProxyEvent),
    "REST API": (APIGatewayProxyEventModel, APIGatewayProxyEvent),
    "Application Load Balancer": (AlbModel, ALBEvent),
    # The model demands single values beside the lists.
    "Application Load Balancer, multi-value headers": (None, ALBEvent),
    # The model wants single header values; VPC Lattice's documentation has lists, as the other reader here knows.
    "VPC Lattice": (None, VPCLatticeEventV2),
    "VPC Lattice, event version 1": (VpcLatticeModel, VPCLatticeEvent),
}

for line in sys.stdin:
    given = json.loads(line)
    model, view = KINDS[given["source"]]
    if model is not None:
        model.model_validate(given["event"])
    event = view(given["event"])
    values = event.resolved_query_string_parameters.get("name")
    value = values[0] if isinstance(values, list) else values
    print("|".join([event.http_method, event.path, str(value), str(event.decoded_body)]), flush=True)
