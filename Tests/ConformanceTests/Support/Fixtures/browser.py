# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Drives a headless Chromium through its DevTools pipe: browser.py CHROMIUM URL PROFILE, then lines on standard input.

    {"evaluate": "..."}      awaits the promise that the expression is, and prints its value as a line of JSON
    {"screenshot": "path"}   writes a picture of the page, and prints a line
"""
import base64
import json
import os
import subprocess
import sys

chromium, url, profile = sys.argv[1:4]
to_browser, commands = os.pipe()
answers, from_browser = os.pipe()


def place():
    # Chromium reads its commands from descriptor 3 and answers on 4.
    high = (os.dup2(to_browser, 100), os.dup2(from_browser, 101))
    os.dup2(high[0], 3)
    os.dup2(high[1], 4)


browser = subprocess.Popen(
    [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--remote-debugging-pipe", "--user-data-dir=" + profile, "--no-first-run", "--disable-extensions",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad",
        "--window-size=1000,900", "about:blank",
    ],
    preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL, stdout=sys.stderr,
    env=dict(os.environ, HOME=profile, TMPDIR=profile),
)
os.close(to_browser)
os.close(from_browser)
reader = os.fdopen(answers, "rb")
unread = b""
last = 0


def receive():
    global unread
    while b"\0" not in unread:
        data = reader.read1(1 << 20)
        if not data:
            sys.exit("Chromium closed its pipe")
        unread += data
    text, _, unread = unread.partition(b"\0")
    return json.loads(text)


def call(method, session=None, **parameters):
    global last
    last += 1
    message = {"id": last, "method": method, "params": parameters}
    if session:
        message["sessionId"] = session
    os.write(commands, json.dumps(message).encode() + b"\0")
    while True:
        answer = receive()
        if answer.get("id") == last:
            if "error" in answer:
                sys.exit("%s: %s" % (method, answer["error"]))
            return answer["result"]


target = call("Target.createTarget", url="about:blank")["targetId"]
session = call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
call("Page.enable", session)
call("Page.navigate", session, url=url)
while receive().get("method") != "Page.domContentEventFired":
    pass
for line in sys.stdin:
    command = json.loads(line)
    if "evaluate" in command:
        result = call(
            "Runtime.evaluate", session, expression=command["evaluate"], awaitPromise=True, returnByValue=True
        )
        answer = result.get("exceptionDetails") or result["result"].get("value")
    else:
        picture = base64.b64decode(call("Page.captureScreenshot", session, format="png")["data"])
        with open(command["screenshot"], "wb") as file:
            file.write(picture)
        answer = len(picture)
    print(json.dumps(answer), flush=True)
