// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/clock") {
    response.setHeader("content-type", "text/plain");
    const ticks = Number(url.searchParams.get("ticks") ?? 10);
    const every = Number(url.searchParams.get("every") ?? 1);
    for (let number = 1; number <= ticks; number += 1) {
      response.write(`tick ${number}\n`);
      await sleep(every * 1000);
    }
    response.end();
  } else if (url.pathname === "/upload") {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ bytes }));
  } else {
    const hello = url.searchParams.get("name") ?? "world";
    response.setHeader("content-type", "application/json").end(JSON.stringify({ hello }));
  }
}).listen(Number(process.env.PORT ?? 8080), "127.0.0.1");
