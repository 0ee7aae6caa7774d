// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// Several invocations at once in one environment, whose runtime is one that nobody here wrote a library for: a thread and
/// a socket for each worker.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ManagedInstancesTests {
    static func configuration(
        workers: Int,
        environments: Int = 1,
        timeout: TimeAmount = .seconds(60),
        variables: [String: String] = [:]
    ) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration(concurrency: environments)
        function.managedConcurrency = workers
        function.timeout = timeout
        function.variables.merge(variables) { _, new in new }
        return function
    }

    private static func gated(_ gate: Gate, _ name: String = "a") -> [ScriptedFunction.Step] {
        [.chunk(name), .untilAccepted(port: gate.port), .chunk("z"), .end]
    }

    @Test func severalStreamsRunInOneEnvironmentAndTheNextOneTooManyIsRefused() async throws {
        try await LocalLambda.run(try Self.configuration(workers: 3)) { lambda in
            let gate = try await Gate.open()
            try await withThrowingTaskGroup(of: Void.self) { calls in
                for name in ["a", "b", "c"] {
                    calls.addTask {
                        let reply = try await lambda.invoke(Self.gated(gate, name))
                        #expect(reply.body == name + "z")
                    }
                }
                try await gate.wait(for: 3)
                let refused = try await lambda.request([.end])
                #expect(refused.status == 429)
                #expect(refused.body.hasPrefix(#"{"Reason":"ConcurrentInvocationLimitExceeded""#))
                await gate.release()
                try await calls.waitForAll()
            }
            #expect(try await lambda.invoke([.chunk("again"), .end]).body == "again")
            let reports = try await lambda.log.reports(atLeast: 4)
            #expect(Set(reports.map(\.requestID)).count == 4)
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test func anotherEnvironmentIsStartedWhenAllWorkersAreBusy() async throws {
        try await LocalLambda.run(try Self.configuration(workers: 2, environments: 2)) { lambda in
            let gate = try await Gate.open()
            try await withThrowingTaskGroup(of: Void.self) { calls in
                for number in 1...3 {
                    calls.addTask {
                        let reply = try await lambda.invoke(Self.gated(gate))
                        #expect(reply.end == .complete)
                    }
                    try await gate.wait(for: number)
                }
                #expect(lambda.log.startedEnvironments == 2)
                await gate.release()
                try await calls.waitForAll()
            }
        }
    }

    @Test func aTimeOutFailsItsInvocationAndDisturbsNobody() async throws {
        let function = try Self.configuration(workers: 2, timeout: .milliseconds(1500))
        try await LocalLambda.run(function) { lambda in
            let gate = try await Gate.open()
            async let slow = lambda.invoke([.chunk("begun"), .untilAccepted(port: gate.port), .end, .print("late")])
            try await gate.wait()
            // Its answer is there before the other's time is over.
            #expect(try await lambda.invoke([.chunk("quick"), .end]).body == "quick")
            let reply = try await slow
            #expect(reply.body == "begun")
            #expect(reply.failureType == "Sandbox.Timedout")
            #expect(reply.failureMessage?.hasSuffix("Error: Task timed out after 1.50 seconds") == true)
            // The handler was not interrupted: it goes on, and its worker serves again.
            await gate.release()
            try await lambda.log.first("the late word") { if case .output(_, "late") = $0 { () } else { nil } }
            let after = try await Gate.open()
            async let first = lambda.invoke([.chunk("1"), .untilAccepted(port: after.port), .end])
            async let second = lambda.invoke([.chunk("2"), .untilAccepted(port: after.port), .end])
            try await after.wait(for: 2)
            await after.release()
            #expect(try await [first.body, second.body] == ["1", "2"])
            #expect(lambda.log.startedEnvironments == 1)
            #expect(try await lambda.log.reports(atLeast: 4).count { $0.timedOut } == 1)
        }
    }

    @Test func theEndOfTheProcessFailsAllThatWereInIt() async throws {
        try await LocalLambda.run(try Self.configuration(workers: 3)) { lambda in
            let gate = try await Gate.open()
            async let first = lambda.invoke(Self.gated(gate))
            async let second = lambda.invoke(Self.gated(gate))
            try await gate.wait(for: 2)
            #expect(try await lambda.invoke([.exit(3)]).failureType == "Runtime.ExitError")
            for reply in try await [first, second] {
                // Their connections break in the middle.
                #expect(reply.failureType == "Runtime.TruncatedResponse")
                #expect(reply.body == "a")
            }
            await gate.release()
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    @Test func theVariablesAreThoseOfManagedInstances() async throws {
        let function = try Self.configuration(workers: 5, variables: ["_OWN": "1", "OWN": "2"])
        try await LocalLambda.run(function) { lambda in
            let seen = try await lambda.invoke(streaming: false, [.variables]).body
            #expect(seen.contains(#""AWS_LAMBDA_MAX_CONCURRENCY": "5""#))
            #expect(seen.contains(#""AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances""#))
            #expect(seen.contains(#""AWS_LAMBDA_LOG_FORMAT": "JSON""#))
            #expect(seen.contains(#""OWN": "2""#) && !seen.contains("_OWN"))
        }
    }

    /// On Lambda's default it would be stopped 20 ms after its answer.
    @Test func itRunsOnBetweenInvocations() async throws {
        try await LocalLambda.run(try Self.configuration(workers: 2)) { lambda in
            let gate = try await Gate.open()
            let steps: [ScriptedFunction.Step] = [.chunk("a"), .end, .untilAccepted(port: gate.port), .print("ran on")]
            #expect(try await lambda.invoke(steps).end == .complete)
            _ = try await lambda.log.reports(atLeast: 1)
            try await gate.wait()
            await gate.release()
            try await lambda.log.first("work after the answer") {
                if case .output(_, "ran on") = $0 { () } else { nil }
            }
        }
    }

    /// Its invocations wait for workers that never come, and must not wait for ever.
    @Test func aRuntimeWithTooFewWorkersHasAnotherEnvironmentStarted() async throws {
        let function = try Self.configuration(workers: 2, environments: 2, variables: ["WORKERS": "1"])
        try await LocalLambda.run(function) { lambda in
            let gate = try await Gate.open()
            try await withThrowingTaskGroup(of: Void.self) { calls in
                for number in 1...2 {
                    calls.addTask {
                        let reply = try await lambda.invoke(Self.gated(gate))
                        #expect(reply.end == .complete)
                    }
                    try await gate.wait(for: number)
                }
                let reply = try await lambda.request([.end])
                #expect(reply.status == 429)
                await gate.release()
                try await calls.waitForAll()
            }
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    @Test func theEndOfTheLogThatACallerAskedForIsThatOfItsInvocation() async throws {
        try await LocalLambda.run(try Self.configuration(workers: 2)) { lambda in
            let complete = try await lambda.invokeRaw(tail: true, [.print("nobody's"), .chunk("a"), .end])
            let log = String(
                decoding: try #require(complete.logResult.flatMap { Data(base64Encoded: $0) }),
                as: UTF8.self
            )
            #expect(log.contains(#""type":"platform.start""#) && log.contains(#""type":"platform.report""#), "\(log)")
            #expect(!log.contains("nobody's"), "workers share one output: only what has the id is the invocation's")
        }
    }
}
