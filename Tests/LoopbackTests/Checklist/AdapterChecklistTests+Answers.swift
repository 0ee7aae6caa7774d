// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What becomes of the application's answers, byte for byte.
extension AdapterChecklistTests {
    /// The adapter with an invocation under way.
    private func withRequest(
        _ method: String = "GET",
        mode: String = "response_stream",
        variables: [String: String] = [:],
        _ body: (_ lambda: RawConnection, _ application: RawConnection) async throws -> Void
    ) async throws {
        try await ScriptedAdapter.run(mode: mode, variables: variables) { adapter in
            let lambda = try await adapter.start()
            try await lambda.answerNext(ScriptedAdapter.event(method: method))
            let application = try await adapter.application.accept()
            _ = try await application.readHead()
            try await body(lambda, application)
        }
    }

    @Test(
        "7: head, cookies and each chunk leave when they come, and nothing that is about the application's connection"
    )
    func liveAnswer() async throws {
        try await self.withRequest { lambda, application in
            try await application.send(
                """
                HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive, X-Drop\r
                Keep-Alive: timeout=5\r\nX-Drop: 1\r\nTrailer: X-Late\r\nUpgrade: h2c\r\nProxy-Authenticate: x\r
                Set-Cookie: a=1; Path=/\r\nX-Own: 1\r\nSet-Cookie: b=2\r\nX-Own: 2\r\n\r\n
                """
            )
            let head = try await lambda.readHead()
            var text = ""
            while !text.hasSuffix(String(repeating: "\0", count: 8)) {
                text += String(decoding: try await lambda.readChunk(), as: UTF8.self)
            }
            let (prelude, nothing) = try PostedResponse(head: head, chunks: [Array(text.utf8)], trailers: []).split()
            #expect(Set(prelude.keys) == ["statusCode", "headers", "cookies"] && nothing.isEmpty)
            #expect(prelude["statusCode"] as? Int == 201)
            #expect(prelude["cookies"] as? [String] == ["a=1; Path=/", "b=2"])
            let headers = try #require(prelude["headers"] as? [String: String])
            #expect(
                Dictionary(uniqueKeysWithValues: headers.map { ($0.key.lowercased(), $0.value) }) == ["x-own": "1, 2"]
            )
            // The application writes the next when this one has arrived.
            for chunk in ["one", "two", "three"] {
                try await application.sendChunk(chunk)
                #expect(String(decoding: try await lambda.readChunk(), as: UTF8.self) == chunk)
            }
            try await application.sendLastChunk(trailers: ["X-Late: 1"])
            #expect(try await lambda.readChunk().isEmpty)
            #expect(try await lambda.readTrailers() == [])
        }
    }

    @Test("7: the length of a body is not said, which the stream's frames say")
    func noLength() async throws {
        try await self.withRequest { lambda, application in
            try await application.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/plain\r\n\r\nbody")
            let (prelude, body) = try await lambda.readStream().split()
            let names = (prelude["headers"] as? [String: String] ?? [:]).keys.map { $0.lowercased() }
            #expect(names == ["content-type"] && body == "body")
        }
    }

    @Test(
        "8: an answer without a body is prelude, delimiter and end",
        arguments: [
            ("GET", "204 No Content", ""), ("GET", "304 Not Modified", "Content-Length: 9\r\n"),
            ("HEAD", "200 OK", "Content-Length: 9\r\n"), ("GET", "200 OK", "Content-Length: 0\r\n"),
        ]
    )
    func noBody(method: String, status: String, length: String) async throws {
        try await self.withRequest(method) { lambda, application in
            try await application.send("HTTP/1.1 \(status)\r\n\(length)\r\n")
            let response = try await lambda.readStream()
            let (prelude, body) = try response.split()
            #expect(prelude["statusCode"] as? Int == Int(status.prefix(3)) && body.isEmpty && response.trailers.isEmpty)
        }
    }

    @Test("9: an answer that breaks off ends in trailers of HTTP, with type and report")
    func trailers() async throws {
        try await self.withRequest { lambda, application in
            try await application.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await application.sendChunk("half")
            await application.close()
            let response = try await lambda.readStream()
            #expect(try response.split().body == "half")
            let values = response.trailers.compactMap {
                $0.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
            }
            #expect(
                response.trailers.map { $0.split(separator: ":")[0] } == [
                    "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body",
                ]
            )
            #expect(values.first == "Adapter.ResponseBrokeOff")
            let report = try #require(values.last.flatMap { Data(base64Encoded: $0) })
            let members = try #require(try JSONSerialization.jsonObject(with: report) as? [String: Any])
            #expect(members["errorType"] as? String == "Adapter.ResponseBrokeOff")
            #expect((members["errorMessage"] as? String)?.contains("after 4 bytes of its body") == true)
        }
    }

    @Test(
        "11: an answer with such a status is read to its end, and its body is in the /error",
        arguments: ["response_stream", "buffered"]
    )
    func errorReport(mode: String) async throws {
        try await self.withRequest(mode: mode, variables: ["AWS_LWA_ERROR_STATUS_CODES": "500,502-504"]) {
            lambda,
            application in
            try await application.send("HTTP/1.1 503 Later\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await application.sendChunk("first ")
            #expect(lambda.unread.isEmpty)
            try await application.sendChunk("last")
            try await application.sendLastChunk()
            let (head, body) = try await lambda.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error HTTP/1.1\r\n"))
            #expect(body.contains(#"{\"statusCode\":503,\"body\":\"first last\"}"#), "\(body)")
        }
    }

    @Test("14: a buffered answer is one JSON object, and has no prelude")
    func buffered() async throws {
        try await self.withRequest(mode: "buffered") { lambda, application in
            try await application.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nSet-Cookie: a=1\r\n\r\nbody")
            let (head, body) = try await lambda.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/response HTTP/1.1\r\n"))
            #expect(!head.lowercased().contains("streaming") && !head.contains("http-integration-response"))
            let answer = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
            #expect(answer["statusCode"] as? Int == 200 && answer["cookies"] as? [String] == ["a=1"])
            #expect(!body.contains("\\u0000"))
        }
    }
}
