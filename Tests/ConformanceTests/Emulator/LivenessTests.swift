// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import Foundation
import NIOCore
import TestSupport
import Testing

/// Streams are live, shown by the order of events: the function writes each chunk only when the client has the one
/// before. If anything between the two gathered bytes, both would wait for ever; no clock decides.
@Suite struct LivenessTests {
    private static let chunks = ["one ", "two ", "a third, with \u{e9}", "four"]

    /// The three ways in which a Function URL is reached.
    enum Door: String, CaseIterable {
        case ownPort, hostName, hostHeader

        func arguments(_ sluice: SluiceProcess) throws -> [String] {
            let host = "\(FixtureFunction.name).lambda-url.localhost"
            let port = try sluice.endpointPort
            return switch self {
            case .ownPort: [try sluice.url()]
            case .hostName: ["--resolve", "\(host):\(port):127.0.0.1", "http://\(host):\(port)/"]
            case .hostHeader: ["-H", "Host: \(host)", sluice.endpoint]
            }
        }
    }

    @Test(.requires(.curl, .python3), arguments: Door.allCases)
    func curlHasEachChunkBeforeTheNextIsWritten(door: Door) async throws {
        try await withGatedFixture { sluice, gates in
            let script = try FixtureFunction.gatedStream(type: "text/plain")
            let arguments =
                Curl.options + ["--no-buffer", "-H", "x-script: \(script)"] + (try door.arguments(sluice))
            try await withChildProcess(try Tools.path(of: .curl), arguments) { curl in
                let gate = try await gates.accept()
                var expected: [UInt8] = []
                for chunk in Self.chunks {
                    try await gate.chunk(chunk)
                    expected += chunk.unicodeScalars.map { UInt8($0.value) }
                    _ = try await curl.bytes { [expected] in $0 == expected }
                }
                try await gate.send(.end)
                #expect(try await curl.exit() == .code(0))
                #expect(curl.printed(on: .standardOutput) == expected)
            }
        }
    }

    @Test(.requires(.boto3))
    func botoHasEachChunkAsAnEventBeforeTheNextIsWritten() async throws {
        try await withGatedFixture { sluice, gates in
            try await withBoto(sluice) { boto in
                try await boto.beginStream(try FixtureFunction.gatedStream())
                let gate = try await gates.accept()
                // The reply itself is there before the first chunk.
                let reply = try await boto.line()
                #expect(reply.status == 200)
                #expect(reply.executedVersion == "$LATEST")
                #expect(reply.contentType == "application/vnd.amazon.eventstream")
                for chunk in Self.chunks {
                    try await gate.chunk(chunk)
                    #expect(try await boto.line().chunk == chunk)
                }
                try await gate.send(.end)
                #expect(try await boto.line().complete == Boto.Complete())
                #expect(try await boto.line().ended == true)
            }
        }
    }

    @Test(.requires(.python3))
    func theHeadComesBeforeTheFirstChunkAndEachChunkIsOneOnTheWire() async throws {
        try await withGatedFixture { sluice, gates in
            try await withRawClient(port: try sluice.urlPort()) { client in
                let prelude = #"{"statusCode":201,"headers":{"content-type":"text/plain"}}"#
                let script = try FixtureFunction.gatedStream(
                    type: FixtureFunction.preludeType,
                    chunks: [prelude + FixtureFunction.delimiter]
                )
                try await client.send("GET / HTTP/1.1\r\nhost: x\r\nx-script: \(script)\r\n\r\n")
                let gate = try await gates.accept()
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 201 Created\r\n"))
                for chunk in Self.chunks {
                    try await gate.chunk(chunk)
                    #expect(String(latin1: try await client.readChunk()) == chunk)
                }
                try await gate.send(.end)
                try await client.expect("0\r\n\r\n")
            }
        }
    }

    @Test(.requires(.python3))
    func theInvokeCallSendsOneFrameForEachChunk() async throws {
        try await withGatedFixture { sluice, gates in
            try await withRawClient(port: try sluice.endpointPort) { client in
                let event = #"{"script":\#(try FixtureFunction.gatedStream())}"#
                try await client.send(
                    "POST /2021-11-15/functions/\(FixtureFunction.name)/response-streaming-invocations HTTP/1.1\r\n"
                        + "host: x\r\ncontent-length: \(event.utf8.count)\r\n\r\n\(event)"
                )
                let gate = try await gates.accept()
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 200 OK\r\n"))
                var decoder = EventStreamDecoder()
                for chunk in Self.chunks {
                    try await gate.chunk(chunk)
                    decoder.append(ByteBuffer(bytes: try await client.readChunk()))
                    let message = try #require(try decoder.next())
                    #expect(String(latin1: message.payload.readableBytesView) == chunk)
                }
                try await gate.send(.end)
                decoder.append(ByteBuffer(bytes: try await client.readChunk()))
                #expect(try decoder.next()?.payload == ByteBuffer(string: "{}"))
                try await client.expect("0\r\n\r\n")
            }
        }
    }

    /// Reads the stream with no library, and reports each chunk before it reads the next.
    private static let page = """
        <!doctype html><title>reader</title><script>
        (async () => {
            const stream = new URLSearchParams(location.search).get("stream");
            const reader = (await fetch(stream)).body.getReader();
            for (let n = 1; ; n++) {
                const { value, done } = await reader.read();
                if (done) break;
                await fetch(`/seen?n=${n}&text=${encodeURIComponent(new TextDecoder("latin1").decode(value))}`);
            }
            await fetch("/end");
        })().catch((error) => fetch("/failed?" + encodeURIComponent(error)));
        </script>
        """

    @Test(.requires(.chromium, .python3), arguments: [true, false])
    func aPageInChromiumHasEachChunkBeforeTheNextIsWritten(endsWell: Bool) async throws {
        let prelude = #"{"headers":{"content-type":"text/plain","access-control-allow-origin":"*"}}"#
        let script = try FixtureFunction.gatedStream(
            type: FixtureFunction.preludeType,
            chunks: [prelude + FixtureFunction.delimiter]
        )
        try await withGatedFixture { sluice, gates in
            let stream = try sluice.url() + "?script=" + Self.encode(script)
            try await withPageServer { _ in
                PageServer.Reply(Self.page)
            } _: { pages in
                try await withChromium("http://127.0.0.1:\(pages.port)/?stream=\(Self.encode(stream))") { _ in
                    let gate = try await gates.accept()
                    for (number, chunk) in zip(1..., Self.chunks) {
                        try await gate.chunk(chunk)
                        try await pages.request("/seen?n=\(number)&text=\(Self.encode(chunk))")
                    }
                    try await gate.send(endsWell ? .end : .fail(type: "Function.Boom", message: "boom"))
                    let end = try await pages.request { $0 == "/end" || $0.hasPrefix("/failed") }
                    #expect(end == (endsWell ? "/end" : "/failed?TypeError%3A%20network%20error"))
                }
            }
        }
    }

    /// As `encodeURIComponent` does.
    private static func encode(_ text: String) -> String {
        let allowed = CharacterSet(charactersIn: "-_.!~*'()").union(.alphanumerics.intersection(.asciiLetters))
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
    }
}

extension CharacterSet {
    fileprivate static let asciiLetters = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    )
}
