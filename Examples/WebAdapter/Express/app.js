// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors
const express = require("express");
const { setTimeout: sleep } = require("node:timers/promises");

const app = express();

app.get("/", (request, response) => {
  response.json({ hello: request.query.name ?? "world" });
});

app.get("/clock", async (request, response) => {
  response.type("text/plain");
  const ticks = Number(request.query.ticks ?? 10);
  const every = Number(request.query.every ?? 1);
  for (let number = 1; number <= ticks; number += 1) {
    response.write(`tick ${number}\n`);
    await sleep(every * 1000);
  }
  response.end();
});

app.post("/upload", express.raw({ type: "*/*", limit: "6mb" }), (request, response) => {
  response.json({ bytes: request.body.length });
});

app.listen(Number(process.env.PORT ?? 8080), "127.0.0.1");
