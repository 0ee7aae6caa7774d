# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""The runtime clients of other languages, as they were seen on the wire: what each sends, and what each dies of.

The first argument names one: go (aws-lambda-go), node (the Node.js runtime interface client), rust (lambda_runtime) or
swift (swift-aws-lambda-runtime). Each does what the path of the event says, by its method of that name, and for /connections
answers with how many connections it has made.
"""
import base64
import json
import os
import signal
import socket
import sys
import time

HOST, PORT = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
ROOT = "/2018-06-01/runtime/invocation"
HTTP_INTEGRATION = "application/vnd.awslambda.http-integration-response"
NULS = b"\0" * 8
JSON_RESULT = b'{"hello": "world"}'
MODE = "Lambda-Runtime-Function-Response-Mode"
ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
ERROR_BODY = "Lambda-Runtime-Function-Error-Body"


def die(reason):
    print("the client dies:", reason, flush=True)
    os._exit(1)


class Connection:
    made = 0

    def __init__(self, has_no_delay=True):
        Connection.made += 1
        self.socket = socket.create_connection((HOST, int(PORT)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, int(has_no_delay))
        self.reader = self.socket.makefile("rb")

    def send(self, method, path, fields, body=b""):
        lines = [f"{method} {ROOT}/{path} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields]
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode() + b"\r\n" + body)

    def chunk(self, piece):
        self.socket.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))

    def end(self, trailers=()):
        self.socket.sendall(("0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in trailers) + "\r\n").encode())

    def reply(self):
        """Status, fields with names in lower case, and the body, whichever way it is framed."""
        line = self.reader.readline()
        if not line:
            die("the connection was closed")
        fields = {}
        while (field := self.reader.readline()) not in (b"\r\n", b""):
            name, value = field.decode().split(":", 1)
            fields[name.strip().lower()] = value.strip()
        if fields.get("transfer-encoding") != "chunked":
            return int(line.split()[1]), fields, self.reader.read(int(fields.get("content-length", "0")))
        body = b""
        while (size := int(self.reader.readline(), 16)) > 0:
            body += self.reader.read(size)
            self.reader.readline()
        self.reader.readline()
        return int(line.split()[1]), fields, body


class Client:
    prelude = {"statusCode": 201, "headers": {"content-type": "text/plain"}, "cookies": ["a=b"]}

    def prelude_bytes(self):
        return json.dumps(self.prelude, separators=(",", ":")).encode()

    def run(self):
        while True:
            fields, event = self.next()
            self.id = fields["lambda-runtime-aws-request-id"]
            self.fields = fields
            left = int(fields["lambda-runtime-deadline-ms"]) / 1000 - time.time()
            if not 0 < left <= 60:
                die(f"the deadline is in {left} s")
            path = json.loads(event)["rawPath"].strip("/")
            if path == "connections":
                self.respond(b'{"connections":%d}' % Connection.made)
            else:
                getattr(self, path)()

    def buffered(self):
        self.respond(JSON_RESULT)

    def large(self):
        """One byte more than a buffered result may have."""
        self.respond(b'"%s"' % (b"x" * 6_291_555))


class Go(Client):
    """Every POST is chunked and declares trailers; no response-mode header; any status but 202 ends the process."""

    def __init__(self):
        self.connection = Connection()

    def next(self):
        self.connection.send("GET", "next", [("Host", f"{HOST}:{PORT}"), ("User-Agent", "aws-lambda-go/1.54.0"), ("Accept-Encoding", "gzip")])
        status, fields, body = self.connection.reply()
        if status != 200:
            die(f"failed to GET next: {status}")
        int(fields["lambda-runtime-deadline-ms"])
        return fields, body

    def post(self, resource, content_type, pieces, fields=(), trailers=()):
        head = [("Host", f"{HOST}:{PORT}"), ("User-Agent", "aws-lambda-go/1.54.0"), ("Transfer-Encoding", "chunked")]
        head += [("Trailer", f"{ERROR_BODY},{ERROR_TYPE}"), ("Content-Type", content_type), *fields]
        self.connection.send("POST", f"{self.id}/{resource}", head + [("Accept-Encoding", "gzip")])
        for piece in pieces:
            self.connection.chunk(piece)
        self.connection.end(trailers)
        status, _, _ = self.connection.reply()
        if status != 202:
            die(f"got unexpected status code: {status}")

    report = b'{"errorMessage":"boom","errorType":"errorString"}'

    def respond(self, result):
        self.post("response", "application/json", [result])

    def stream(self):
        self.post("response", HTTP_INTEGRATION, [self.prelude_bytes() + NULS, b"one", b"two"])

    def early(self):
        cause = '{"working_directory":"/var/task","exceptions":[{"type":"errorString","message":"boom","stack":[]}],"paths":[]}'
        self.post("error", "application/json", [self.report], [("Lambda-Runtime-Function-XRay-Error-Cause", cause)])

    def plain(self):
        self.post("response", "text/csv", [b"one", b"two"])

    def bodyless(self):
        self.post("response", HTTP_INTEGRATION, [self.prelude_bytes() + NULS])

    def panic(self):
        report = b'{"errorMessage":"boom","errorType":"string","stackTrace":[{"path":"main.go","line":9,"label":"handler"}]}'
        self.post("error", "application/json", [report])
        die("calling the handler function resulted in a panic, the process should exit")

    def late(self):
        trailers = [(ERROR_BODY, base64.b64encode(self.report).decode()), (ERROR_TYPE, "errorString")]
        self.post("response", HTTP_INTEGRATION, [self.prelude_bytes() + NULS, b"one"], trailers=trailers)


class Node(Client):
    """A native client for /next, which crashes without a content type, and a connection from JavaScript for streams."""

    def __init__(self):
        self.native = Connection()
        self.script = None

    def next(self):
        self.native.send("GET", "next", [("Host", f"{HOST}:{PORT}"), ("User-Agent", "aws-lambda-nodejs/v20.0.0-3.3.0"), ("Accept", "*/*")])
        status, fields, body = self.native.reply()
        if "content-type" not in fields:
            os.kill(os.getpid(), signal.SIGSEGV)
        if status != 200:
            die(f"next is {status}")
        return fields, body

    def respond(self, result):
        fields = [("Host", f"{HOST}:{PORT}"), ("content-type", "application/json"), ("content-length", len(result))]
        self.native.send("POST", f"{self.id}/response", fields, result)
        status, _, _ = self.native.reply()
        if not 200 <= status < 300:
            die(f"response is {status}")

    def open(self):
        """The connection is made before the handler runs; the head leaves with the first write."""
        if self.script is None:
            self.script = Connection()

    def begin(self, content_type):
        head = [(MODE, "streaming"), ("Trailer", ERROR_TYPE), ("Trailer", ERROR_BODY), ("Content-Type", content_type)]
        head += [("Host", f"{HOST}:{PORT}"), ("Connection", "keep-alive"), ("Transfer-Encoding", "chunked")]
        self.script.send("POST", f"{self.id}/response", head)

    def end(self, trailers=()):
        self.script.end(trailers)
        status, fields, _ = self.script.reply()
        if status != 202:
            print(f"Response stream is not finished: {status}", flush=True)
        if fields.get("connection", "").lower() == "close":
            self.script = None

    def trailers(self):
        report = b'{"errorType":"TypeError","errorMessage":"boom","trace":["TypeError: boom"]}'
        return [(ERROR_TYPE, "TypeError"), (ERROR_BODY, base64.b64encode(report).decode())]

    def bare(self, content_type, pieces=(), trailers=()):
        self.open()
        self.begin(content_type)
        for piece in pieces:
            self.script.chunk(piece)
        self.end(trailers)

    def stream(self):
        self.bare(HTTP_INTEGRATION, [self.prelude_bytes(), NULS, b"one", b"two"])

    def plain(self):
        self.bare("application/octet-stream", [b"one", b"two"])

    def bodyless(self):
        self.bare(HTTP_INTEGRATION, [self.prelude_bytes(), NULS])

    def ended(self):
        """`end()` without a write, of a plain stream."""
        self.bare("application/octet-stream")

    def from_end(self):
        """The same of an HTTP stream: its prelude would have left with the first write."""
        self.bare(HTTP_INTEGRATION)

    def from_throw(self):
        self.bare(HTTP_INTEGRATION, trailers=self.trailers())

    def large(self):
        self.bare("application/octet-stream", [b"x" * 6_291_557])

    def unended(self):
        """A handler that returns and leaves its stream open."""
        self.open()
        self.begin(HTTP_INTEGRATION)
        for piece in [self.prelude_bytes(), NULS, b"one"]:
            self.script.chunk(piece)
        signal.pause()

    def uncaught(self):
        """An exception that nobody caught: by the native client, and the process ends with 129."""
        report = b'{"errorType":"Error","errorMessage":"boom","trace":["Error: boom"]}'
        fields = [("Host", f"{HOST}:{PORT}"), ("content-type", "application/json"), ("content-length", len(report))]
        self.native.send("POST", f"{self.id}/error", fields, report)
        print("error is answered with", self.native.reply()[0], flush=True)
        os._exit(129)

    def uncaught_late(self):
        self.open()
        self.begin(HTTP_INTEGRATION)
        for piece in [self.prelude_bytes(), NULS, b"one"]:
            self.script.chunk(piece)
        # On another connection, which is read in any order: once this is answered, what was sent before has come.
        self.native.send("GET", "next", [("Host", f"{HOST}:{PORT}")])
        self.native.reply()
        self.uncaught()

    def early(self):
        self.bare("application/octet-stream", trailers=self.trailers())

    def late(self):
        self.bare(HTTP_INTEGRATION, [self.prelude_bytes(), NULS, b"one"], self.trailers())


class Rust(Client):
    """Names in lower case, Nagle's algorithm on, and an error in mid-stream as text of the body."""

    def __init__(self):
        self.connection = Connection(has_no_delay=False)

    def next(self):
        self.connection.send("GET", "next", [("user-agent", "aws-lambda-rust/1.5.0"), ("host", f"{HOST}:{PORT}")])
        status, fields, body = self.connection.reply()
        if status != 200:
            die(f"next is {status}")
        return fields, body

    def post(self, resource, fields, send):
        head = [("user-agent", "aws-lambda-rust/1.5.0"), ("host", f"{HOST}:{PORT}"), *fields]
        if self.fields.get("lambda-runtime-invocation-id"):
            head.append(("lambda-runtime-invocation-id", self.fields["lambda-runtime-invocation-id"]))
        send(f"{self.id}/{resource}", head)
        status, _, _ = self.connection.reply()
        if not 200 <= status < 300:
            print(f"Lambda Runtime API returned non-200 response: {status}", flush=True)

    def whole(self, body):
        return lambda path, head: self.connection.send("POST", path, head + [("content-length", len(body))], body)

    def respond(self, result):
        self.post("response", [], self.whole(result))

    def early(self):
        report = b'{"errorType":"&str","errorMessage":"boom"}'
        self.post("error", [(ERROR_TYPE.lower(), "unhandled")], self.whole(report))

    def pieces(self, pieces):
        def send(path, head):
            self.connection.send("POST", path, head)
            for piece in pieces:
                self.connection.chunk(piece)
            self.connection.end()

        fields = [("transfer-encoding", "chunked"), (MODE.lower(), "streaming"), ("trailer", ERROR_TYPE)]
        self.post("response", fields + [("trailer", ERROR_BODY), ("content-type", HTTP_INTEGRATION)], send)

    def stream(self):
        self.pieces([self.prelude_bytes(), NULS, b"one", b"two"])

    def late(self):
        self.pieces([self.prelude_bytes(), NULS, b"one", self.error_text(b"boom")])

    def long_late(self):
        """Small pieces for a while, and then an error of which one read does not hold all."""

        def tokens():
            yield from [self.prelude_bytes(), NULS]
            for _ in range(30):
                time.sleep(0.002)
                yield b"token "
            time.sleep(0.002)
            yield self.error_text(b"boom " * 2_000)

        self.pieces(tokens())

    def repeated(self):
        """A header that was appended twice becomes an array, which is no string."""
        prelude = b'{"statusCode":200,"headers":{"content-type":"text/plain","x-a":["1","2"]},"cookies":[]}'
        self.pieces([prelude, NULS, b"one"])

    def bodyless(self):
        self.pieces([self.prelude_bytes(), NULS])

    @staticmethod
    def error_text(message):
        return f"{ERROR_TYPE}: Runtime.StreamError\r\n{ERROR_BODY}: {base64.b64encode(message).decode()}\r\n".encode()


class Swift(Client):
    """One trailer line, prelude and NULs together, no cookies, a placeholder for base64; stops at `Connection: close`."""

    prelude = {"statusCode": 201, "headers": {"content-type": "text/plain"}}

    def __init__(self):
        self.connection = Connection()
        self.fields_of_all = [("host", f"{HOST}:{PORT}"), ("user-agent", "Swift-Lambda/2.9.0")]

    def next(self):
        self.connection.send("GET", "next", self.fields_of_all)
        status, fields, body = self.connection.reply()
        if status != 200:
            die(f"next is {status}")
        for name in ["aws-request-id", "deadline-ms", "invoked-function-arn"]:
            if not fields.get("lambda-runtime-" + name):
                die(f"invocationMissingHeader {name}")
        if fields.get("connection", "").lower() == "close":
            signal.pause()
        return fields, body

    def finish(self):
        status, _, _ = self.connection.reply()
        if status != 202:
            die(f"unexpectedStatusCode {status}")

    def post(self, resource, body, fields, is_chunked):
        framing = ("transfer-encoding", "chunked") if is_chunked else ("content-length", len(body))
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if is_chunked else body
        self.connection.send("POST", f"{self.id}/{resource}", self.fields_of_all + fields + [framing], body)
        self.finish()

    def respond(self, result):
        """`writeAndFinish` as the only write: a length, or chunks of a long one; no mode, no type."""
        self.post("response", result, [], is_chunked=len(result) >= 6_000_000)

    def six_million(self):
        self.respond(b'"%s"' % (b"x" * 5_999_998))

    def early(self):
        # Its escaper puts a backslash before the newline itself, so this is no JSON.
        report = b'{"errorType":"Boom","errorMessage":"bo\\\nom"}'
        self.post("error", report, [("lambda-runtime-function-error-type", "Unhandled")], is_chunked=True)

    def open(self, content_type=None):
        head = self.fields_of_all + [(MODE, "streaming"), ("Trailer", f"{ERROR_TYPE}, {ERROR_BODY}")]
        head += [("Content-Type", content_type)] if content_type else []
        self.connection.send("POST", f"{self.id}/response", head + [("transfer-encoding", "chunked")])

    def begin(self):
        self.open(HTTP_INTEGRATION)
        self.connection.chunk(self.prelude_bytes() + NULS)
        self.connection.chunk(b"one")

    def plain(self):
        self.open()
        self.connection.chunk(b"one")
        self.connection.chunk(b"two")
        self.connection.end()
        self.finish()

    def bodyless(self):
        self.open(HTTP_INTEGRATION)
        self.connection.chunk(self.prelude_bytes() + NULS)
        self.connection.end()
        self.finish()

    def many(self):
        """Two cookies, which it can only send as values of a header."""
        values = {"multiValueHeaders": {"set-cookie": ["a=b", "c=d"], "x-m": ["1", "2"]}}
        self.open(HTTP_INTEGRATION)
        self.connection.chunk(json.dumps({**self.prelude, **values}).encode() + NULS)
        self.connection.chunk(b"one")
        self.connection.end()
        self.finish()

    def unfinished(self):
        """A handler that returns without `finish()`: the client asks for the next event in a state that traps."""
        self.begin()
        os.kill(os.getpid(), signal.SIGILL)

    def stream(self):
        self.begin()
        self.connection.chunk(b"two")
        self.connection.end()
        self.finish()

    def late(self):
        self.begin()
        self.connection.end([(ERROR_TYPE, "Unhandled"), (ERROR_BODY, "Requires base64")])
        self.finish()


{"go": Go, "node": Node, "rust": Rust, "swift": Swift}[sys.argv[1]]().run()
