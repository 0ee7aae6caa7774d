// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import SluiceWire
import TestSupport
import Testing

/// A function that answers buffered, byte for byte at the Runtime API.
@Suite struct BufferedAnswerTests {
    private static let url = #"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}"#
    private static let restAPI = #"{"httpMethod":"GET","path":"/","requestContext":{"identity":{}}}"#
    private static let loadBalancer = #"{"httpMethod":"GET","path":"/","requestContext":{"elb":{}}}"#

    struct Broken: Error, CustomStringConvertible { let description = "half of it" }

    /// Answers two events with the same function, and gives back the posts.
    private func posts(
        _ events: [String],
        mode: ResponseMode? = nil,
        invokeMode: String? = nil,
        _ handler: @escaping @Sendable (FunctionRequest, InvocationContext) async throws -> HTTPResult
    ) async throws -> [(head: String, body: String)] {
        var function = HTTPFunction(handler)
        function.responseMode = mode
        var environment = FunctionEnvironment()
        environment.invokeMode = invokeMode
        return try await withFunction(function.function, environment: environment) { server, _ in
            let connection = try await server.accept()
            var posts: [(head: String, body: String)] = []
            for event in events {
                try await connection.answerNext(event)
                posts.append(try await connection.readWhole())
                try await connection.reply()
            }
            return posts
        }
    }

    private func isResponse(_ post: (head: String, body: String)) -> Bool {
        post.head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/response HTTP/1.1\r\n")
            && post.head.contains("\r\nContent-Type: application/json\r\n")
            && !post.head.lowercased().contains("response-mode")
    }

    @Test func gathersWhatABodyWrites() async throws {
        let posts = try await self.posts([Self.url, Self.restAPI], mode: .buffered) { request, context in
            HTTPResult.stream(status: .created, headers: [.contentType: "text/plain"], cookies: ["a=1"]) { writer in
                for number in 0..<3 { try await writer.write("\(number) ") }
                try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    try await writer.write("\(request.source), \(context.responseMode)")
                }
            }
        }
        #expect(posts.allSatisfy { self.isResponse($0) })
        #expect(
            posts.map(\.body) == [
                #"{"statusCode":201,"headers":{"content-type":"text/plain"},"cookies":["a=1"],"#
                    + #""body":"0 1 2 functionURL, buffered","isBase64Encoded":false}"#,
                #"{"statusCode":201,"multiValueHeaders":{"content-type":["text/plain"],"set-cookie":["a=1"]},"#
                    + #""body":"0 1 2 restAPI, buffered","isBase64Encoded":false}"#,
            ]
        )
    }

    @Test func buffersWhateverItsModeForASourceThatCannotStream() async throws {
        for mode in [nil, ResponseMode.streamed] {
            let posts = try await self.posts([Self.loadBalancer], mode: mode) { request, context in
                .text("\(request.source), \(context.responseMode)")
            }
            #expect(
                posts[0].body
                    == #"{"statusCode":200,"statusDescription":"200 OK","#
                    + #""headers":{"content-type":"text/plain; charset=utf-8"},"#
                    + #""body":"applicationLoadBalancer, buffered","isBase64Encoded":false}"#
            )
        }
    }

    /// Libraries get no context, and the work after the response gets one that was made before the event was read.
    @Test(arguments: [
        (Self.url, "streamed", ResponseMode.streamed), (Self.url, "buffered", .buffered),
        (Self.loadBalancer, "buffered", .streamed),
    ])
    func everybodyWhoAsksHearsTheSameMode(event: String, expected: String, mode: ResponseMode) async throws {
        let modes = Watched<[String]>([])
        let note: @Sendable (String) -> Void = { place in
            let mode = InvocationContext.current?.responseMode
            modes.update { $0.append("\(place) \(mode.map { "\($0)" } ?? "none")") }
        }
        var function = HTTPFunction { _, _ in
            note("handler")
            let result = HTTPResult.stream { writer in
                note("body")
                try await writer.write("x")
            }
            return result.afterResponse { context in
                note("after")
                modes.update { $0.append("given \(context.responseMode)") }
            }
        }
        function.responseMode = mode
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(event)
            if expected == "streamed" {
                _ = try await connection.readStream()
            } else {
                _ = try await connection.readWhole()
            }
            try await connection.reply()
            try await connection.readNext()
        }
        #expect(modes.current == ["handler", "body", "after", "given"].map { "\($0) \(expected)" })
    }

    @Test func streamsToARESTAPIAsToAFunctionURL() async throws {
        let function = HTTPFunction { _, context in .text("\(context.responseMode)") }
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            for event in [Self.url, Self.restAPI] {
                try await connection.answerNext(event)
                let response = try await connection.readStream()
                #expect(response.head.contains("application/vnd.awslambda.http-integration-response"))
                #expect(response.chunks.last == Array("streamed".utf8))
                try await connection.reply()
            }
        }
    }

    @Test func takesTheModeFromTheEnvironmentUnlessTheCodeNamesOne() async throws {
        let posts = try await self.posts([Self.url], invokeMode: "BUFFERED") { _, _ in .text("x") }
        #expect(self.isResponse(posts[0]))
        let named = try await self.posts([Self.url], mode: .buffered, invokeMode: "RESPONSE_STREAM") { _, _ in
            .text("x")
        }
        #expect(self.isResponse(named[0]))
    }

    @Test(arguments: ["buffered", "STREAM", " BUFFERED"])
    func doesNotStartWithAModeThatIsNone(value: String) async throws {
        var environment = FunctionEnvironment()
        environment.invokeMode = value
        try await withFunction(HTTPFunction { _, _ in .text("") }.function, environment: environment) {
            server,
            function in
            let connection = try await server.accept()
            let (head, body) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"))
            #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: Function.InvalidInvokeMode\r\n"))
            #expect(body.contains("SLUICE_INVOKE_MODE") && body.contains(value) && body.contains("RESPONSE_STREAM"))
            try await connection.reply()
            guard case .initialisationFailed = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
        }
    }

    @Test func buffersAnHTTPResultOfALambdaFunction() async throws {
        var environment = FunctionEnvironment()
        environment.invokeMode = "BUFFERED"
        let function = LambdaFunction { event, context in
            if event.readableBytes == 2 { return .text("\(context.responseMode)") }
            return .http(.text("x"))
        }
        try await withFunction(function, environment: environment) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("{}")
            #expect(try await connection.readWhole().body == "buffered")
            try await connection.reply()
            try await connection.answerNext("null")
            let body = try await connection.readWhole().body
            #expect(body.hasPrefix(#"{"statusCode":200,"headers":{"content-type""#))
        }
    }

    @Test func aBodyThatThrowsIsTheInvocationsError() async throws {
        let posts = try await self.posts([Self.loadBalancer, Self.url], mode: .buffered) { request, _ in
            .stream { writer in
                try await writer.write("half of it")
                if request.source == .applicationLoadBalancer { throw Broken() }
            }
        }
        #expect(posts[0].head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error HTTP/1.1\r\n"))
        #expect(posts[0].body == #"{"errorType":"Function.Broken","errorMessage":"half of it"}"#)
        // And the next one is answered as if nothing had been.
        #expect(self.isResponse(posts[1]))
        #expect(posts[1].body.hasSuffix(#""body":"half of it","isBase64Encoded":false}"#))
    }

    @Test func aHeadThatCannotBeSentRunsNoBody() async throws {
        let wasRun = Watched(false)
        let posts = try await self.posts([Self.loadBalancer], mode: .buffered) { _, _ in
            .stream(cookies: ["a\r\nb"]) { _ in wasRun.update { $0 = true } }
        }
        #expect(posts[0].body.contains("Function.InvalidResponseHead"))
        #expect(!wasRun.current)
    }
}
