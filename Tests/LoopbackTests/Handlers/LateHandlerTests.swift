// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import Sluice
import TestSupport
import Testing

/// A handler that does not look whether it is cancelled, and comes to its end behind its deadline. On Lambda the process
/// may be gone by then; where it serves several invocations at once it is not.
@Suite struct LateHandlerTests {
    private static func deadline(in milliseconds: Int) -> [String] {
        ["Lambda-Runtime-Deadline-Ms: \(Int(Date().timeIntervalSince1970 * 1000) + milliseconds)"]
    }

    @Test func itsAnswerIsOfferedAndItsRefusalTaken() async throws {
        let function = LambdaFunction { _, _ in
            await work(for: .milliseconds(300))
            return .text("late")
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 200))
            #expect(try await connection.readWhole().body == "late")
            try await connection.reply("410 Gone")
            try await connection.readNext()
        }
    }

    @Test func itsBodyWritesNothingMoreAndEndsWithTheDeadlinesError() async throws {
        let refused = Watched(0)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                try await writer.write("first")
                await work(for: .milliseconds(3_200))
                for _ in 0..<10 {
                    do throws(StreamError) { try await writer.write("late") } catch { refused.update { $0 += 1 } }
                }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: Self.deadline(in: 3_000))
            let response = try await connection.readStream()
            #expect(response.text == "first")
            #expect(response.trailers.contains { $0.contains("Function.DeadlineExceeded") })
            #expect(refused.current == 10)
            try await connection.reply("410 Gone")
            try await connection.readNext()
        }
    }

    /// It does not hold up the workers beside it.
    @Test func otherInvocationsOfItsProcessGoOn() async throws {
        let waiting = Watched<CheckedContinuation<Void, Never>?>(nil)
        let function = LambdaFunction { event, _ in
            if event.readableBytes == 1 {
                await withCheckedContinuation { continuation in waiting.update { $0 = continuation } }
            }
            return .bytes(event)
        }
        var environment = FunctionEnvironment()
        environment.maximumConcurrency = 2
        try await withFunction(function, environment: environment) { server, _ in
            let (late, other) = try await (server.accept(), server.accept())
            try await late.answerNext("1", fields: Self.deadline(in: 200))
            let continuation = try await waiting.first("the late one") { $0 }
            for _ in 0..<3 {
                try await other.answerNext("22")
                #expect(try await other.readWhole().body == "22")
                try await other.reply()
            }
            continuation.resume()
            #expect(try await late.readWhole().body == "1")
        }
    }
}
