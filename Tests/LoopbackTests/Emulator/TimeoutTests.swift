// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// A function that is not done by its deadline is ended, whatever it is at.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct TimeoutTests {
    private static func configuration() throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration()
        function.timeout = .seconds(1)
        return function
    }

    @Test func endsAFunctionThatHasNotAnswered() async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let buffered = try await lambda.invoke(streaming: false, [.hang])
            #expect(buffered.status == 200)
            #expect(buffered.failureType == "Sandbox.Timedout")
            #expect(buffered.failureMessage?.hasSuffix("Error: Task timed out after 1.00 seconds") == true)
            #expect(try await lambda.invoke([.hang]).failureType == "Sandbox.Timedout")
            #expect(try await lambda.request([.hang]).status == 502)
            #expect(try await lambda.log.reports(atLeast: 3).allSatisfy { $0.timedOut })
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    @Test func endsAFunctionInMidStream() async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let streamed = try await lambda.invoke([.chunk("one"), .hang])
            #expect(streamed.body == "one")
            #expect(streamed.failureType == "Sandbox.Timedout")
            let onURL = try await lambda.request([.chunk("one"), .hang])
            #expect(onURL.body == "one")
            guard case .broken = onURL.end else {
                Issue.record("the reader takes it for whole: \(onURL)")
                return
            }
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    /// The caller has its answer by then; only the log and the environment know.
    @Test func endsAFunctionThatDoesNotComeBackAfterItsResponse() async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let reply = try await lambda.invoke([.chunk("one"), .end, .hang])
            #expect(reply.end == .complete)
            #expect(try await lambda.log.endedEnvironment() == "timed out")
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.timedOut)
            #expect(report.duration >= .seconds(1))
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    /// It looks idle, but nobody asks for what is given to it.
    @Test func endsAFunctionThatDoesNotComeBackForItsNextInvocation() async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            #expect(try await lambda.invoke([.chunk("one"), .end, .dropNext]).end == .complete)
            try await lambda.log.first("the dropped connection") {
                if case .output(_, "dropped") = $0 { () } else { nil }
            }
            #expect(try await lambda.invoke([.chunk("two"), .end]).failureType == "Sandbox.Timedout")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    /// Stopped processes hear of nothing but SIGKILL.
    @Test func endsAFunctionThatIsFrozen() async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let reply = try await lambda.invoke([.child(), .chunk("one"), .stopGroup])
            #expect(reply.failureType == "Sandbox.Timedout")
            let child = try await lambda.log.children()[0]
            #expect(await Processes.eventually { !Processes.isAlive(child) })
        }
    }
}
