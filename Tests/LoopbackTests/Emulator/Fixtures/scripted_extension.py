# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""An extension that does what its script says: {"events": ["INVOKE"], "init": [["print", "hello"]], "INVOKE": [...]}.

It knows nothing of Sluice. What it sees goes into the file that the script names as "trace", a line of JSON each:
events, telemetry, and the answers to what it asked for. Arguments: its name, and the script.
"""
import http.client
import http.server
import json
import os
import signal
import socket
import socketserver
import sys
import threading

NAME, SCRIPT = sys.argv[1], json.loads(sys.argv[2])
API = os.environ["AWS_LAMBDA_RUNTIME_API"]


class Trace:
    def __init__(self, path):
        self.path = path
        self.condition = threading.Condition()
        self.entries = []

    def add(self, kind, value):
        with self.condition:
            self.entries.append((kind, value))
            if self.path:
                with open(self.path, "a") as file:
                    file.write(json.dumps({"by": NAME, kind: value}) + "\n")
            self.condition.notify_all()

    def wait_for_telemetry(self, kind, count):
        """Until so many events of that type have come; the test's own deadline bounds it."""
        with self.condition:
            self.condition.wait_for(
                lambda: sum(1 for what, value in self.entries if what == "telemetry" and value["type"] == kind) >= count
            )


TRACE = Trace(SCRIPT.get("trace"))


class Post(http.server.BaseHTTPRequestHandler):
    refusals = SCRIPT.get("refuse_posts", 0)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        refuses = Post.refusals > 0
        Post.refusals -= 1
        if not refuses:
            TRACE.add("post", {"path": self.path, "host": self.headers["Host"], "type": self.headers["Content-Type"]})
            for event in json.loads(body):
                TRACE.add("telemetry", event)
        self.send_response(500 if refuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            TRACE.add("telemetry", json.loads(line))


class Extension:
    def __init__(self):
        self.identifier = None
        self.connection = http.client.HTTPConnection(API)

    def ask(self, method, path, fields=None, body=None):
        if self.identifier:
            fields = {"Lambda-Extension-Identifier": self.identifier, **(fields or {})}
        self.connection.request(method, path, body, fields or {})
        reply = self.connection.getresponse()
        return reply, reply.read().decode()

    def register(self):
        fields = {"Lambda-Extension-Name": SCRIPT.get("name", NAME), **SCRIPT.get("fields", {})}
        body = json.dumps({"events": SCRIPT.get("events", [])})
        reply, text = self.ask("POST", "/2020-01-01/extension/register", fields, body)
        self.identifier = reply.getheader("Lambda-Extension-Identifier")
        TRACE.add("registered", {"status": reply.status, "body": json.loads(text)})

    def subscribe(self, subscription):
        protocol = subscription.pop("protocol")
        handler = Post if protocol == "HTTP" else Lines
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        destination = {"protocol": "TCP", "port": port}
        if protocol == "HTTP":
            destination = {"protocol": "HTTP", "URI": f"http://sandbox.localdomain:{port}/events?x=1"}
        reply, text = self.ask(
            "PUT", "/2022-07-01/telemetry", {}, json.dumps({"destination": destination, **subscription})
        )
        TRACE.add("subscribed", {"status": reply.status, "body": text})

    def next(self):
        reply, text = self.ask("GET", "/2020-01-01/extension/event/next")
        TRACE.add("event", json.loads(text))
        return json.loads(text)

    # What a script can say.

    def do_print(self, text):
        print(text, flush=True)

    def do_gate(self, port):
        """Connects, and goes on when the other side has said a byte or left."""
        with socket.create_connection(("127.0.0.1", port)) as gate:
            gate.recv(1)

    def do_exit(self, code):
        os._exit(code)

    def do_hang(self):
        while True:
            signal.pause()

    def do_process_id(self):
        print("child", os.getpid(), flush=True)

    def do_allocate(self, megabytes):
        self.taken = b"x" * (megabytes << 20)

    def do_zone(self):
        """Asks the metadata endpoint, by the variables that name it."""
        connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_METADATA_API"])
        fields = {"Authorization": "Bearer " + os.environ["AWS_LAMBDA_METADATA_TOKEN"]}
        connection.request("GET", "/2026-01-15/metadata/execution-environment", headers=fields)
        TRACE.add("zone", json.loads(connection.getresponse().read()))

    def do_variables(self):
        TRACE.add("variables", dict(os.environ))

    def do_error(self, which, error_type, message):
        body = json.dumps({"errorMessage": message, "errorType": error_type, "stackTrace": []})
        fields = {"Lambda-Extension-Function-Error-Type": error_type}
        reply, text = self.ask("POST", f"/2020-01-01/extension/{which}/error", fields, body)
        TRACE.add("error", {"status": reply.status, "body": json.loads(text)})

    def do_ask(self, method, path, body):
        reply, text = self.ask(method, path, {}, body)
        TRACE.add("answer", {"status": reply.status, "body": json.loads(text)})

    def do_telemetry(self, kind, count):
        TRACE.wait_for_telemetry(kind, count)

    def run(self, script):
        for step in script:
            getattr(self, "do_" + step[0])(*step[1:])


def main():
    extension = Extension()
    extension.run(SCRIPT.get("start", []))
    extension.register()
    if "telemetry" in SCRIPT:
        extension.subscribe(SCRIPT["telemetry"])
    extension.run(SCRIPT.get("init", []))
    while True:
        event = extension.next()
        extension.run(SCRIPT.get(event["eventType"], []))
        if event["eventType"] == "SHUTDOWN":
            return


main()
