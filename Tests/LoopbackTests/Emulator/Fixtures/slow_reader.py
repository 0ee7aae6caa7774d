# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Asks for a stream and does not read it until a line comes on standard input; then reads it to its end.

    slow_reader.py PORT METHOD TARGET BODY

Prints what it has read as one line of JSON. HTTP is the standard library's.
"""
import http.client
import json
import sys
import zlib

port, method, target, body = sys.argv[1:]
connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
connection.request(method, target, body=body or None)
print("asked", flush=True)
sys.stdin.readline()

reply = connection.getresponse()
count = checksum = 0
is_whole = True
try:
    while piece := reply.read1(1 << 20):
        count += len(piece)
        checksum = zlib.crc32(piece, checksum)
except http.client.IncompleteRead:
    is_whole = False
print(
    json.dumps(
        {
            "status": reply.status,
            "bytes": count,
            "checksum": "%08x" % checksum,
            "announcedChecksum": reply.headers.get("x-checksum-crc32"),
            "isWhole": is_whole,
        }
    ),
    flush=True,
)
