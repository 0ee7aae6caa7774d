// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// An initialisation that fails is tried once more, in the time of the invocation that waits for it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct RetriedInitTests {
    /// The INIT_REPORT lines without their durations.
    private static func reports(_ log: LocalLambda.Log) -> [String] {
        log.all.compactMap { event in
            guard case .initReport(let report) = event.kind else { return nil }
            return report.line.split(separator: "\t").dropFirst().joined(separator: ", ")
        }
    }

    private static let failures: [([ScriptedFunction.Step], String)] = [
        ([.exit(3)], "Runtime.ExitError"),
        ([.kill("SIGKILL")], "Runtime.ExitError"),
        ([.initError(type: "Init.Database", body: #"{"errorMessage":"refused"}"#), .exit(1)], "Init.Database"),
        ([.initError(type: "Init.Stuck", body: "{}"), .hang], "Init.Stuck"),
    ]

    /// What was not there at first, such as a database, is there the second time.
    @Test(arguments: Self.failures)
    func theSecondProcessAnswersTheInvocationThatWaited(fails: [ScriptedFunction.Step], type: String) async throws {
        let function = try ScriptedFunction.configuration(
            initialisation: [.print("init"), .once(name: "second", fails)]
        )
        try await LocalLambda.run(function) { lambda async throws in
            let reply = try await lambda.invoke([.chunk("well"), .end])
            #expect(reply.body == "well")
            #expect(reply.end == .complete)
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.errorType == nil)
            #expect(report.initDuration == nil, "it is a part of the invocation")
            // The next one finds it warm.
            #expect(try await lambda.invoke([.chunk("warm"), .end]).body == "warm")
            #expect(lambda.log.startedEnvironments == 1)
            #expect(lambda.log.count { if case .output(_, "init") = $0 { true } else { false } } == 2)
            #expect(Self.reports(lambda.log) == ["Phase: init, Status: error, Error Type: \(type)"])
        }
    }

    @Test func theCallerHearsOfTheSecondFailure() async throws {
        let function = try ScriptedFunction.configuration(
            initialisation: [
                .once(name: "second", [.exit(3)]),
                .initError(type: "Init.Model", body: #"{"errorMessage":"no model"}"#), .exit(1),
            ]
        )
        try await LocalLambda.run(function) { lambda async throws in
            #expect(try await lambda.invoke([.end]).end == .failed(type: "Init.Model", message: "no model"))
            // What follows is for Lambda the same environment, and is initialised in the invocation's time alone.
            #expect(try await lambda.invoke([.end]).failureType == "Init.Model")
            let reports = try await lambda.log.reports(atLeast: 2)
            #expect(reports.allSatisfy { $0.errorType == "Init.Model" && $0.initDuration == nil })
            #expect(
                Self.reports(lambda.log) == [
                    "Phase: init, Status: error, Error Type: Runtime.ExitError",
                    "Phase: invoke, Status: error, Error Type: Init.Model",
                    "Phase: invoke, Status: error, Error Type: Init.Model",
                ]
            )
        }
    }

    /// Its second initialisation has what is left of the invocation's time, and no ten seconds of its own.
    @Test func theSecondProcessHasTheInvocationsTime() async throws {
        let gate = try await Gate.open()
        var function = try ScriptedFunction.configuration(
            initialisation: [.once(name: "second", [.exit(3)]), .untilAccepted(port: gate.port)]
        )
        function.timeout = .seconds(1)
        function.initLimit = .seconds(60)
        try await LocalLambda.run(function) { lambda async throws in
            #expect(try await lambda.invoke([.end]).failureType == "Sandbox.Timedout")
            #expect(
                Self.reports(lambda.log) == [
                    "Phase: init, Status: error, Error Type: Runtime.ExitError", "Phase: invoke, Status: timeout",
                ]
            )
        }
        await gate.release()
    }

    /// Neither has an invocation in whose time it could be: a snapshot is made before one comes, and an environment of
    /// Managed Instances that fails is given up.
    @Test(arguments: [true, false])
    func whereNothingIsTriedAgain(isSnapshot: Bool) async throws {
        var function = try ScriptedFunction.configuration(initialisation: [.print("init"), .exit(3)])
        if isSnapshot { function.startsFromSnapshot = true } else { function.managedConcurrency = 2 }
        try await LocalLambda.run(function) { lambda async throws in
            #expect(try await lambda.invoke([.end]).failureType == "Runtime.ExitError")
            #expect(lambda.log.count { if case .output(_, "init") = $0 { true } else { false } } == 1)
            #expect(Self.reports(lambda.log) == ["Phase: init, Status: error, Error Type: Runtime.ExitError"])
        }
    }

    /// A command that is not there is looked for twice, as on Lambda, which says so twice.
    @Test func whatCannotBeStartedIsReportedForBothPhases() async throws {
        let function = FunctionConfiguration(
            name: "scripted",
            command: ["/no/such/program"],
            workingDirectory: FileManager.default.currentDirectoryPath
        )
        try await LocalLambda.run(function) { lambda async throws in
            #expect(try await lambda.invoke([.end]).failureType == "Runtime.InvalidEntrypoint")
            #expect(
                Self.reports(lambda.log) == [
                    "Phase: init, Status: error, Error Type: Runtime.InvalidEntrypoint",
                    "Phase: invoke, Status: error, Error Type: Runtime.InvalidEntrypoint",
                ]
            )
        }
    }
}
