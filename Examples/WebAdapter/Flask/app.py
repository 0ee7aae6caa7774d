# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
import time

from flask import Flask, Response, request

app = Flask(__name__)


@app.get("/")
def hello():
    return {"hello": request.args.get("name", "world")}


@app.get("/clock")
def clock():
    ticks = int(request.args.get("ticks", 10))
    every = float(request.args.get("every", 1))

    def lines():
        for number in range(ticks):
            yield f"tick {number + 1}\n"
            time.sleep(every)

    return Response(lines(), mimetype="text/plain")


@app.post("/upload")
def upload():
    return {"bytes": len(request.get_data())}
