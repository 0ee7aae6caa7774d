// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// A front end on another port than the function's, which every browser takes for another origin.
@Suite struct CORSTests {
    private static let page = """
        <!doctype html><title>front end</title><script>
        const query = new URLSearchParams(location.search);
        const seen = (n, text) => fetch(`/seen?n=${n}&text=${encodeURIComponent(text)}`);
        const stream = query.get("stream");
        async function read() {
            const reader = (await fetch(stream, { headers: { "x-script": query.get("script") } })).body.getReader();
            for (let n = 1; ; n++) {
                const { value, done } = await reader.read();
                if (done) return fetch("/end");
                await seen(n, new TextDecoder().decode(value));
            }
        }
        function listen() {
            const events = new EventSource(stream + "?script=" + encodeURIComponent(query.get("script")));
            let n = 0;
            events.onmessage = (event) => seen(++n, event.data);
            events.addEventListener("bye", () => { events.close(); fetch("/end"); });
            events.onerror = () => { events.close(); fetch("/failed?n=" + n); };
        }
        if (query.has("events")) listen(); else read().catch((error) => fetch("/failed?" + error.name));
        </script>
        """

    private static let chunks = ["one", "two", "three"]

    private func script(type: String) throws -> String {
        let prelude = #"{"headers":{"content-type":"\#(type)"}}"#
        return try FixtureFunction.gatedStream(
            type: FixtureFunction.preludeType,
            chunks: [prelude + FixtureFunction.delimiter]
        )
    }

    private func open(_ mode: String, at sluice: SluiceProcess, _ pages: PageServer, script: String) throws -> String {
        let items = [("stream", try sluice.url()), ("script", script), (mode, "1")]
        var url = URLComponents()
        url.queryItems = items.map { URLQueryItem(name: $0.0, value: $0.1) }
        return "http://127.0.0.1:\(pages.port)/\(url.string ?? "")"
    }

    private func withFrontEnd(
        _ options: (PageServer) -> [String],
        _ body: (SluiceProcess, GateKeeper, PageServer) async throws -> Void
    ) async throws {
        try await withPageServer { _ in
            PageServer.Reply(Self.page)
        } _: { pages in
            try await withGatedFixture(options: options(pages)) { sluice, gates in
                try await body(sluice, gates, pages)
            }
        }
    }

    /// The header with the script is not a simple one, so a preflight comes first.
    @Test(.requires(.chromium, .python3), arguments: [true, false])
    func aPageReadsAStreamOfAnotherOriginChunkByChunk(namesItsOrigin: Bool) async throws {
        try await self.withFrontEnd {
            ["--cors", namesItsOrigin ? "http://127.0.0.1:\($0.port)" : "*"]
        } _: { sluice, gates, pages in
            let url = try self.open("fetch", at: sluice, pages, script: try self.script(type: "text/plain"))
            try await withChromium(url) { _ in
                let gate = try await gates.accept()
                for (number, chunk) in zip(1..., Self.chunks) {
                    try await gate.chunk(chunk)
                    try await pages.request("/seen?n=\(number)&text=\(chunk)")
                }
                try await gate.send(.end)
                try await pages.request("/end")
            }
            try await sluice.logLine { $0.contains(" 200 ") && $0.hasSuffix("OPTIONS /") }
        }
    }

    @Test(.requires(.chromium, .python3)) func anEventSourceHearsEventsOfAnotherOriginOneByOne() async throws {
        try await self.withFrontEnd {
            ["--cors", "http://127.0.0.1:\($0.port)"]
        } _: { sluice, gates, pages in
            let url = try self.open("events", at: sluice, pages, script: try self.script(type: "text/event-stream"))
            try await withChromium(url) { _ in
                let gate = try await gates.accept()
                for (number, chunk) in zip(1..., Self.chunks) {
                    try await gate.chunk("data: \(chunk)\n\n")
                    try await pages.request("/seen?n=\(number)&text=\(chunk)")
                }
                try await gate.chunk("event: bye\ndata: \n\n")
                try await pages.request("/end")
                try await gate.send(.end)
            }
        }
    }

    @Test(.requires(.chromium, .python3), arguments: ["fetch", "events"], [true, false])
    func withoutLeaveAPageGetsNothing(mode: String, allowsAnother: Bool) async throws {
        try await self.withFrontEnd { _ in
            allowsAnother ? ["--cors", "http://127.0.0.1:1"] : []
        } _: { sluice, _, pages in
            // The stream of events is asked for without a preflight, so the function is invoked and has to end.
            let script = try FixtureFunction.stream(type: "text/event-stream", chunks: ["data: one\n\n"])
            try await withChromium(try self.open(mode, at: sluice, pages, script: script)) { _ in
                let end = try await pages.request { $0.hasPrefix("/failed") || $0.hasPrefix("/seen") }
                #expect(end == (mode == "fetch" ? "/failed?TypeError" : "/failed?n=0"))
            }
        }
    }

    // MARK: What is on the wire

    private static let preflight = [
        "-X", "OPTIONS", "-H", "Origin: http://a.example", "-H", "Access-Control-Request-Method: PUT",
        "-H", "Access-Control-Request-Headers: authorization",
    ]

    private static func corsHeaders(_ reply: CurlReply) -> [String: String] {
        Dictionary(
            reply.headers.filter { $0.name.hasPrefix("access-control-") }.map { ($0.name, $0.value) },
            uniquingKeysWith: { "\($0) and \($1)" }
        )
    }

    @Test(.requires(.curl, .python3)) func aPreflightIsAnsweredWithoutTheFunction() async throws {
        let cors = #"""
            {"AllowOrigins":["http://a.example"],"AllowMethods":["GET","PUT"],"AllowHeaders":["Authorization"],
            "AllowCredentials":true,"MaxAge":300}
            """#
        try await withFixture(.buffered, options: ["--cors", cors]) { sluice in
            let reply = try await curl(try sluice.url(), Self.preflight)
            #expect(reply.status == 200, "\(reply)")
            #expect(reply.body == [])
            #expect(reply["vary"] == ["Origin"])
            #expect(reply["x-amzn-requestid"].count == 1)
            #expect(
                Self.corsHeaders(reply) == [
                    "access-control-allow-origin": "http://a.example", "access-control-allow-methods": "GET,PUT",
                    "access-control-allow-headers": "Authorization", "access-control-allow-credentials": "true",
                    "access-control-max-age": "300",
                ]
            )
            let refused = try await curl(
                try sluice.url(),
                Self.preflight + ["-H", "Access-Control-Request-Method: DELETE"]
            )
            #expect(refused.status == 200)
            #expect(Self.corsHeaders(refused) == [:], "\(refused)")
            // By its host name it is the same URL.
            let byHost = ["-H", "Host: \(FixtureFunction.name).lambda-url.localhost"]
            let other = try await curl(sluice.endpoint, Self.preflight + byHost)
            #expect(Self.corsHeaders(other) == Self.corsHeaders(reply))
            #expect(!String(decoding: sluice.process.printed(on: .standardError), as: UTF8.self).contains("START"))
        }
    }

    /// 502 by the function's fault, 413 by the caller's.
    @Test(.requires(.curl, .python3)) func errorsOfTheURLMayBeReadToo() async throws {
        try await withFixture(.buffered, options: ["--cors", "*"]) { sluice in
            let origin = ["-H", "Origin: http://a.example"]
            let allowed = ["access-control-allow-origin": "http://a.example", "access-control-expose-headers": "*"]
            let failed = try await curl(
                try sluice.url(),
                origin,
                script: #"{"do":"raise","type":"Function.Boom","message":"boom"}"#
            )
            #expect(failed.status == 502)
            #expect(Self.corsHeaders(failed) == allowed)
            let large = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
            try Data(count: 6 * 1024 * 1024 + 1).write(to: large)
            defer { try? FileManager.default.removeItem(at: large) }
            let refused = try await curl(try sluice.url(), origin + ["--data-binary", "@\(large.path)"])
            #expect(refused.status == 413, "\(refused)")
            #expect(Self.corsHeaders(refused) == allowed)
        }
    }

    /// Throttled while the one environment is at work.
    @Test(.requires(.curl, .python3)) func aThrottledPageMayReadThat() async throws {
        try await withGatedFixture(options: ["--cors", "*", "--concurrency", "1"]) { sluice, gates in
            let script = try FixtureFunction.gatedStream(type: "text/plain")
            async let first = curl(try sluice.url(), script: script)
            let gate = try await gates.accept()
            let second = try await curl(try sluice.url(), ["-H", "Origin: http://a.example"], script: script)
            #expect(second.status == 429)
            #expect(second["access-control-allow-origin"] == ["http://a.example"])
            try await gate.send(.end)
            #expect(try await first.status == 200)
        }
    }

    private static let ownHeaders = #"""
        {"do":"return","value":{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"http://own.example"}}}
        """#

    @Test(.requires(.curl, .python3)) func theConfiguredHeadersWinOverTheFunctions() async throws {
        try await withFixture(.buffered, options: ["--cors", "http://a.example"]) { sluice in
            let reply = try await curl(try sluice.url(), ["-H", "Origin: http://a.example"], script: Self.ownHeaders)
            #expect(reply["access-control-allow-origin"] == ["http://a.example"])
            try await sluice.logLine { $0.contains("the function's own access-control-allow-origin was left out") }
        }
    }

    @Test(.requires(.curl, .python3)) func withoutAConfigurationTheFunctionDecides() async throws {
        try await withFixture(.buffered) { sluice in
            for arguments in [[], Self.preflight] {
                let reply = try await curl(try sluice.url(), arguments, script: Self.ownHeaders)
                #expect(Self.corsHeaders(reply) == ["access-control-allow-origin": "http://own.example"], "\(reply)")
                #expect(reply["vary"] == [])
            }
        }
    }
}
