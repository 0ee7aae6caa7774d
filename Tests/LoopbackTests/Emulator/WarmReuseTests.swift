// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// One environment takes one invocation after the other; several at once need several.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct WarmReuseTests {
    @Test func takesTheSameEnvironmentForOneCallAfterTheOther() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for number in 1...5 {
                let reply = try await lambda.invoke([.chunk("\(number)"), .end])
                #expect(reply.end == .complete)
                #expect(reply.body == "\(number)")
            }
            #expect(lambda.log.startedEnvironments == 1)
            let reports = try await lambda.log.reports(atLeast: 4)
            #expect(reports[0].initDuration != nil, "the first one waited for a cold start")
            #expect(reports.dropFirst().allSatisfy { $0.initDuration == nil })
        }
    }

    @Test func startsOneEnvironmentForEachCallAtOnce() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(concurrency: 3)) { lambda in
            let gate = try await Gate.open()
            try await withThrowingTaskGroup(of: LocalLambda.Reply.self) { calls in
                for _ in 0..<3 {
                    calls.addTask { try await lambda.invoke([.untilAccepted(port: gate.port), .chunk("x"), .end]) }
                }
                // All three are at work at the same time.
                try await gate.wait(for: 3)
                await gate.release()
                for try await reply in calls { #expect(reply.end == .complete) }
            }
            #expect(lambda.log.startedEnvironments == 3)
            // And are there for the next ones.
            for _ in 0..<3 { _ = try await lambda.invoke([.chunk("x"), .end]) }
            #expect(lambda.log.startedEnvironments == 3)
        }
    }

    /// A caller that has its whole answer may call again sooner than the runtime asks for the next invocation.
    @Test func neverThrottlesOneCallAfterTheOther() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(concurrency: 1)) { lambda in
            for number in 1...1_000 {
                let reply = try await lambda.invoke(streaming: number.isMultiple(of: 2), [.chunk("x"), .end])
                try #require(reply.status == 200, "call \(number): \(reply)")
                try #require(reply.end == .complete, "call \(number): \(reply)")
            }
            #expect(lambda.log.startedEnvironments == 1)
        }
    }
}
