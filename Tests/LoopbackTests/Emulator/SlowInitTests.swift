// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// An initialisation over its limit begins anew, in the time of the invocation that waits for it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct SlowInitTests {
    /// - Parameter initialisation: what both processes do before their first `/next`.
    private static func configuration(
        timeout: TimeAmount,
        initialisation: [ScriptedFunction.Step]
    ) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration(initialisation: initialisation)
        function.initLimit = .milliseconds(300)
        function.timeout = timeout
        return function
    }

    /// The first process waits for a gate that nobody opens; the second finds it open.
    @Test func theSecondProcessAnswersTheInvocationThatWaited() async throws {
        let gate = try await Gate.open()
        var function = try Self.configuration(
            timeout: .seconds(60),
            initialisation: [.print("init"), .untilAccepted(port: gate.port)]
        )
        // Enough for a loaded machine to come to the gate.
        function.initLimit = .seconds(2)
        try await LocalLambda.run(function) { lambda in
            async let reply = lambda.invoke([.chunk("late"), .end])
            let line = try await lambda.log.first("the limit") {
                if case .initReport(let report) = $0 { report.line } else { nil }
            }
            #expect(line.hasSuffix(" ms\tPhase: init\tStatus: timeout"))
            try await gate.wait(for: 2)
            await gate.release()
            let answer = try await reply
            #expect(answer.body == "late")
            #expect(answer.end == .complete)

            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.initDuration == nil, "it is a part of the invocation")
            let initialisations = lambda.log.count { if case .output(_, "init") = $0 { true } else { false } }
            #expect(initialisations == 2)
            // The next one finds it warm.
            #expect(try await lambda.invoke([.chunk("warm"), .end]).body == "warm")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test func theInvocationTimesOutWhenTheSecondProcessIsTooSlowAsWell() async throws {
        let function = try Self.configuration(timeout: .seconds(1), initialisation: [.child(), .hang])
        try await LocalLambda.run(function) { lambda in
            let buffered = try await lambda.invoke(streaming: false, tail: true, [.end])
            #expect(buffered.failureType == "Sandbox.Timedout")
            #expect(buffered.failureMessage?.hasSuffix("Error: Task timed out after 1.00 seconds") == true)
            #expect(try await lambda.invoke([.end]).failureType == "Sandbox.Timedout")
            #expect(try await lambda.request([.end]).status == 502)
            let reports = try await lambda.log.reports(atLeast: 3)
            #expect(reports.allSatisfy { $0.timedOut && $0.duration >= .seconds(1) })
            // Two processes for each call, and none of their children is left.
            for child in try await lambda.log.children(6) {
                #expect(await Processes.eventually { !Processes.isAlive(child) })
            }
        }
    }

    /// It ends because it was told to, and that must not be taken for a crash.
    @Test func aProcessThatEndsByItselfIsNotStartedAgain() async throws {
        let function = try Self.configuration(timeout: .seconds(60), initialisation: [.exit(3)])
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke([.end])
            #expect(reply.failureType == "Runtime.ExitError")
            let secondAttempts = lambda.log.count { if case .initReport = $0 { true } else { false } }
            #expect(secondAttempts == 0)
        }
    }
}
