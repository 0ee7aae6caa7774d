# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Many slow streams at once through one `sluice serve`: is anything lost, what does a stream cost, how late is a byte?

    loads.py --sluice PATH --function COMMAND [--streams 1000] [--processes] [--seconds 60]

Every stream is a call of the Function URL that gets an event a second. They begin one after another over some whole seconds, so
that events come evenly and not all at once. First each has a stream of one event, so that all that serves them has started;
memory is counted from before that. Without --processes one environment serves them all, as on Lambda Managed Instances; with it,
each has a process of its own. An event is a line that begins with --mark; where a number follows, it is the time at which the
function wrote it, in nanoseconds since 1970, on this machine's clock.

Exit code: 0 if nothing was lost, 1 otherwise. Speed and memory are reported, and never a failure. Python's library only.
"""
import argparse
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import time

# How long streams may take beside what they are asked for, until they are given up.
PATIENCE_SECONDS = 60
# How often streams of one event are begun until none is refused: workers of a runtime come one after another.
WARM_UP_ROUNDS = 10


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--function", required=True, help="the function's command, which is split as a shell would")
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--processes", action="store_true", help="a process for each stream")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--target", default="/", help="of the request; {count} is the number of events, {gap} their distance")
    parser.add_argument("--body", help="of the request, with the same marks; none makes it a GET")
    parser.add_argument("--mark", default="t ", help="with what the line of an event begins")
    parser.add_argument("--json", action="store_true", help="print one line of JSON in place of a table")
    return parser.parse_args()


def private_kib(process):
    """Memory that is the process's own and no file's; None where there is no /proc."""
    try:
        with open(f"/proc/{process}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))
    except (OSError, StopIteration):
        return None


class Stream:
    """One call: counts its events and how late they are, whatever pieces they come in."""

    def __init__(self, port, request, mark):
        self.mark = mark
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.send(request)
        self.rest = b""
        self.tail = b""
        self.status = None
        self.events = 0
        self.late = []

    def read(self):
        """Reads what there is. Answers whether the stream goes on."""
        try:
            data = self.socket.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        now = time.time_ns()
        if not data:
            return False
        self.tail = (self.tail + data)[-5:]
        lines = (self.rest + data).split(b"\n")
        self.rest = lines.pop()
        for line in lines:
            if self.status is None:
                self.status = int(line.split()[1])
            elif line.startswith(self.mark):
                self.events += 1
                number = line[len(self.mark):].strip()
                if number.isdigit() and len(number) > 15:
                    self.late.append(now - int(number))
        return not self.is_whole

    @property
    def is_whole(self):
        return self.tail == b"0\r\n\r\n"


def make_request(arguments, count):
    def filled(text):
        return text.replace("{count}", str(count)).replace("{gap}", "1000")

    body = filled(arguments.body).encode() if arguments.body else b""
    method = "POST" if body else "GET"
    head = f"{method} {filled(arguments.target)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    # Of another type, the function would see the body as base64.
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def run_streams(arguments, port, service, events):
    """All of them. Answers the streams, and the most memory that the service had while all were open."""
    request = make_request(arguments, events)
    ramp = max(1, min(10, events // 3))
    selector = selectors.DefaultSelector()
    streams, open_count, most = [], 0, 0
    begin = time.monotonic()
    give_up = begin + ramp + events + PATIENCE_SECONDS
    next_look = begin + ramp
    while len(streams) < arguments.streams or open_count:
        now = time.monotonic()
        if now > give_up:
            break
        while len(streams) < arguments.streams and now >= begin + ramp * len(streams) / arguments.streams:
            stream = Stream(port, request, arguments.mark.encode())
            streams.append(stream)
            selector.register(stream.socket, selectors.EVENT_READ, stream)
            open_count += 1
        if open_count == arguments.streams and now >= next_look:
            most = max(most, private_kib(service) or 0)
            next_look = now + 0.5
        for key, _ in selector.select(0.0005 if len(streams) < arguments.streams else 0.25):
            if not key.data.read():
                selector.unregister(key.fileobj)
                key.fileobj.close()
                open_count -= 1
    return streams, most


def percentile(values, part):
    return values[min(len(values) - 1, int(len(values) * part))] if values else None


def measure(arguments, port, service):
    # Whatever is made once is there before the memory is looked at.
    warm = Stream(port, make_request(arguments, 1), arguments.mark.encode())
    warm.socket.settimeout(PATIENCE_SECONDS)
    while warm.read():
        pass
    if warm.status != 200:
        sys.exit(f"loads: the function does not answer: status {warm.status}")
    before = private_kib(service)
    for _ in range(WARM_UP_ROUNDS):
        if all(stream.status == 200 for stream in run_streams(arguments, port, service, 1)[0]):
            break
    streams, most = run_streams(arguments, port, service, arguments.seconds)
    late = sorted(value for stream in streams for value in stream.late)
    microseconds = [percentile(late, part) for part in (0.5, 0.99, 1.0)]
    return {
        "streams": arguments.streams,
        "processes": arguments.streams if arguments.processes else 1,
        "seconds": arguments.seconds,
        "events": sum(stream.events for stream in streams),
        "lost": arguments.streams * arguments.seconds - sum(stream.events for stream in streams),
        "whole": sum(stream.is_whole for stream in streams),
        "refused": sum(stream.status != 200 for stream in streams),
        "otherStatuses": sorted({str(stream.status) for stream in streams if stream.status != 200}),
        "privateKiBPerStream": round((most - before) / arguments.streams, 1) if most and before else None,
        "lateMicroseconds": [value and value // 1000 for value in microseconds],
    }


def show(result):
    p50, p99, most = result["lateMicroseconds"]
    where = f"{result['processes']} processes" if result["processes"] > 1 else "one environment"
    print(f"{result['streams']} streams in {where}, an event a second, {result['seconds']} s")
    print(f"  events {result['events']}, lost {result['lost']}; whole streams {result['whole']}, refused {result['refused']}")
    if result["otherStatuses"]:
        print(f"  in place of 200: {', '.join(result['otherStatuses'])} (None: no answer came)")
    memory = result["privateKiBPerStream"]
    if memory is not None:
        print(f"  private memory of the service for each stream: {memory} KiB (<= 64: {'met' if memory <= 64 else 'missed'})")
    if p50 is not None:
        verdict = "met" if p99 <= 10_000 else "missed"
        print(f"  from the function's write to the caller's read: p50 {p50} us, p99 {p99} us (<= 10 ms: {verdict}), most {most} us")


def main():
    arguments = parse_arguments()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * arguments.streams + 256) if hard > 0 else hard, hard))
    command = [arguments.sluice, "serve", "--ready", "json", "--port", "0", "--timeout", "900"]
    command += ["--function", f"load={arguments.function}", "--account-concurrency", str(2 * arguments.streams)]
    command += ["--concurrency", str(arguments.streams if arguments.processes else 1)]
    if not arguments.processes:
        command += ["--managed-instances", str(arguments.streams)]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = service.stdout.readline()
        if not line:
            sys.exit(f"loads: {' '.join(command)} did not start")
        port = int(json.loads(line)["functionURLs"]["load"].rstrip("/").rsplit(":", 1)[1])
        result = measure(arguments, port, service.pid)
    finally:
        service.send_signal(signal.SIGINT)
        try:
            service.wait(10)
        except subprocess.TimeoutExpired:
            service.kill()
    print(json.dumps(result)) if arguments.json else show(result)
    sys.exit(0 if result["lost"] == 0 and result["whole"] == arguments.streams else 1)


main()
