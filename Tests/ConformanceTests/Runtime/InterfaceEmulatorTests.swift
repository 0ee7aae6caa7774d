// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// AWS's own runtime interface emulator, which its container images have, runs the example function. It knows nothing
/// of streams: it gathers what a function writes, so that a body which ended cleanly is whole, and one that did not
/// would hold up or lose the invocations after it.
@Suite struct InterfaceEmulatorTests {
    private struct Prelude: Decodable {
        var statusCode: Int
    }

    private struct Report: Decodable {
        var errorType: String
    }

    /// One invocation with the event that a Function URL would make of a GET.
    private static func invoke(_ url: String, path: String, query: String = "") async throws -> (Int, String) {
        let event = #"""
            {"version":"2.0","routeKey":"$default","rawPath":"\#(path)","rawQueryString":"\#(query)","headers":{},
            "requestContext":{"http":{"method":"GET","path":"\#(path)","protocol":"HTTP/1.1","sourceIp":"127.0.0.1"}},
            "isBase64Encoded":false}
            """#
        let reply = try await Self.post(url, event)
        let delimiter = try #require(reply.body.firstRange(of: Array(FixtureFunction.delimiter.utf8)), "\(reply)")
        let prelude = try JSONDecoder().decode(Prelude.self, from: Data(reply.body[..<delimiter.lowerBound]))
        return (prelude.statusCode, String(latin1: reply.body[delimiter.upperBound...]))
    }

    private static func post(_ url: String, _ event: String) async throws -> CurlReply {
        // It takes a moment until it listens; curl waits for that.
        let waiting = ["--retry", "8", "--retry-connrefused", "--max-time", "60"]
        let reply = try await curl(url, waiting + ["--data-binary", event])
        #expect(reply.exit == .code(0) && reply.status == 200, "\(reply)")
        return reply
    }

    private static func withEmulator(_ body: (String, ChildProcess) async throws -> Void) async throws {
        // It cannot be told to choose ports by itself.
        let (own, runtimeAPI) = try await withScriptedServer { first in
            try await withScriptedServer { second in (first.port, second.port) }
        }
        let arguments = [
            "--runtime-interface-emulator-address", "127.0.0.1:\(own)",
            "--runtime-api-address", "127.0.0.1:\(runtimeAPI)",
            try BuiltProducts.url(of: "SluiceDemoFunction").path,
        ]
        try await withChildProcess(try Tools.path(of: .rie), arguments) { emulator in
            try await body("http://127.0.0.1:\(own)/2015-03-31/functions/function/invocations", emulator)
        }
    }

    @Test(.requires(.rie, .curl))
    func oneEnvironmentAnswersInvocationsOfEveryKindInARow() async throws {
        try await Self.withEmulator { url, emulator in
            for _ in 0..<2 {
                #expect(try await Self.invoke(url, path: "/status/201") == (201, ""))
                let missing = try await Self.invoke(url, path: "/nothing")
                #expect(missing == (404, "There is nothing at /nothing.\n"))
                // A stream, written over time.
                let (status, words) = try await Self.invoke(url, path: "/tokens", query: "words=3")
                #expect(status == 200)
                #expect(words.hasPrefix("id: 1\ndata: Alice\n\nid: 2\n") && words.hasSuffix("data: 3 words\n\n"))
                // What a handler throws after the head comes as trailers, which the emulator does not read.
                let failed = try await Self.invoke(url, path: "/fail", query: "after=2")
                #expect(failed == (200, "chunk 1 of 2\nchunk 2 of 2\n"))
                let report = try await Self.post(url, #""no request""#)
                #expect(
                    try JSONDecoder().decode(Report.self, from: Data(report.body)).errorType == "Function.InvalidEvent"
                )
            }
            let log = [ChildProcess.Stream.standardOutput, .standardError].map {
                String(decoding: emulator.printed(on: $0), as: UTF8.self)
            }.joined()
            let starts = log.components(separatedBy: "INIT START").count - 1
            #expect(starts == 1, "the function went on to its next invocation each time: \(log)")
        }
    }

    @Test(.requires(.rie, .curl))
    func aStreamOfMegabytesIsWhole() async throws {
        try await Self.withEmulator { url, _ in
            let (status, body) = try await Self.invoke(url, path: "/download", query: "bytes=3000000")
            #expect(status == 200)
            #expect(body.unicodeScalars.count == 3_000_000)
            #expect(try await Self.invoke(url, path: "/status/204") == (204, ""))
        }
    }
}
