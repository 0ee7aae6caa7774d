# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Holds documents of the embedded metric format, a line each, against its rules; prints "ok" or what is wrong for each.

The rules are those of the CloudWatch User Guide, "Specification: Embedded metric format". What a JSON schema says is
checked by jsonschema, and what one cannot say (references between members) by hand.
"""

import json
import sys

import jsonschema

TEXT = {"type": "string", "minLength": 1, "maxLength": 255}
RATES = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Count"]
UNITS = ["Seconds", "Microseconds", "Milliseconds", "Percent", "None"] + RATES + [rate + "/Second" for rate in RATES]

DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        "Namespace": TEXT,
        "Dimensions": {"type": "array", "minItems": 1, "items": {"type": "array", "maxItems": 30, "uniqueItems": True, "items": TEXT}},
        "Metrics": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["Name"],
                "additionalProperties": False,
                "properties": {"Name": TEXT, "Unit": {"enum": UNITS}, "StorageResolution": {"enum": [1, 60]}},
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {"Timestamp": {"type": "integer"}, "CloudWatchMetrics": {"type": "array", "items": DIRECTIVE}},
        }
    },
}


def unique(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), "a name stands twice"
    return dict(pairs)


def check(line):
    document = json.loads(line, object_pairs_hook=unique, parse_constant=lambda name: 1 / 0)
    jsonschema.validate(document, SCHEMA)
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for name in sum(directive["Dimensions"], []):
            assert isinstance(document[name], str) and 1 <= len(document[name]) <= 1024, name
        for metric in directive["Metrics"]:
            values = document[metric["Name"]]
            values = values if isinstance(values, list) else [values]
            assert 1 <= len(values) <= 100, metric
            assert all(type(value) in (int, float) and abs(value) <= 2**360 for value in values), metric
    assert len(line) <= 256 * 1024, "too large for an event of the log"


for line in sys.stdin.buffer:
    try:
        check(line)
        print("ok")
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[:1])
