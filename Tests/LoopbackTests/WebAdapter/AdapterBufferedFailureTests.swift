// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Answers that break off where they are gathered: their caller gets an error and nothing of them, as nothing has left.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterBufferedFailureTests {
    private func failure(_ app: AdaptedApplication) async throws -> String {
        try await app.lambda.log.first("a failed invocation") {
            if case .invocationFailed(_, let type, let message) = $0 { "\(type): \(message)" } else { nil }
        }
    }

    private func expectNothing(of target: String, _ app: AdaptedApplication) async throws {
        let reply = try await app.get(target)
        #expect(reply.status == 502, "\(reply)")
        for words in ["half", "good", "last words", "then nothing"] { #expect(!reply.body.contains(words), "\(reply)") }
    }

    @Test(arguments: [("/break", 4), ("/short", 4), ("/garbage-later", 4)])
    func halfAnAnswerIsNone(target: String, bytes: Int) async throws {
        try await AdaptedApplication.run(mode: "buffered") { app async throws in
            try await self.expectNothing(of: target, app)
            let failure = try await self.failure(app)
            #expect(failure.hasPrefix("Adapter.ResponseBrokeOff: "), "\(failure)")
            #expect(failure.contains("after \(bytes) bytes of its body"), "\(failure)")
            #expect(try await app.get("/echo").status == 200, "and the next is served")
            #expect(app.lambda.log.startedEnvironments == 1)
        }
    }

    @Test func anApplicationThatIsKilledFailsTheInvocationAndEndsTheEnvironmentWithItsLastWords() async throws {
        try await AdaptedApplication.run(mode: "buffered") { app async throws in
            try await self.expectNothing(of: "/die", app)
            let failure = try await self.failure(app)
            #expect(failure.hasPrefix("Adapter.ResponseBrokeOff: "), "\(failure)")
            _ = try await app.line("by signal 9")
            _ = try await app.line("it was too much")
            #expect(try await app.get("/echo").status == 200, "a new environment serves the next")
        }
    }

    @Test func anAnswerThatNeverEndsFailsAtTheDeadline() async throws {
        try await AdaptedApplication.run(mode: "buffered", configure: { $0.timeout = .seconds(1) }) {
            app async throws in
            try await self.expectNothing(of: "/hang", app)
            let failure = try await self.failure(app)
            #expect(failure.hasPrefix("Function.DeadlineExceeded: "), "\(failure)")
            #expect(try await app.get("/echo").status == 200)
        }
    }

    /// Whoever invokes with another event is told so as well, in the function's own error.
    @Test(arguments: ["/break", "/short", "/garbage-later"])
    func halfAnAnswerToAnotherEventIsNone(target: String) async throws {
        let variables = ["AWS_LWA_PASS_THROUGH_PATH": target]
        try await AdaptedApplication.run(variables: variables, mode: "buffered") { app async throws in
            let reply = try await app.reply(to: ByteBuffer(string: #"{"Records":[]}"#), isStreaming: false)
            #expect(reply.failureType == "Adapter.ResponseBrokeOff", "\(reply)")
        }
    }
}
