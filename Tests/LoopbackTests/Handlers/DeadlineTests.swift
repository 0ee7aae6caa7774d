// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import Logging
import NIOCore
import Sluice
import TestSupport
import Testing

/// What a function that is still at work shortly before its deadline comes to.
@Suite struct DeadlineTests {
    private static let type = "Lambda-Runtime-Function-Error-Type: Function.DeadlineExceeded"

    private static func deadline(in milliseconds: Int) -> [String] {
        ["Lambda-Runtime-Deadline-Ms: \(Int(Date().timeIntervalSince1970 * 1000) + milliseconds)"]
    }

    private static func report(_ response: PostedResponse) throws -> String {
        let name = "lambda-runtime-function-error-body: "
        let line = try #require(response.trailers.first { $0.lowercased().hasPrefix(name) })
        let data = try #require(Data(base64Encoded: String(line.dropFirst(name.count))))
        return String(decoding: data, as: UTF8.self)
    }

    @Test func aHandlerIsCancelledAndItsCallerToldWhy() async throws {
        let function = LambdaFunction { _, _ in
            try await workUntilCancelled()
            return .text("never")
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            let (head, body) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error "))
            #expect(head.contains("\r\n\(Self.type)\r\n"))
            #expect(body.contains("had not ended 0.1 seconds before its deadline, and was cancelled.\""), "\(body)")
            try await connection.reply()
            try await connection.readNext()
        }
    }

    @Test func whatItThrowsInsteadStandsInTheMessage() async throws {
        struct Cleanup: Error {}
        let function = LambdaFunction { _, _ in
            try? await workUntilCancelled()
            throw Cleanup()
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            #expect(try await connection.readWhole().body.contains("It then threw Function.Cleanup: Cleanup()"))
        }
    }

    /// It took the hint, and has something to say all the same.
    @Test func aHandlerThatReturnsWhenCancelledIsHeard() async throws {
        let function = LambdaFunction { _, _ in
            try? await workUntilCancelled()
            return .text("what I have so far")
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            #expect(try await connection.readWhole().body == "what I have so far")
        }
    }

    /// What it wrote until then must not be taken for the whole.
    @Test func aBufferedBodyThatReturnsWhenCancelledIsAnErrorAllTheSame() async throws {
        var function = HTTPFunction { _, _ in
            .stream { writer in
                try await writer.write("the first half")
                try? await workUntilCancelled()
            }
        }
        function.responseMode = .buffered
        let event = #"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}"#
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(event, fields: Self.deadline(in: 3_000))
            let (head, body) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error "))
            #expect(head.contains("\r\n\(Self.type)\r\n") && !body.contains("first half"), "\(body)")
        }
    }

    /// A margin that leaves no time at all would be a cancelled function, so there is none, and the log says so.
    @Test func aMarginLongerThanTheTimeThatIsLeftCancelsNothingAndIsNoted() async throws {
        let lines = Watched<[String]>([])
        var function = LambdaFunction { _, _ in .text("\(Task.isCancelled)") }
        function.deadlineMargin = .seconds(60)
        let output = LogOutput(format: "JSON", level: nil) { line in lines.update { $0.append(String(buffer: line)) } }
        function.logger = Logger(label: "test") { SluiceLogHandler(label: $0, output: output) }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 30_000))
            #expect(try await connection.readWhole().body == "false")
        }
        #expect(lines.current.contains { $0.contains("deadlineMargin is longer than the time that is left") })
    }

    @Test func aBodyEndsWithTrailersThatNameTheDeadline() async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                try await writer.write("part")
                try await workUntilCancelled()
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            let response = try await connection.readStream()
            #expect(response.text == "part")
            #expect(response.trailers.contains { $0.lowercased() == Self.type.lowercased() }, "\(response.trailers)")
            #expect(try Self.report(response).contains("before its deadline, and was cancelled."))
            try await connection.reply()
            try await connection.answerNext(requestID: "req-2", fields: Self.deadline(in: 3_000))
            _ = try await connection.readStream()
        }
    }

    /// A sequence just ends when its reader is cancelled; what was read until then is not the whole.
    @Test func aBodyThatJustReturnsWhenCancelledIsNotTakenForWhole() async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                let (words, _) = AsyncStream.makeStream(of: String.self)
                for await word in words { try await writer.write(word) }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            let response = try await connection.readStream()
            #expect(response.trailers.contains { $0.lowercased() == Self.type.lowercased() }, "\(response.trailers)")
        }
    }

    @Test func aBodyMaySayALastWord() async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                do {
                    try await workUntilCancelled()
                } catch {
                    await #expect(throws: StreamError.self) { try await writer.write("refused") }
                    try await writer.write("last", evenIfCancelled: true)
                    try await writer.write(" words", evenIfCancelled: true)
                }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            let response = try await connection.readStream()
            #expect(response.text == "last words")
            #expect(response.trailers.contains { $0.lowercased() == Self.type.lowercased() })
        }
    }

    /// The reader never reads, so the last words find no room, and the memory that they may take is bounded.
    @Test func lastWordsDoNotPileUp() async throws {
        let refusal = Watched<StreamError?>(nil)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                let block = ByteBuffer(repeating: 0x61, count: 65_536)
                do {
                    while true { try await writer.write(block) }
                } catch {
                    do throws(StreamError) {
                        for _ in 0..<10_000 { try await writer.write(block, evenIfCancelled: true) }
                    } catch {
                        refusal.update { $0 = error }
                    }
                }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            try await connection.setReading(false)
            #expect(try await refusal.first("a write without room") { $0 }.code == .cancelled)
            try await connection.setReading(true)
            #expect(try await connection.readStream().trailers.contains { $0.lowercased() == Self.type.lowercased() })
        }
    }

    @Test func whoEndsInTimeHearsNothingOfIt() async throws {
        let function = LambdaFunction { event, _ in
            // Behind the deadline of the one before.
            if event.readableBytes == 1 { await work(for: .milliseconds(1_200)) }
            return .text("\(Task.isCancelled)")
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            #expect(try await connection.readWhole().body == "false")
            try await connection.reply()
            try await connection.answerNext("1", requestID: "req-2", fields: Self.deadline(in: 60_000))
            #expect(try await connection.readWhole().body == "false")
        }
    }

    @Test(arguments: [0, -5_000, 50]) func aDeadlineThatIsNoneCancelsNothing(milliseconds: Int) async throws {
        let function = LambdaFunction { _, _ in
            await work(for: .milliseconds(150))
            return .text("\(Task.isCancelled)")
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: milliseconds))
            #expect(try await connection.readWhole().body == "false")
        }
    }

    @Test func withoutAMarginNothingIsCancelled() async throws {
        var function = LambdaFunction { _, _ in
            await work(for: .milliseconds(150))
            return .text("\(Task.isCancelled)")
        }
        function.deadlineMargin = .zero
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 100))
            #expect(try await connection.readWhole().body == "false")
        }
    }

    /// Another executor does not keep it from its caller.
    @Test func theMarginIsTheFunctionsToSay() async throws {
        var function = LambdaFunction { _, context in
            await withTaskExecutorPreference(globalConcurrentExecutor) { try? await workUntilCancelled() }
            return .text("\(context.remainingTime > .seconds(300))")
        }
        function.deadlineMargin = .seconds(599)
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 599_300))
            #expect(try await connection.readWhole().body == "true")
        }
    }
}
