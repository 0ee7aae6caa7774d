# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""A runtime that does what its events say: {"do": [["chunk", "text"], ["end"]]}.

It knows nothing of Sluice: the Runtime API's HTTP is written here by hand, so that it can also be written wrongly.
What it does before it asks for its first invocation is in the variable SCRIPT_OF_INIT, in the same form. On Managed
Instances it has a thread for each invocation that AWS_LAMBDA_MAX_CONCURRENCY allows, or as many as WORKERS says.
"""
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import zlib

HOST, PORT = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
PREFIX = "/2018-06-01/runtime"


class Runtime:
    def __init__(self):
        self.connection = socket.create_connection((HOST, int(PORT)))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.connection.makefile("rb")
        self.request_id = None
        self.invocation_id = None
        self.previous_id = None
        self.event = b""
        self.has_begun = False

    def send(self, text):
        self.connection.sendall(text if isinstance(text, bytes) else text.encode())

    def read_reply(self):
        status = int(self.reader.readline().split()[1])
        fields = {}
        while (line := self.reader.readline()) not in (b"\r\n", b""):
            name, value = line.decode().split(":", 1)
            fields[name.strip().lower()] = value.strip()
        return status, fields, self.reader.read(int(fields.get("content-length", "0")))

    def post(self, path, fields, body):
        fields = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.send(f"POST {PREFIX}/{path} HTTP/1.1\r\nHost: {HOST}\r\n{fields}Content-Length: {len(body)}\r\n\r\n")
        self.send(body)
        return self.read_reply()

    def next(self):
        self.send(f"GET {PREFIX}/invocation/next HTTP/1.1\r\nHost: {HOST}\r\n\r\n")
        _, fields, body = self.read_reply()
        self.previous_id, self.request_id = self.request_id, fields["lambda-runtime-aws-request-id"]
        self.invocation_id = fields.get("lambda-runtime-invocation-id")
        self.event = body
        self.has_begun = False
        return body

    def tell(self, reply):
        """Prints what the Runtime API has answered as one line of JSON."""
        status, fields, body = reply
        told = {"status": status, "contentType": fields.get("content-type"), "body": body.decode("latin-1")}
        print("answer", json.dumps(told), flush=True)

    def filled(self, text):
        marks = {"id": self.request_id, "previous": self.previous_id, "invocation": self.invocation_id}
        marks["token"] = os.environ.get("AWS_LAMBDA_METADATA_TOKEN")
        for mark, value in marks.items():
            text = text.replace("{%s}" % mark, value or "")
        return text

    def begin(self):
        if not self.has_begun:
            self.has_begun = True
            self.send(
                f"POST {PREFIX}/invocation/{self.request_id}/response HTTP/1.1\r\nHost: {HOST}\r\n"
                "Content-Type: text/plain\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n"
                "Transfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type, "
                "Lambda-Runtime-Function-Error-Body\r\n\r\n"
            )

    # What a script can say.

    def do_chunk(self, text, times=1):
        self.begin()
        for _ in range(times):
            self.send(f"{len(text.encode()):x}\r\n{text}\r\n")

    def do_begin(self):
        self.begin()

    def do_end(self):
        self.do_end_unread()
        self.read_reply()

    def do_end_unread(self):
        """Ends the response and does not wait for the answer to it."""
        self.begin()
        self.send("0\r\n\r\n")

    def do_trailers(self, error_type, body):
        self.begin()
        body = base64.b64encode(body.encode()).decode()
        self.send(
            f"0\r\nLambda-Runtime-Function-Error-Type: {error_type}\r\nLambda-Runtime-Function-Error-Body: {body}\r\n\r\n"
        )
        self.read_reply()

    def do_error(self, error_type, body, times=1):
        self.post(f"invocation/{self.request_id}/error", {"Lambda-Runtime-Function-Error-Type": error_type}, (body * times).encode())

    def do_init_error(self, error_type, body):
        self.post("init/error", {"Lambda-Runtime-Function-Error-Type": error_type}, body.encode())

    def do_drop_next(self):
        """Asks for the next invocation, leaves the connection and does not come back."""
        self.send(f"GET {PREFIX}/invocation/next HTTP/1.1\r\nHost: {HOST}\r\n\r\n")
        self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        print("dropped", flush=True)
        self.do_hang()

    def do_half_chunk(self):
        """Says ten bytes and sends four, then closes the connection."""
        self.begin()
        self.send("a\r\nhalf")
        self.connection.close()

    def do_half_close(self):
        """Ends the sending side, and goes on to read."""
        self.connection.shutdown(socket.SHUT_WR)

    def do_print(self, text):
        print(text, flush=True)

    def do_exit(self, code):
        os._exit(code)

    def do_kill(self, name):
        os.kill(os.getpid(), getattr(signal, name))

    def do_on_term(self, exits):
        """From here on it says that SIGTERM came, and ends upon it or goes on as if nothing had been."""
        def heard(*_):
            print("terminated", flush=True)
            if exits:
                os._exit(0)

        signal.signal(signal.SIGTERM, heard)

    def do_internal_extension(self, name):
        """Registers as an extension and asks for its next event, on a connection that stays open."""
        head = f"POST /2020-01-01/extension/register HTTP/1.1\r\nHost: {HOST}\r\nLambda-Extension-Name: {name}\r\n"
        own = self.connection, self.reader
        self.connection = socket.create_connection((HOST, int(PORT)))
        self.reader = self.connection.makefile("rb")
        self.send(head + 'Content-Length: 13\r\n\r\n{"events":[]}')
        status, fields, body = reply = self.read_reply()
        self.tell(reply)
        if status == 200:
            identifier = fields["lambda-extension-identifier"]
            path = "/2020-01-01/extension/event/next"
            self.send(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nLambda-Extension-Identifier: {identifier}\r\n\r\n")
        self.kept = [*getattr(self, "kept", []), self.connection]
        self.connection, self.reader = own

    def do_child(self, *command):
        """Starts a child that outlives everything, unless it is killed, and prints its number."""
        child = subprocess.Popen(command or ["sleep", "1000"])
        print("child", child.pid, flush=True)

    def do_heir(self):
        """Leaves a child in a session of its own, which keeps the connection open. Both print their numbers."""
        print("child", os.getpid(), flush=True)
        if os.fork() == 0:
            os.setsid()
            print("child", os.getpid(), flush=True)
            self.do_hang()

    def do_stop_group(self):
        """Freezes this process and its children, as a service does between invocations."""
        os.killpg(0, signal.SIGSTOP)

    def do_hang(self):
        while True:
            signal.pause()

    def do_until_refused(self, port):
        """Goes on when nothing listens on that port any more: when the service has begun to stop."""
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                return
            except ConnectionResetError:
                continue  # Accepted by the kernel for a listener that was closed meanwhile.

    def do_until_accepted(self, port):
        """Connects, and goes on when the other side has said a byte, or lets everybody through already."""
        try:
            with socket.create_connection(("127.0.0.1", port)) as gate:
                gate.recv(1)
        except (ConnectionRefusedError, ConnectionResetError):
            pass

    def do_process_id(self):
        print("child", os.getpid(), flush=True)

    def do_ask(self, method, path, fields, body, times, is_aside):
        """Sends a request of its own making and prints the answer; aside: on another connection. The body is base64."""
        head = f"{method} {self.filled(path)} HTTP/1.1\r\nHost: {HOST}\r\n"
        head += "".join(f"{name}: {self.filled(value)}\r\n" for name, value in fields)
        body = base64.b64decode(body) * times
        if body or method == "POST":
            head += f"Content-Length: {len(body)}\r\n"
        own = self.connection, self.reader
        if is_aside:
            self.connection = socket.create_connection((HOST, int(PORT)))
            self.reader = self.connection.makefile("rb")
        self.send(head.encode("latin-1") + b"\r\n" + body)
        self.tell(self.read_reply())
        if is_aside:
            self.connection.close()
            self.connection, self.reader = own

    def do_raw(self, text):
        """Sends these bytes as they are; `{id}` stands for the request's id."""
        self.send(self.filled(text).encode("latin-1"))

    def do_tell(self):
        self.tell(self.read_reply())

    def do_end_and_tell(self):
        self.do_end_unread()
        self.do_tell()

    def do_reconnect(self):
        self.__init__()

    def do_numbered(self, total):
        """So many bytes, no two blocks of them alike, and then a line that names their number and their CRC-32."""
        self.begin()
        checksum = count = 0
        while count < total:
            block = (b"%015d " % count * 4096)[:total - count]
            count += len(block)
            checksum = zlib.crc32(block, checksum)
            self.send(b"%x\r\n%s\r\n" % (len(block), block))
        print(f"wrote {count} {checksum:08x}", flush=True)

    def do_size(self):
        self.do_respond(str(len(self.event)))

    def do_once(self, name, script):
        """What another process of this environment has done before is not done again."""
        path = os.path.join(os.environ["TMPDIR"], name)
        if not os.path.exists(path):
            open(path, "w").close()
            self.run(script)

    def do_touch(self, name):
        """Leaves a file where temporary files go."""
        with open(os.path.join(os.environ["TMPDIR"], name), "w") as file:
            file.write(name)

    def do_store(self, name, megabytes):
        """The same with so much in it, in a folder of its own if the name has one."""
        path = os.path.join(os.environ["TMPDIR"], name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(os.urandom(megabytes << 20))

    def do_files(self):
        """Answers with the folder for temporary files and what is in it."""
        folder = os.environ["TMPDIR"]
        self.do_respond(json.dumps({"folder": folder, "names": sorted(os.listdir(folder))}))

    def do_allocate(self, megabytes):
        """Takes memory and uses every page of it."""
        self.taken = b"x" * (megabytes << 20)

    def do_respond(self, text):
        self.post(f"invocation/{self.request_id}/response", {"Content-Type": "application/json"}, text.encode())

    def do_variables(self):
        self.do_respond(json.dumps(dict(os.environ)))

    def do_facts(self):
        with open("/proc/self/status") as status:
            lines = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
        self.do_respond(
            json.dumps(
                {
                    "arguments": sys.argv[1:],
                    "directory": os.getcwd(),
                    "ignored": lines["SigIgn"],
                    "blocked": lines["SigBlk"],
                    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
                    "isGroupLeader": os.getpgrp() == os.getpid(),
                }
            )
        )

    def run(self, script):
        for step in script:
            getattr(self, "do_" + step[0])(*step[1:])


def main():
    runtime = Runtime()
    runtime.run(json.loads(os.environ.get("SCRIPT_OF_INIT", "[]")))
    workers = int(os.environ.get("WORKERS", os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY", "1")))
    for _ in range(workers - 1):
        threading.Thread(target=lambda: serve(Runtime()), daemon=True).start()
    serve(runtime)


def serve(runtime):
    while True:
        event = runtime.next()
        parsed = json.loads(event)
        # A Function URL's event carries the script in its body, or names a step by its path.
        if "rawPath" in parsed:
            if parsed["rawPath"] == "/body":
                body = base64.b64decode(parsed["body"]) if parsed["isBase64Encoded"] else parsed["body"].encode()
                runtime.post(
                    f"invocation/{runtime.request_id}/response", {"Content-Type": "application/octet-stream"}, body
                )
                continue
            if parsed["rawPath"] == "/size":
                runtime.do_size()
                continue
            if parsed.get("body"):
                text = parsed["body"]
                parsed = json.loads(base64.b64decode(text) if parsed.get("isBase64Encoded") else text)
            else:
                parsed = {"do": [["echo"]]}
        script = parsed.get("do", [["echo"]]) if isinstance(parsed, dict) else [["echo"]]
        if script == [["echo"]]:
            runtime.post(f"invocation/{runtime.request_id}/response", {"Content-Type": "application/json"}, event)
        else:
            runtime.run(script)


main()
