// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import Logging
import NIOCore
import Sluice
import TestSupport
import Testing

/// Work that goes on when the caller has everything.
@Suite struct AfterResponseTests {
    private struct Failure: Error {}

    @Test(arguments: [false, true]) func itRunsBetweenTheResponseAndTheNextInvocation(streamed: Bool) async throws {
        let gate = Watched(false)
        let done = Watched<[String]>([])
        let function = LambdaFunction { _, _ in
            let result: LambdaResult = streamed ? .stream { try await $0.write("now") } : .text("now")
            return
                result
                .afterResponse { context in
                    _ = try await gate.first("the gate") { $0 ? true : nil }
                    done.update { $0.append("first of \(context.requestID)") }
                    throw Failure()
                }
                .afterResponse { _ in done.update { $0.append("second") } }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(
                streamed
                    ? try await connection.readStream().text == "now" : try await connection.readWhole().body == "now"
            )
            try await connection.reply()
            #expect(done.current.isEmpty)
            gate.update { $0 = true }
            try await connection.readNext()
            #expect(done.current == ["first of req-1", "second"])
        }
    }

    @Test func anHTTPResultBringsItsOwn() async throws {
        let done = Watched<String?>(nil)
        let function = LambdaFunction { _, _ in
            .http(HTTPResult.text("a").afterResponse { _ in done.update { $0 = InvocationContext.current?.requestID } })
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readStream()
            try await connection.reply()
            #expect(try await done.first("the work") { $0 } == "req-1")
            try await connection.readNext()
        }
    }

    @Test func whatItThrowsIsLogged() async throws {
        let lines = Watched<[String]>([])
        let output = LogOutput(format: "JSON", level: nil) { line in lines.update { $0.append(String(buffer: line)) } }
        var function = LambdaFunction { _, _ in LambdaResult.text("a").afterResponse { _ in throw Failure() } }
        function.logger = Logger(label: "test") { SluiceLogHandler(label: $0, output: output) }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(try await connection.readWhole().body == "a")
            try await connection.reply()
            try await connection.readNext()
            #expect(lines.current.count == 1)
            for part in [#""level":"ERROR""#, #""requestId":"req-1""#, "work after the response failed", "Failure()"] {
                #expect(lines.current.first?.contains(part) == true, "\(lines.current)")
            }
        }
    }

    @Test func theDeadlineCancelsItToo() async throws {
        let cancelled = Watched(false)
        let function = LambdaFunction { _, _ in
            LambdaResult.text("a").afterResponse { _ in
                defer { cancelled.update { $0 = Task.isCancelled } }
                try await workUntilCancelled()
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            let deadline = Int(Date().timeIntervalSince1970 * 1000) + 3_000
            try await connection.answerNext(fields: ["Lambda-Runtime-Deadline-Ms: \(deadline)"])
            #expect(try await connection.readWhole().body == "a")
            try await connection.reply()
            try await connection.readNext()
            #expect(cancelled.current)
        }
    }

    @Test func whoThrowsHasNoResponseAndNothingAfterIt() async throws {
        let function = LambdaFunction { event, _ in
            if event.readableBytes > 2 { return .text("well") }
            throw Failure()
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(try await connection.readWhole().head.contains("/error "))
            try await connection.reply()
            try await connection.answerNext("[1]", requestID: "req-2")
            #expect(try await connection.readWhole().body == "well")
        }
    }
}
