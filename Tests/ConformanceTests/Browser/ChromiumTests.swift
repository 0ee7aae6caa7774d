// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

/// The way in which a browser's tests show that a stream is live: by the order of events.
@Suite struct ChromiumTests {
    /// Reads a stream with no library and reports each chunk before it reads the next.
    private static let page = """
        <!doctype html><title>reader</title><script>
        (async () => {
            const port = new URLSearchParams(location.search).get("stream");
            const reader = (await fetch(`http://127.0.0.1:${port}/`)).body.getReader();
            for (let n = 1; ; n++) {
                const { value, done } = await reader.read();
                if (done) { console.log("the end"); break; }
                await fetch(`/seen?n=${n}&text=${new TextDecoder().decode(value)}`);
            }
        })().catch((error) => console.log("failed: " + error));
        </script>
        """

    @Test(.requires(.chromium))
    func theNextChunkIsSentOnlyWhenThePageHasSeenTheOneBefore() async throws {
        try await withPageServer { _ in
            PageServer.Reply(Self.page)
        } _: { pages in
            try await withScriptedServer { server in
                try await withChromium("http://127.0.0.1:\(pages.port)/?stream=\(server.port)") { browser in
                    let stream = try await server.accept()
                    #expect(try await stream.readHead().hasPrefix("GET / HTTP/1.1\r\n"))
                    try await stream.send(
                        "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ntransfer-encoding: chunked\r\n\r\n"
                    )
                    for number in 1...3 {
                        try await stream.sendChunk("chunk-\(number)")
                        try await pages.request("/seen?n=\(number)&text=chunk-\(number)")
                    }
                    try await stream.sendLastChunk()
                    #expect(try await browser.consoleMessage() == "the end")
                }
            }
        }
    }

    @Test(.requires(.chromium))
    func aStreamThatBreaksOffIsAnErrorInThePage() async throws {
        try await withPageServer { _ in
            PageServer.Reply(Self.page)
        } _: { pages in
            try await withScriptedServer { server in
                try await withChromium("http://127.0.0.1:\(pages.port)/?stream=\(server.port)") { browser in
                    let stream = try await server.accept()
                    _ = try await stream.readHead()
                    try await stream.send(
                        "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ntransfer-encoding: chunked\r\n\r\n"
                    )
                    try await stream.sendChunk("chunk-1")
                    try await pages.request("/seen?n=1&text=chunk-1")
                    await stream.close()
                    #expect(
                        try await browser.consoleMessage { $0.hasPrefix("failed") }
                            == "failed: TypeError: network error"
                    )
                }
            }
        }
    }
}
