// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// What a Function URL does beside passing on, and what the log says of it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct FunctionURLRuleTests {
    private typealias Request = ScriptedFunction.Step.Request

    private static func ask(_ lambda: LocalLambda, _ method: String, _ target: String = "/size") async throws
        -> RawReply
    {
        try await withRawClient(port: lambda.port(for: .functionURL)) { client in
            try await client.send("\(method) \(target) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            return try RawReply(try await client.readToEnd())
        }
    }

    @Test func aMethodThatLambdaDoesNotHaveIsRefused() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for method in ["PROPFIND", "TRACE"] {
                #expect(try await Self.ask(lambda, method).status == 405)
                _ = try await lambda.log.note("and not \(method)")
            }
            for method in ["GET", "POST", "PUT", "OPTIONS", "PATCH", "DELETE"] {
                #expect(try await Self.ask(lambda, method).status == 200, "\(method)")
            }
        }
    }

    /// Without a prelude the head waits for the first byte: until then the status can still say so.
    @Test func aFailureBehindAHeadWithoutABodyIs502() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let failed = try await lambda.call(.functionURL, [.begin, .trailers(type: "Own.Type", body: "{}")])
            #expect(failed.status == 502 && failed.text == "Internal Server Error" && failed.isWhole, "\(failed)")
            let empty = try await lambda.call(.functionURL, [.begin, .end])
            #expect(empty.status == 200 && empty.isWhole && empty.body.isEmpty, "\(empty)")
            #expect(empty["content-type"] == ["text/plain"])
        }
    }

    @Test func theLogWarnsOfACompressedStream() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let prelude = #"{"statusCode":200,"headers":{"content-encoding":"gzip"}}"#
            var response = Request.of("response")
                .with("Content-Type", "application/vnd.awslambda.http-integration-response")
            response.body = Array((prelude + "\0\0\0\0\0\0\0\0x").utf8)
            let reply = try await lambda.call(.functionURL, [.ask(response)])
            #expect(reply["content-encoding"] == ["gzip"])
            _ = try await lambda.log.note("is compressed with gzip")
        }
    }

    private static func compressed(_ body: [UInt8]) -> ScriptedFunction.Step {
        var response = Request.of("response").with(
            "Content-Type",
            "application/vnd.awslambda.http-integration-response"
        )
        let prelude = #"{"statusCode":200,"headers":{"content-encoding":"gzip","content-type":"text/plain"}}"#
        response.body = Array(prelude.utf8) + [UInt8](repeating: 0, count: 8) + body
        return .ask(response)
    }

    /// By Python's gzip.
    private static let helloWorld: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0x28,
        0xCF, 0x2F, 0xCA, 0x49, 0x01, 0x00, 0x85, 0x11, 0x4A, 0x0D, 0x0B, 0x00, 0x00, 0x00,
    ]

    @Test func aCompressedStreamIsUnpackedWhereThatIsAskedFor() async throws {
        var function = try ScriptedFunction.configuration()
        function.urlDecodesGzip = true
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.call(.functionURL, [Self.compressed(Self.helloWorld)])
            #expect(reply["content-encoding"] == [] && reply["content-type"] == ["text/plain"], "\(reply)")
            #expect(reply.text == "hello world" && reply.isWhole)
            let empty = try await lambda.call(.functionURL, [Self.compressed([])])
            #expect(empty.status == 200 && empty.isWhole && empty.body.isEmpty, "\(empty)")
        }
    }

    @Test func aCompressedStreamThatIsBrokenIsNotWhole() async throws {
        var function = try ScriptedFunction.configuration()
        function.urlDecodesGzip = true
        try await LocalLambda.run(function) { lambda in
            let cut = try await lambda.call(.functionURL, [Self.compressed(Self.helloWorld.dropLast())])
            #expect(cut.text == "hello world" && !cut.isWhole, "\(cut)")
            _ = try await lambda.log.note("the body ends before its gzip does")
            let plain = try await lambda.call(.functionURL, [Self.compressed(Array("plain".utf8))])
            #expect(plain.body.isEmpty && !plain.isWhole, "\(plain)")
            _ = try await lambda.log.note("the body is no gzip")
        }
    }
}
