# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Answers the AWS command line as IAM and Lambda would: aws.py FUNCTION_URL.

Prints its port, then a line of JSON for each call: {"name": ..., "body": {...}}.
"""
import http.server
import json
import sys
import urllib.parse

function_url = sys.argv[1]
ROLE = "arn:aws:iam::123456789012:role/"


def flat(value, path=""):
    if isinstance(value, dict):
        return {key: item for name, inner in value.items() for key, item in flat(inner, f"{path}.{name}".strip(".")).items()}
    return {path: json.dumps(value) if not isinstance(value, str) else value}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/":
            fields = dict(urllib.parse.parse_qsl(body.decode()))
            name = fields.pop("Action")
            self.note(name, fields)
            self.answer("text/xml", self.iam(name, fields))
        else:
            fields = flat(json.loads(body)) if body else {}
            self.note(f"{self.command} {self.path.rstrip('/')}", fields)
            url = {"FunctionUrl": function_url, "AuthType": "NONE", "FunctionArn": "", "CreationTime": ""}
            # Both forms of GetFunction and GetFunctionConfiguration.
            state = {"State": "Active", "LastUpdateStatus": "Successful"}
            self.answer("application/json", json.dumps({**url, **state, "Configuration": state, "Statement": "{}"}))

    do_GET = do_POST = do_PUT = reply

    def note(self, name, fields):
        fields.pop("Version", None)
        print(json.dumps({"name": name, "body": fields}), flush=True)

    def iam(self, name, fields):
        role = fields.get("RoleName", "")
        shown = (
            f"<Role><RoleName>{role}</RoleName><Arn>{ROLE}{role}</Arn><Path>/</Path><RoleId>AROA</RoleId>"
            "<CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>"
        )
        return (
            f'<{name}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><{name}Result>{shown}</{name}Result>'
            f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{name}Response>"
        )

    def answer(self, content_type, text):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
