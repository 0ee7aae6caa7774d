# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Python's http.client, driven line by line: each line of standard input is a script for the function in runtime.py.

    http_client.py HOST PORT

All requests go over one connection for as long as it lasts. A reply is printed as lines of JSON: its head, each piece
as soon as it is read, and its end. Bytes are printed as characters U+0000 to U+00FF.
"""
import http.client
import json
import sys

connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=60)


def say(**fields):
    print(json.dumps(fields), flush=True)


for line in sys.stdin:
    is_new = connection.sock is None
    connection.request("GET", "/", headers={"x-script": line.rstrip("\n")})
    reply = connection.getresponse()
    say(status=reply.status, isNewConnection=is_new)
    try:
        while piece := reply.read1(65536):
            say(piece=piece.decode("latin-1"))
        # `read1` leaves a response with a length open when it has all of it.
        reply.read()
        say(end="whole")
    except http.client.IncompleteRead:
        say(end="IncompleteRead")
        connection.close()
