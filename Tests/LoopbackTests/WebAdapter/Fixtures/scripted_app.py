# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""An HTTP application that does what the path says, written by hand so that it can also be wrong.

It listens where AWS_LWA_PORT, PORT or APP_SOCKET say. Before that, APP_EXIT ends it with a code, APP_GATE waits at a gate,
APP_LISTEN listens elsewhere, APP_SECONDS waits for so long, and APP_NEVER does nothing at all.
"""
import json
import os
import signal
import socket
import sys
import threading


def wait_at(port):
    try:
        with socket.create_connection(("127.0.0.1", int(port))) as gate:
            gate.recv(1)
    except (ConnectionRefusedError, ConnectionResetError):
        pass  # It lets everybody through already.


class Connection:
    open = 0

    def __init__(self, connection, number):
        self.socket = connection
        self.number = number
        self.is_head = False
        self.reader = connection.makefile("rb")

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def serve(self):
        Connection.open += 1
        try:
            while self.serve_request():
                pass
        except OSError:
            pass
        finally:
            Connection.open -= 1
            self.socket.close()

    def serve_request(self):
        line = self.reader.readline().decode("latin-1")
        if not line:
            return False
        method, target, _ = line.split(" ", 2)
        self.is_head = method == "HEAD"
        fields = []
        while (line := self.reader.readline()) not in (b"\r\n", b""):
            name, value = line.decode("latin-1").rstrip("\r\n").split(":", 1)
            fields.append([name, value.strip()])
        length = next((int(value) for name, value in fields if name.lower() == "content-length"), 0)
        body = self.reader.read(length)
        path, _, query = target.partition("?")
        arguments = dict(part.partition("=")[::2] for part in query.split("&") if part)
        handler = getattr(self, "on_" + path.strip("/").split("/")[0].replace("-", "_"), self.on_echo)
        return handler(method, target, fields, body, arguments) is not False

    def answer(self, status, body=b"", fields=(), content_type="text/plain"):
        head = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *fields]
        self.send("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + (b"" if self.is_head else body))

    def chunk(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def begin(self, fields=(), content_type="text/plain"):
        self.send("\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {content_type}", "Transfer-Encoding: chunked", *fields, "", ""]))

    # What a path asks for.

    def on_echo(self, method, target, fields, body, arguments):
        seen = {"method": method, "target": target, "headers": fields, "body": body.hex(), "connection": self.number}
        self.answer(200, json.dumps(seen).encode(), content_type="application/json")

    def on_events(self, method, target, fields, body, arguments):
        self.answer(200, b'{"handled":' + body + b"}", content_type="application/json")

    def on_status(self, method, target, fields, body, arguments):
        status = int(target.split("?")[0].split("/")[2])
        if status in (204, 304):
            self.send(f"HTTP/1.1 {status} Whatever\r\nX-Seen: 1\r\n\r\n")
        else:
            self.answer(status, f"status {status}".encode())

    def on_early(self, method, target, fields, body, arguments):
        self.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
        self.answer(200, b"late", ["Set-Cookie: a=1; Path=/", "Set-Cookie: b=2", "X-Two: 1", "X-Two: 2"])

    def on_live(self, method, target, fields, body, arguments):
        self.begin()
        self.chunk("first\n")
        wait_at(arguments["gate"])
        self.chunk("second\n")
        self.send("0\r\nX-Trailer: 1\r\n\r\n")

    def on_head_first(self, method, target, fields, body, arguments):
        self.begin()
        wait_at(arguments["gate"])
        self.send("0\r\n\r\n")

    def on_until_closed(self, method, target, fields, body, arguments):
        self.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it")
        return False

    def on_empty(self, method, target, fields, body, arguments):
        self.begin()
        self.send("0\r\n\r\n")

    def on_big(self, method, target, fields, body, arguments):
        count = int(arguments["bytes"])
        self.begin(content_type=arguments.get("type", "application/octet-stream"))
        block = b"x" * 65536
        while count > 0:
            self.chunk(block[: min(count, len(block))])
            count -= len(block)
        self.send("0\r\n\r\n")

    def on_binary(self, method, target, fields, body, arguments):
        count = int(arguments["bytes"])
        self.answer(200, (bytes(range(256)) * (count // 256 + 1))[:count], content_type=arguments["type"])

    def on_mirror(self, method, target, fields, body, arguments):
        self.answer(200, body, content_type=dict((name.lower(), value) for name, value in fields)["content-type"])

    def on_log(self, method, target, fields, body, arguments):
        context = next(json.loads(value) for name, value in fields if name.lower() == "x-amzn-lambda-context")
        print(json.dumps({"requestId": context["request_id"], "message": "handled by the application"}), flush=True)
        self.answer(200)

    def on_noise(self, method, target, fields, body, arguments):
        """Writes to standard error, which nobody may read, beside its answer."""
        block = b"x" * 1023 + b"\n"

        def write():
            for _ in range(int(arguments["blocks"])):
                os.write(2, block)

        threading.Thread(target=write, daemon=True).start()
        self.answer(200)

    def on_full(self, method, target, fields, body, arguments):
        """Sends as much as is taken while nobody reads at the other end, and is killed then."""
        self.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000000000\r\n\r\n")
        self.socket.settimeout(0.5)
        count = 0
        try:
            while True:
                count += self.socket.send(b"x" * 65536)
        except TimeoutError:
            print(f"sent {count}", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    def on_break(self, method, target, fields, body, arguments):
        self.begin()
        self.chunk("half")
        self.socket.shutdown(socket.SHUT_RDWR)
        return False

    def on_short(self, method, target, fields, body, arguments):
        self.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        return False

    def on_garbage(self, method, target, fields, body, arguments):
        self.send("this is no HTTP at all\r\n\r\n")
        return False

    def on_garbage_later(self, method, target, fields, body, arguments):
        self.begin()
        self.chunk("good")
        self.send("zz\r\nbad\r\n")
        return False

    def on_silent(self, method, target, fields, body, arguments):
        return False

    def on_hang(self, method, target, fields, body, arguments):
        self.begin()
        self.chunk("then nothing")
        self.reader.read(1)
        return False

    def on_stall(self, method, target, fields, body, arguments):
        print("stalls", flush=True)
        self.reader.read(1)
        print("left alone", flush=True)
        return False

    def on_upgrade(self, method, target, fields, body, arguments):
        self.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        self.reader.read(1)
        return False

    def on_connections(self, method, target, fields, body, arguments):
        self.answer(200, str(Connection.open).encode())

    def on_odd_status(self, method, target, fields, body, arguments):
        self.answer(999, b"")

    def on_close_after(self, method, target, fields, body, arguments):
        self.answer(200, str(self.number).encode())
        return False

    def on_die(self, method, target, fields, body, arguments):
        self.begin()
        self.chunk("last words\n")
        print("it was too much", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


def main():
    if "APP_EXIT" in os.environ:
        print("starting\nno module named app", file=sys.stderr)
        sys.exit(int(os.environ["APP_EXIT"]))
    if "APP_NEVER" in os.environ:
        print("waiting for the database", file=sys.stderr, flush=True)
        signal.pause()
    if "APP_SECONDS" in os.environ:
        threading.Event().wait(float(os.environ["APP_SECONDS"]))
    if "APP_GATE" in os.environ:
        wait_at(os.environ["APP_GATE"])

    def end(*_):
        # The service tells the whole group, and the adapter tells us: the second signal may not come in the middle of a print.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("told to end", flush=True)
        threading.Event().wait(float(os.environ.get("APP_END_SECONDS", "0")))
        print("has ended", flush=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    if "APP_SOCKET" in os.environ:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.environ["APP_SOCKET"])
    else:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = os.environ.get("APP_LISTEN") or os.environ.get("AWS_LWA_PORT") or os.environ.get("PORT", "8080")
        listener.bind(("127.0.0.1", int(port)))
    listener.listen(64)
    print("listens", flush=True)
    number = 0
    while True:
        connection, _ = listener.accept()
        number += 1
        threading.Thread(target=Connection(connection, number).serve, daemon=True).start()


main()
