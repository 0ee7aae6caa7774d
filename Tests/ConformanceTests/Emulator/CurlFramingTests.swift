// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// HTTP as curl sees it: chunks as bytes, connections that are used again, old versions, interim answers.
@Suite struct CurlFramingTests {
    private static func run(_ arguments: [String]) async throws -> ProgramResult {
        let options = ["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"]
        return try await runProgram(try Tools.path(of: .curl), options + arguments, within: .seconds(60))
    }

    @Test(.requires(.curl, .python3))
    func aStreamIsChunksAndALastChunkWithoutTrailers() async throws {
        try await withGatedFixture { sluice, gates in
            let script = try FixtureFunction.gatedStream(type: "text/plain")
            let arguments = Curl.options + ["--raw", "--no-buffer", "-H", "x-script: \(script)", try sluice.url()]
            try await withChildProcess(try Tools.path(of: .curl), arguments) { curl in
                let gate = try await gates.accept()
                // One after the other, since chunks that come at once may be joined.
                try await gate.chunk("first")
                _ = try await curl.bytes { $0 == Array("5\r\nfirst\r\n".utf8) }
                try await gate.chunk(String(repeating: "s", count: 17))
                _ = try await curl.bytes { $0.count == 10 + 23 }
                try await gate.send(.end)
                let second = "11\r\n" + String(repeating: "s", count: 17) + "\r\n"
                let whole = Array(("5\r\nfirst\r\n" + second + "0\r\n\r\n").utf8)
                // Its exit can be seen before the last that it printed.
                _ = try await curl.bytes { $0.count >= whole.count }
                #expect(try await curl.exit() == .code(0))
                #expect(curl.printed(on: .standardOutput) == whole)
            }
        }
    }

    @Test(.requires(.curl, .python3))
    func aStreamThatFailsHasNoLastChunk() async throws {
        try await withFixture { sluice in
            let end = Gate.Command.fail(type: "Function.Boom", message: "boom")
            let script = try FixtureFunction.stream(type: "text/plain", chunks: ["before"], end: end)
            let result = try await Self.run(["--raw", "-H", "x-script: \(script)", try sluice.url()])
            #expect(result.exit == .code(18), "\(result)")
            #expect(result.outputText == "6\r\nbefore\r\n", "the failure's trailers are no business of the caller")
        }
    }

    @Test(.requires(.curl, .python3))
    func oneConnectionServesSeveralRequestsButForThoseAfterABrokenStream() async throws {
        try await withFixture { sluice in
            let url = try sluice.url()
            let whole = try FixtureFunction.stream(type: "text/plain", chunks: ["a", "b"])
            let count = ["--write-out", "%{num_connects} "]
            let again = try await Self.run(count + ["-H", "x-script: \(whole)"] + [url, url, url])
            #expect(again.outputText == "ab1 ab0 ab0 ", "\(again)")
            // A whole answer after a failure before the head keeps its connection too.
            let raise = #"{"do":"raise","type":"E","message":"m"}"#
            let failed = try await Self.run(count + ["-H", "x-script: \(raise)"] + [url, url])
            #expect(failed.outputText == "Internal Server Error1 Internal Server Error0 ", "\(failed)")
            let drop = try FixtureFunction.stream(type: "text/plain", chunks: ["x"], end: .drop)
            let broken = try await Self.run(count + ["-H", "x-script: \(drop)"] + [url, url])
            #expect(broken.outputText == "x1 x1 ", "\(broken)")
        }
    }

    @Test(.requires(.curl, .python3), arguments: [FixtureFunction.InvokeMode.streamed, .buffered])
    func http10GetsABodyThatEndsWithItsConnection(mode: FixtureFunction.InvokeMode) async throws {
        try await withFixture(mode) { sluice in
            let script = try FixtureFunction.stream(type: "text/plain", chunks: [#""one "#, #"two""#])
            let reply = try await curl(try sluice.url(), ["--http1.0"], script: script)
            #expect(reply.exit == .code(0))
            #expect(reply.status == 200)
            #expect(reply["transfer-encoding"] == [])
            #expect(reply["connection"] == (mode == .streamed ? ["close"] : reply["connection"]))
            #expect(reply.text == (mode == .streamed ? #""one two""# : "one two"))
        }
    }

    @Test(.requires(.curl, .python3))
    func aClientThatWaitsForTheGoAheadGetsIt() async throws {
        try await withFixture { sluice in
            let file = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
            try Data(repeating: UInt8(ascii: "x"), count: 2_000_000).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let result = try await Self.run([
                "--verbose", "--expect100-timeout", "60", "-H", "Expect: 100-continue", "-H",
                "Content-Type: text/plain",
                "-H", #"x-script: {"do":"size"}"#, "--data-binary", "@\(file.path)", try sluice.url(),
            ])
            #expect(result.exit == .code(0))
            #expect(result.errorText.contains("< HTTP/1.1 100 Continue"), "\(result)")
            #expect(result.errorText.contains("< HTTP/1.1 200 OK"), "\(result)")
            #expect((Int(result.outputText) ?? 0) > 2_000_000)
        }
    }
}
