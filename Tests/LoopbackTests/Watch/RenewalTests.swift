// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// New code for the invocations from now on, while those under way finish with the old.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct RenewalTests {
    private static let oldCode = "its code is old"

    @Test func anIdleEnvironmentIsEndedAtOnce() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.child(), .chunk("1"), .end])
            let child = try await lambda.log.children()[0]
            _ = try await lambda.log.reports(atLeast: 1)
            // The environment may take another turn of the loop to be free; it is ended either way.
            await lambda.addresses.control.renew()
            #expect(try await lambda.log.endedEnvironment() == Self.oldCode)
            #expect(await Processes.eventually { !Processes.isAlive(child) })
            #expect(try await lambda.invoke([.chunk("2"), .end]).body == "2")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    /// One invocation at once is allowed, and the old one does not count.
    @Test func aStreamUnderWayFinishesAndDoesNotThrottleTheNext() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(concurrency: 1)) { lambda in
            let gate = try await Gate.open()
            async let old = lambda.invoke([.chunk("a"), .untilAccepted(port: gate.port), .chunk("b"), .end])
            try await gate.wait()
            #expect(try await lambda.invoke([.chunk("x"), .end]).status == 429)
            await lambda.addresses.control.renew()
            let renewal = try await lambda.log.first("the renewal") {
                if case .renewed(let renewal) = $0 { renewal } else { nil }
            }
            #expect(renewal == LogEvent.Renewal(ended: 0, finishing: 1))
            #expect(try await lambda.invoke([.chunk("c"), .end]).body == "c")
            #expect(lambda.log.startedEnvironments == 2)
            await gate.release()
            let reply = try await old
            #expect(reply.body == "ab")
            #expect(reply.end == .complete)
            let ended = try await lambda.log.first("the end of the old environment") {
                if case .environmentEnded(let number, Self.oldCode) = $0 { number } else { nil }
            }
            #expect(ended == 1)
            _ = try await lambda.log.reports(atLeast: 2)
            #expect(try await lambda.invoke([.chunk("d"), .end]).body == "d")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    @Test func anEnvironmentThatInitialisesKeepsTheInvocationThatWaitsForIt() async throws {
        let gate = try await Gate.open()
        let function = try ScriptedFunction.configuration(initialisation: [.untilAccepted(port: gate.port)])
        try await LocalLambda.run(function) { lambda in
            async let reply = lambda.invoke([.chunk("a"), .end])
            try await gate.wait()
            await lambda.addresses.control.renew()
            await gate.release()
            #expect(try await reply.body == "a")
            #expect(try await lambda.log.endedEnvironment() == Self.oldCode)
        }
    }

    @Test func onlyTheFunctionsThatAreNamedAreRenewed() async throws {
        let one = try ScriptedFunction.configuration(name: "one"), two = try ScriptedFunction.configuration(name: "two")
        try await LocalLambda.run(one, two) { lambda in
            for name in ["one", "two"] { _ = try await lambda.invoke(of: name, [.chunk("x"), .end]) }
            _ = try await lambda.log.reports(atLeast: 2)
            await lambda.addresses.control.renew(["two"])
            _ = try await lambda.log.endedEnvironment()
            #expect(
                lambda.log.all.filter { if case .environmentEnded = $0.kind { true } else { false } }.map(\.function)
                    == ["two"]
            )
        }
    }
}
