# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""A server over TLS, as a Function URL is one: HTTP/1.1, chunks, and every way to end badly.

Arguments: the file of its certificate and key. Prints its port. What it answers stands in the path:

  /echo    what it saw of the connection and the request, as JSON
  /gate    a chunk for each line of standard input, which it holds; the line `end` ends the stream
  /cut     a chunk, and then the end of the connection, with TLS's farewell
  /tear    the same without the farewell
  /reset   a chunk, and then a reset
  /short   3 of 5 announced bytes
  /old     a body that the end of the connection ends; /torn the same without the farewell
  /502     an error of the service
"""
import json
import socket
import ssl
import struct
import sys
import threading


def head(status="200 OK", **fields):
    lines = [f"HTTP/1.1 {status}"] + [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def close(connection, farewell=True):
    """With TLS's farewell, or as if the wire were cut."""
    if farewell:
        try:
            connection = connection.unwrap()
        except OSError:
            pass
    connection.close()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answer(connection, names):
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        if not data:
            return connection.close()
        received += data
    lines = received.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ")
    if path == "/echo":
        fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        seen = {"method": method, "host": fields["host"], "alpn": connection.selected_alpn_protocol(), "sni": names[-1]}
        body = json.dumps(seen).encode()
        connection.sendall(head(content_length=len(body)) + body)
        close(connection)
    elif path == "/gate":
        connection.sendall(head(transfer_encoding="chunked"))
        for line in sys.stdin:
            if line == "end\n":
                break
            connection.sendall(chunk(line.encode()))
        connection.sendall(b"0\r\n\r\n")
        # The client leaves first: it must not wait for us.
        connection.recv(1)
    elif path in ("/cut", "/tear"):
        connection.sendall(head(transfer_encoding="chunked") + chunk(b"one"))
        close(connection, farewell=path == "/cut")
    elif path == "/reset":
        connection.sendall(head(transfer_encoding="chunked") + chunk(b"one"))
        sys.stdin.readline()
        reset(connection)
    elif path == "/short":
        connection.sendall(head(content_length=5) + b"one")
        close(connection)
    elif path in ("/old", "/torn"):
        connection.sendall(head() + b"one")
        close(connection, farewell=path == "/old")
    else:
        fields = {"x_amzn_ErrorType": "InternalServerErrorException", "content_length": 21}
        connection.sendall(head("502 Bad Gateway", **fields) + b"Internal Server Error")
        close(connection)


def serve(connection):
    names = [None]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    context.set_alpn_protocols(["h2", "http/1.1"])
    context.sni_callback = lambda _, name, __: names.append(name)
    try:
        answer(context.wrap_socket(connection, server_side=True), names)
    except (OSError, ssl.SSLError):
        connection.close()


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
