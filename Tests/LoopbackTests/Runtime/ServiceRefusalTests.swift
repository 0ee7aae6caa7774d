// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import TestSupport
import Testing

/// What a function does when Lambda will not have its answer, and what it does not even try to send.
@Suite struct ServiceRefusalTests {
    /// Writes until a write fails, and notes how.
    private func endless(_ failure: Watched<StreamError?>) -> LambdaFunction {
        LambdaFunction { event, _ in
            if event.readableBytes > 2 { return .text("fine") }
            return .stream { writer in
                do throws(StreamError) {
                    while true { try await writer.write("more") }
                } catch {
                    failure.update { $0 = error }
                    throw error
                }
            }
        }
    }

    /// The reader keeps up, so that the handler never has to wait for room: it sees the refusal all the same.
    @Test func tellsAWriterThatNeverWaitsOfAnEarlyRefusal() async throws {
        let failure = Watched<StreamError?>(nil)
        try await withFunction(self.endless(failure)) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            _ = try await connection.readChunk()
            try await connection.reply("413 Request Entity Too Large")
            let error = try await failure.first("the write that fails") { $0 }
            #expect(error.code == .refused)
            #expect(error.message.contains("413"))
            _ = try await connection.end()

            let next = try await server.accept()
            try await next.answerNext("[1]", requestID: "req-2")
            #expect(try await next.readWhole().body == "fine")
        }
    }

    @Test func tellsAWriterThatTheConnectionIsLost() async throws {
        let failure = Watched<StreamError?>(nil)
        try await withFunction(self.endless(failure)) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            try await connection.abort()
            #expect(try await failure.first("the write that fails") { $0 }.code == .connectionLost)
            try await server.accept().answerNext("[1]", requestID: "req-2")
        }
    }

    @Test(arguments: [
        "410 Gone", "413 Request Entity Too Large", "400 Bad Request", "403 Forbidden", "502 Bad Gateway",
    ])
    func goesOnAfterARefusal(status: String) async throws {
        try await withFunction(LambdaFunction { _, _ in .text("a") }) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readWhole()
            try await connection.reply(status)
            try await connection.answerNext(requestID: "req-2")
            let (head, _) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-2/response "))
            #expect(server.connectionCount == 1)
        }
    }

    /// The report of a failure may be refused as a response may.
    @Test(arguments: ["410 Gone", "413 Request Entity Too Large", "400 Bad Request", "403 Forbidden"])
    func goesOnWhenItsReportIsRefused(status: String) async throws {
        struct Failure: Error {}
        let function = LambdaFunction { event, _ in
            if event.readableBytes == 1 { throw Failure() }
            return .bytes(event)
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("1")
            #expect(try await connection.readWhole().head.contains("/invocation/req-1/error HTTP/1.1\r\n"))
            try await connection.reply(status)
            try await connection.answerNext("22", requestID: "req-2")
            #expect(try await connection.readWhole().body == "22")
            #expect(server.connectionCount == 1)
        }
    }

    @Test func aReportThatIsAnsweredWithAContainerErrorEndsIt() async throws {
        struct Failure: Error {}
        try await withFunction(LambdaFunction { _, _ in throw Failure() }) { server, function in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readWhole()
            try await connection.reply("500 Internal Server Error")
            guard case .containerError = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
        }
    }

    @Test(arguments: [true, false]) func endsAtOnceOnAContainerError(streamed: Bool) async throws {
        let function = LambdaFunction { _, _ in streamed ? .stream { _ in } : .text("a") }
        try await withFunction(function) { server, function in
            let connection = try await server.accept()
            try await connection.answerNext()
            if streamed { _ = try await connection.readStream() } else { _ = try await connection.readWhole() }
            try await connection.reply("500 Internal Server Error")
            guard case .containerError = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
        }
    }

    /// It would hear of it at its next write, which may be far away.
    @Test func aContainerErrorCancelsABodyThatIsSilent() async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                try await writer.write("begun")
                try await workUntilCancelled()
            }
        }
        try await withFunction(function) { server, function in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            _ = try await connection.readChunk()
            try await connection.reply("500 Internal Server Error")
            guard case .containerError = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
        }
    }

    @Test func reportsABufferedResultThatIsTooLarge() async throws {
        let function = LambdaFunction { _, _ in .bytes(ByteBuffer(repeating: 0x20, count: 6_291_557)) }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let (head, body) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error "))
            #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: Function.ResponseSizeTooLarge\r\n"))
            #expect(body.contains("6291557"))
            try await connection.reply()
            try await connection.readNext()
        }
    }

    private static let unusable: [(HTTPResult, String)] = [
        (HTTPResult(headers: [.vary: String(repeating: "x", count: 16_384)]), "Function.ResponseHeadTooLarge"),
        (HTTPResult(status: .continue), "Function.InvalidResponseHead"),
        (HTTPResult(cookies: ["a=b\r\nx: y"]), "Function.InvalidResponseHead"),
    ]

    @Test(arguments: 0..<3) func reportsAHeadThatCannotBeSent(index: Int) async throws {
        let (result, type) = Self.unusable[index]
        try await withFunction(LambdaFunction { _, _ in .http(result) }) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(try await connection.readWhole().head.contains("Lambda-Runtime-Function-Error-Type: \(type)\r\n"))
        }
    }

    @Test func reportsAContentTypeThatCannotBeSent() async throws {
        let function = LambdaFunction { _, _ in .stream(contentType: "a\r\nb: c") { _ in } }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let (head, _) = try await connection.readWhole()
            #expect(head.contains("Lambda-Runtime-Function-Error-Type: Function.InvalidContentType\r\n"))
        }
    }

    @Test func namesAnErrorTypeAsLambdaCountsIt() async throws {
        struct bad_name9<Value: Sendable>: Error { var value: Value }
        try await withFunction(LambdaFunction { _, _ in throw bad_name9(value: 1) }) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let (head, _) = try await connection.readWhole()
            #expect(head.contains("Lambda-Runtime-Function-Error-Type: Function.BadnameInt\r\n"))
        }
    }

    @Test func reportsAnEventThatIsNoHTTPRequest() async throws {
        let function = HTTPFunction { _, _ in .text("never") }
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            for event in ["{}", "nonsense", "[]", #"{"version":"1.0"}"#] {
                try await connection.answerNext(event)
                let (head, _) = try await connection.readWhole()
                #expect(head.contains("Lambda-Runtime-Function-Error-Type: Function.InvalidEvent\r\n"))
                try await connection.reply()
            }
        }
    }
}
