#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Decodes event-stream messages with botocore, from pieces of 64 KiB, and prints `botocore` with the GB/s of payload.

    botocore-decode.py MESSAGES PAYLOAD_BYTES

What `measured-codec` does, by the decoder that boto3 and the AWS CLI use."""
import struct
import sys
import time
import zlib

from botocore.eventstream import EventStreamBuffer

PAYLOAD = b"x" * int(sys.argv[2])
HEADERS = [
    (b":message-type", b"event"),
    (b":event-type", b"PayloadChunk"),
    (b":content-type", b"application/octet-stream"),
]


def message():
    headers = b"".join(
        bytes([len(name)]) + name + b"\x07" + struct.pack(">H", len(value)) + value for name, value in HEADERS
    )
    start = struct.pack(">II", 12 + len(headers) + len(PAYLOAD) + 4, len(headers))
    start += struct.pack(">I", zlib.crc32(start))
    whole = start + headers + PAYLOAD
    return whole + struct.pack(">I", zlib.crc32(whole))


def main():
    count = int(sys.argv[1])
    stream = message() * count
    decoded = 0
    before = time.perf_counter()
    buffer = EventStreamBuffer()
    for start in range(0, len(stream), 65536):
        buffer.add_data(stream[start : start + 65536])
        for event in buffer:
            decoded += len(event.payload)
    seconds = time.perf_counter() - before
    if decoded != count * len(PAYLOAD):
        sys.exit(f"{decoded} bytes were decoded")
    print("botocore", decoded / 1e9 / seconds)


main()
