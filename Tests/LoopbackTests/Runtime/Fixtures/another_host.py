"""A Runtime API at an address that is no loopback's, in a network of its own: gives its function one event and prints the
answer. Needs to be run by `unshare --net`, so that nobody else can reach it, nor it anybody else."""
import fcntl
import os
import socket
import struct
import subprocess
import sys

ADDRESS = "192.0.2.1"  # RFC 5737, "Reserved for Documentation Use"
SET_ADDRESS, GET_FLAGS, SET_FLAGS, IS_UP = 0x8916, 0x8913, 0x8914, 1  # netdevice(7)

if len(socket.if_nameindex()) != 1:
    sys.exit("this is not a network of its own")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    address = struct.pack("16sH2x4s8x", b"lo", socket.AF_INET, socket.inet_aton(ADDRESS))
    fcntl.ioctl(control, SET_ADDRESS, address)
    flags = struct.unpack("16sH14x", fcntl.ioctl(control, GET_FLAGS, struct.pack("16sH14x", b"lo", 0)))[1]
    fcntl.ioctl(control, SET_FLAGS, struct.pack("16sH14x", b"lo", flags | IS_UP))

listener = socket.create_server((ADDRESS, 0))
listener.settimeout(30)
service = "%s:%d" % listener.getsockname()
function = subprocess.Popen([sys.argv[1]], env={"AWS_LAMBDA_RUNTIME_API": service})
try:
    connection, _ = listener.accept()
    connection.settimeout(30)
    requests = connection.makefile("rb")

    def head():
        lines = []
        while (line := requests.readline().strip()):
            lines.append(line.decode())
        return lines

    request = head()
    assert "Host: " + service in request, request
    event = b"hello"
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r\r\nContent-Length: %d\r\n\r\n%s" % (len(event), event)
    )
    request = head()
    length = next(int(line.split(": ")[1]) for line in request if line.lower().startswith("content-length: "))
    print(request[0], "|", requests.read(length).decode())
finally:
    function.kill()
    function.wait()
