// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
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
            // Two processes for the first call, and one for each that follows a reset; none of their children is left.
            for child in try await lambda.log.children(4) {
                #expect(await Processes.eventually { !Processes.isAlive(child) })
            }
        }
    }

    /// After a time-out or a crash the next initialisation takes the time of its invocation: one that needs longer than
    /// that passes nowhere but in a service that forgives it.
    @Test(arguments: [true, false])
    func whatFollowsAResetIsInitialisedInTheInvocationsTime(crashes: Bool) async throws {
        let gate = try await Gate.open()
        var function = try Self.configuration(
            timeout: .seconds(2),
            initialisation: [.untilAccepted(port: gate.port)]
        )
        function.initLimit = .seconds(60)
        try await LocalLambda.run(function) { lambda in
            async let first = lambda.invoke([crashes ? .exit(1) : .hang])
            try await gate.wait()
            await gate.admit()
            #expect(try await first.failureType == (crashes ? "Runtime.ExitError" : "Sandbox.Timedout"))
            // Its initialisation waits at the gate, for longer than the invocation may take.
            #expect(try await lambda.invoke([.chunk("late"), .end]).failureType == "Sandbox.Timedout")
            await gate.release()
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")

            let reports = try await lambda.log.reports(atLeast: 3)
            #expect(reports.map(\.timedOut) == [!crashes, true, false])
            #expect(reports[0].initDuration != nil, "the first start is its own phase")
            #expect(reports[2].initDuration == nil, "a part of the invocation")
            let follows = lambda.log.all.compactMap { event in
                if case .environmentStarting(_, _, let follows) = event.kind { follows } else { nil }
            }
            #expect(follows == [false, true, true])
        }
    }

    /// For Lambda it is one environment.
    @Test func whatFollowsAResetGoesOnWithItsLogStream() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            func stream() async throws -> String? {
                let body = try await lambda.invoke(streaming: false, [.variables]).body
                let variables = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
                return variables["AWS_LAMBDA_LOG_STREAM_NAME"]
            }
            let before = try await stream()
            _ = try await lambda.invoke([.exit(1)])
            _ = try await lambda.log.endedEnvironment()
            let after = try await stream()
            #expect(before != nil && before == after)
            #expect(lambda.log.startedEnvironments == 2)
        }
    }
}
