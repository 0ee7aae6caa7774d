# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""A function with a runtime of its own, written from the documentation of Lambda's Runtime API alone.

What it does with an event stands in the event, as `script`, in the header `x-script`, or in the query's `script`:

    {"do": "return", "value": ...}              a buffered response, as Python's runtime writes it
    {"do": "text", "text": "...", "type": ...}  a buffered response of these bytes
    {"do": "long", "bytes": 100}                a JSON string of so many bytes, its quotes among them
    {"do": "echo"}                              the event, and the head it came with
    {"do": "size"}                              how many bytes the event has
    {"do": "raise", "type": ..., "message": ...}
    {"do": "stream", "type": ..., "chunks": [...], "gate": true, "end": ...}
    {"do": "exit", "code": 3}, {"do": "kill"}, {"do": "hang"}

A stream sends its chunks; with a gate it then connects to the address in `GATE` and does what each line of JSON that
it reads there says: `{"chunk": "..."}` for one chunk more, or an end. An end is `{"end": "good"}`, `"fail"` with
`type` and `message`, `"drop"` for a closed connection, `"exit"` with `code`, `"kill"`, or `"hang"`.
Bytes are written as characters from U+0000 to U+00FF.
"""
import base64
import json
import os
import signal
import socket
import sys


class Connection:
    """One connection to the Runtime API, or none until it is needed."""

    def __init__(self, address):
        host, _, port = address.partition(":")
        self.address = (host, int(port))
        self.socket = None
        self.unread = b""

    def send(self, data):
        if self.socket is None:
            self.socket = socket.create_connection(self.address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.unread = b""
        self.socket.sendall(data)

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def more(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise EOFError("the Runtime API closed the connection")
        self.unread += data

    def reply(self):
        while b"\r\n\r\n" not in self.unread:
            self.more()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        parts, count = [self.unread], len(self.unread)
        while count < length:
            self.unread = b""
            self.more()
            parts.append(self.unread)
            count += len(self.unread)
        data = b"".join(parts)
        self.unread = data[length:]
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(lines[0].split(" ")[1]), headers, data[:length]


class Invocation:
    def __init__(self, connection, headers, body):
        self.connection = connection
        self.headers = headers
        self.body = body
        self.id = headers["lambda-runtime-aws-request-id"]

    def head(self, path, fields):
        delivery = self.headers.get("lambda-runtime-invocation-id")
        if delivery:
            fields["Lambda-Runtime-Invocation-Id"] = delivery
        lines = ["POST /2018-06-01/runtime/invocation/%s/%s HTTP/1.1" % (self.id, path), "Host: runtime"]
        lines += ["%s: %s" % field for field in fields.items() if field[1] is not None]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def post(self, path, body, **fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        fields["Content-Length"] = str(len(body))
        self.connection.send(self.head(path, fields) + body)
        return self.connection.reply()

    def respond(self, text, kind="application/json"):
        status, _, body = self.post("response", text.encode("latin-1"), Content_Type=kind)
        print("response:", status, body.decode("latin-1").strip(), flush=True)

    def fail(self, kind, message):
        report = json.dumps({"errorMessage": message, "errorType": kind, "stackTrace": []}).encode()
        self.post("error", report, Content_Type="application/json", Lambda_Runtime_Function_Error_Type=kind)

    def stream(self, script):
        self.connection.send(self.head("response", {
            "Content-Type": script.get("type"),
            "Lambda-Runtime-Function-Response-Mode": "streaming",
            "Transfer-Encoding": "chunked",
            "Trailer": "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
        }))
        for text in script.get("chunks", []):
            self.chunk(text)
        end = script.get("end", {"end": "good"})
        if script.get("gate"):
            host, _, port = os.environ["GATE"].partition(":")
            with socket.create_connection((host, int(port))) as gate:
                for line in gate.makefile("r", encoding="utf-8"):
                    end = json.loads(line)
                    if "chunk" not in end:
                        break
                    self.chunk(end["chunk"])
        self.end(end)

    def chunk(self, text):
        data = text.encode("latin-1")
        self.connection.send(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self, end):
        if end["end"] == "good":
            self.connection.send(b"0\r\n\r\n")
        elif end["end"] == "fail":
            report = json.dumps({"errorMessage": end["message"], "errorType": end["type"], "stackTrace": []})
            body = base64.b64encode(report.encode()).decode()
            trailers = "Lambda-Runtime-Function-Error-Type: %s\r\nLambda-Runtime-Function-Error-Body: %s\r\n"
            self.connection.send(b"0\r\n" + (trailers % (end["type"], body)).encode() + b"\r\n")
        elif end["end"] == "drop":
            return self.connection.close()
        else:
            stop(end["end"], end)
        status, _, body = self.connection.reply()
        print("response:", status, body.decode("latin-1").strip(), flush=True)


def stop(how, script):
    if how == "exit":
        os._exit(script.get("code", 0))
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    while True:
        signal.pause()


def handle(invocation):
    event = json.loads(invocation.body)
    script = event.get("script")
    if script is None:
        text = event["headers"].get("x-script") or event["queryStringParameters"]["script"]
        script = json.loads(text)
    what = script["do"]
    if what == "return":
        invocation.respond(json.dumps(script["value"]))
    elif what == "text":
        invocation.respond(script["text"], script.get("type", "application/json"))
    elif what == "long":
        invocation.respond('"%s"' % ("x" * (script["bytes"] - 2)))
    elif what == "echo":
        invocation.respond(json.dumps({"event": event, "head": invocation.headers}))
    elif what == "size":
        invocation.respond(str(len(invocation.body)))
    elif what == "raise":
        invocation.fail(script["type"], script["message"])
    elif what == "stream":
        invocation.stream(script)
    else:
        stop(what, script)


def main():
    start = os.environ.get("START", "")
    if start.startswith("exit:"):
        sys.exit(int(start[5:]))
    connection = Connection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    if start == "error":
        report = b'{"errorMessage": "no configuration", "errorType": "Function.ConfigurationInvalid"}'
        head = "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: runtime\r\nContent-Length: %d\r\n\r\n"
        connection.send((head % len(report)).encode() + report)
        connection.reply()
        sys.exit(1)
    while True:
        connection.send(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n")
        status, headers, body = connection.reply()
        assert status == 200, (status, body)
        handle(Invocation(connection, headers, body))


main()
