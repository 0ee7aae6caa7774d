// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import NIOPosix
import Sluice
import TestSupport
import Testing

/// What a handler may do wrong, and what becomes of it: an error that says so, and a function that goes on.
@Suite struct MisbehavedHandlerTests {
    /// Makes one call that must fail with this type, and one that must not.
    private static func expect(
        _ type: String,
        message: String,
        from result: @escaping @Sendable () throws -> LambdaResult
    ) async throws {
        let function = LambdaFunction { event, _ in event == ByteBuffer(string: "well") ? .text("well") : try result() }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("ill")
            let (head, body) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error "))
            #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: \(type)\r\n"), "\(head)")
            let report = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
            #expect(report["errorType"] == type)
            #expect(report["errorMessage"]?.contains(message) == true, "\(body)")
            try await connection.reply()
            try await connection.answerNext("well", requestID: "req-2")
            #expect(try await connection.readWhole().body == "well")
        }
    }

    // MARK: Heads

    @Test(arguments: [0, 99, 100, 199, 600, 999]) func aStatusThatIsNoFinalOne(code: Int) async throws {
        try await Self.expect("Function.InvalidResponseHead", message: "\(code)") {
            .http(HTTPResult(status: HTTPResponse.Status(code: code)))
        }
    }

    /// HTTPTypes' own initializer would end the process at those below 0 and above 999.
    @Test(arguments: [-1, Int.min, 99, 199, 600, 1_000, Int.max]) func aStatusOfAnyNumber(code: Int) async throws {
        try await Self.expect("Function.InvalidResponseHead", message: "\(code)") {
            .http(HTTPResult(status: try HTTPResponse.Status(checking: code)))
        }
    }

    @Test(arguments: [200, 404, 599]) func aStatusThatIsChecked(code: Int) throws {
        #expect(try HTTPResponse.Status(checking: code).code == code)
    }

    @Test func tenThousandHeaders() async throws {
        var headers = HTTPFields()
        for number in 0..<10_000 {
            headers.append(HTTPField(name: try #require(HTTPField.Name("x-\(number)")), value: "v"))
        }
        let fields = headers
        try await Self.expect("Function.ResponseHeadTooLarge", message: "16384") { .http(HTTPResult(headers: fields)) }
    }

    @Test(arguments: ["a\r\nset-cookie: b=c", "a\nb", "a\0b", "a\u{7f}b"])
    func aCookieThatWouldSplitTheHead(cookie: String) async throws {
        try await Self.expect("Function.InvalidResponseHead", message: "cookie") {
            .http(HTTPResult(cookies: ["ok=1", cookie]))
        }
    }

    /// A field cannot be made with such a value: what would split the head is a space by then.
    @Test func aFieldThatWouldSplitTheHead() async throws {
        let function = LambdaFunction { _, _ in
            .http(HTTPResult(headers: [.vary: "a\r\nx-injected: b\0"]))
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let text = try await connection.readStream().text
            #expect(text.hasPrefix(#"{"statusCode":200,"headers":{"vary":"a  x-injected: b"}}"#), "\(text)")
        }
    }

    // MARK: Errors

    @Test func anErrorWhoseTextIsNoText() async throws {
        struct Odd: Error, CustomStringConvertible {
            let description = "first\nsecond\r\0 \u{1b}[31m \u{2028} \"quoted\" \\ \u{fffd} 🧨"
        }
        try await Self.expect("Function.Odd", message: Odd().description) { throw Odd() }
    }

    @Test func anErrorWhoseTextIsLong() async throws {
        struct Long: Error, CustomStringConvertible {
            var description: String { String(repeating: "é", count: 3_000_000) }
        }
        let function = LambdaFunction { _, _ in throw Long() }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let (_, body) = try await connection.readWhole()
            #expect(body.utf8.count <= 1_048_576, "the most that Lambda takes")
            #expect(body.hasSuffix("…\"}") || body.hasSuffix("é\"}"), "\(body.suffix(20))")
            try await connection.reply()
            try await connection.readNext()
        }
    }

    @Test func anErrorOfATypeWithoutAName() async throws {
        enum É: Error { case e }
        try await Self.expect("Function.Error", message: "e") { throw É.e }
    }

    // MARK: Events

    private static func urlEvent(path: String, query: String = "") -> String {
        #"{"version":"2.0","rawPath":"\#(path)","rawQueryString":"\#(query)","headers":{},"#
            + #""requestContext":{"http":{"method":"GET","path":"/","sourceIp":"192.0.2.7"}},"isBase64Encoded":false}"#
    }

    @Test(arguments: [#"/\ud800"#, #"/\udc00\ud800"#, #"/\ud800\u0041"#])
    func anEventWithTextThatIsNoText(path: String) async throws {
        let event = Self.urlEvent(path: path)
        let function = HTTPFunction { _, _ in .text("never") }
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(event)
            let (head, _) = try await connection.readWhole()
            #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: Function.InvalidEvent\r\n"))
            try await connection.reply()
            try await connection.readNext()
        }
    }

    /// A function of bytes gets what came.
    @Test func anEventThatIsNoJSON() async throws {
        try await withFunction(LambdaFunction { event, _ in .bytes(event) }) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("\0\r\n{\"a\": \"\\ud800\"")
            #expect(try await connection.readWhole().body == "\0\r\n{\"a\": \"\\ud800\"")
        }
    }

    /// What no request line can have is escaped as a client would have done it.
    @Test(arguments: [(#"/\u0000"#, "/%00"), (#"/\u000d\u000a"#, "/%0D%0A")])
    func anEventWithControlCharacters(path: String, expected: String) async throws {
        let function = HTTPFunction { request, _ in .text(request.path) }
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(Self.urlEvent(path: path))
            #expect(try await connection.readStream().text.hasSuffix(expected))
        }
    }

    // MARK: Time

    /// Nothing else of the process runs meanwhile, also not what looks at the deadline: it comes when the thread is
    /// free again.
    @Test func aHandlerThatBlocksItsThread() async throws {
        let function = LambdaFunction { _, context in
            workOnTheThread(for: context.remainingTime + .milliseconds(50))
            return .stream { writer in
                try await writer.write("late")
                try await workUntilCancelled()
            }
        }
        // Other tests' functions would be blocked with it.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        try await withFunction(function, on: group.next()) { server, _ in
            let connection = try await server.accept()
            let deadline = Int(Date().timeIntervalSince1970 * 1000) + 2_000
            try await connection.answerNext(fields: ["Lambda-Runtime-Deadline-Ms: \(deadline)"])
            let response = try await connection.readStream()
            #expect(response.trailers.contains { $0.contains("Function.DeadlineExceeded") })
            try await connection.reply()
            try await connection.readNext()
        }
        try await group.shutdownGracefully()
    }

    @Test func aHandlerOfTheMainActor() async throws {
        let function = LambdaFunction { @MainActor event, _ in
            MainActor.assertIsolated()
            return .stream { @MainActor writer in
                MainActor.assertIsolated()
                try await writer.write("from the main actor")
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(try await connection.readStream().text == "from the main actor")
        }
    }
}
