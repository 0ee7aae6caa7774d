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
}
