# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
import asyncio

from fastapi import BackgroundTasks, FastAPI, Request, WebSocket
from fastapi.responses import FileResponse, StreamingResponse
from sse_starlette.sse import EventSourceResponse

app = FastAPI()


@app.get("/")
async def hello(name: str = "world"):
    return {"hello": name}


@app.get("/clock")
async def clock(ticks: int = 10, every: float = 1):
    async def lines():
        for number in range(ticks):
            yield f"tick {number + 1}\n"
            await asyncio.sleep(every)

    return StreamingResponse(lines(), media_type="text/plain")


@app.get("/ticks")
async def tick_events(ticks: int = 10, every: float = 1):
    async def messages():
        for number in range(ticks):
            yield {"id": str(number + 1), "data": f"tick {number + 1}"}
            await asyncio.sleep(every)

    return EventSourceResponse(messages())


@app.post("/upload")
async def upload(request: Request):
    return {"bytes": len(await request.body())}


@app.get("/source")
async def source():
    return FileResponse(__file__, media_type="text/x-python")


@app.post("/later", status_code=202)
async def later(tasks: BackgroundTasks):
    tasks.add_task(print, "done later", flush=True)
    return {"accepted": True}


@app.websocket("/socket")
async def socket(connection: WebSocket):
    await connection.accept()
