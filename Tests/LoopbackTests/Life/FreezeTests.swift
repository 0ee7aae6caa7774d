// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// Between two invocations a function's processes are stopped, and whoever is not needed any more is ended.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct FreezeTests {
    @Test func stopsTheProcessesBetweenInvocationsAndLetsThemGoOn() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let first = try await lambda.invoke([.processID, .child(["sleep", "1000"]), .chunk("one"), .end])
            #expect(first.body == "one")
            let processes = try await lambda.log.children(2)
            #expect(await Processes.eventually { processes.allSatisfy(Processes.isStopped) })
            for number in 2...4 {
                let reply = try await lambda.invoke([.processID, .chunk("\(number)"), .end])
                #expect(reply.body == "\(number)")
                #expect(reply.end == .complete)
                #expect(await Processes.eventually { processes.allSatisfy(Processes.isStopped) })
            }
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    /// The log has each of them, in its order and for its environment.
    @Test func theLogTellsOfEach() async throws {
        let log = try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for count in 1...2 {
                _ = try await lambda.invoke([.chunk("x"), .end])
                try await lambda.log.wait(for: count, "frozen") { if case .frozen = $0 { true } else { false } }
            }
            return lambda.log
        }
        let story = log.all.compactMap { event -> String? in
            switch event.kind {
            case .start: "start"
            case .report: "report"
            case .frozen(1): "frozen"
            case .thawed(1): "thawed"
            case .shuttingDown(1, let reason): reason.rawValue
            case .environmentEnded(1, _): "ended"
            default: nil
            }
        }
        let expected = ["start", "report", "frozen", "thawed", "start", "report", "frozen", "SPINDOWN", "ended"]
        #expect(story == expected)
    }

    /// Another one is frozen while it streams, so its own turn would have come.
    @Test func neverStopsWhoStillStreams() async throws {
        let other = try ScriptedFunction.configuration(name: "other")
        try await LocalLambda.run(try ScriptedFunction.configuration(), other) { lambda in
            let gate = try await Gate.open()
            async let stream = lambda.invoke([
                .processID, .chunk("a"), .untilAccepted(port: gate.port), .chunk("b"), .end,
            ])
            try await gate.wait()
            let process = try await lambda.log.children()[0]
            _ = try await lambda.invoke(of: "other", [.processID, .chunk("x"), .end])
            let neighbour = try await lambda.log.children(2)[1]
            #expect(await Processes.eventually { Processes.isStopped(neighbour) })
            #expect(!Processes.isStopped(process))
            await gate.release()
            let reply = try await stream
            #expect(reply.body == "ab")
            #expect(reply.end == .complete)
            #expect(await Processes.eventually { Processes.isStopped(process) })
        }
    }

    /// Its caller has the whole answer, but its invocation is not over: on Lambda that time is the function's too.
    @Test func neverStopsWhoHasNotAskedForTheNextInvocation() async throws {
        let other = try ScriptedFunction.configuration(name: "other")
        try await LocalLambda.run(try ScriptedFunction.configuration(), other) { lambda in
            let gate = try await Gate.open()
            let reply = try await lambda.invoke([
                .processID, .chunk("a"), .end, .untilAccepted(port: gate.port), .print("done"),
            ])
            #expect(reply.end == .complete)
            try await gate.wait()
            let process = try await lambda.log.children()[0]
            _ = try await lambda.invoke(of: "other", [.processID, .chunk("x"), .end])
            let neighbour = try await lambda.log.children(2)[1]
            #expect(await Processes.eventually { Processes.isStopped(neighbour) })
            #expect(!Processes.isStopped(process))
            await gate.release()
            try await lambda.log.first("its last word") { if case .output(_, "done") = $0 { () } else { nil } }
        }
    }

    @Test func aSignalToWhoIsFrozenWaitsUntilItGoesOn() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.processID, .chunk("x"), .end])
            let process = try await lambda.log.children()[0]
            #expect(await Processes.eventually { Processes.isStopped(process) })
            kill(process, SIGTERM)
            #expect(Processes.isStopped(process))
            let reply = try await lambda.invoke([.chunk("y"), .end])
            #expect(reply.failureMessage?.hasSuffix("signal: terminated") == true, "\(reply)")
        }
    }

    @Test func stopsNobodyWhereItIsSwitchedOff() async throws {
        var awake = try ScriptedFunction.configuration(name: "awake")
        awake.freezes = false
        try await LocalLambda.run(awake, try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke(of: "awake", [.processID, .chunk("x"), .end])
            let process = try await lambda.log.children()[0]
            _ = try await lambda.invoke([.processID, .chunk("x"), .end])
            let frozen = try await lambda.log.children(2)[1]
            #expect(await Processes.eventually { Processes.isStopped(frozen) })
            #expect(!Processes.isStopped(process))
        }
    }

    @Test(arguments: [true, false]) func endsWhoIsNotNeededAnyMore(freezes: Bool) async throws {
        var function = try ScriptedFunction.configuration()
        function.idleLimit = .milliseconds(50)
        function.freezes = freezes
        try await LocalLambda.run(function) { lambda in
            _ = try await lambda.invoke([.processID, .child(["sleep", "1000"]), .chunk("x"), .end])
            #expect(try await lambda.log.endedEnvironment() == "idle for too long")
            for process in try await lambda.log.children(2) {
                #expect(await Processes.eventually { !Processes.isAlive(process) })
            }
            #expect(try await lambda.invoke([.chunk("again"), .end]).body == "again")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    @Test func startsAnewForEachInvocationWhenEveryStartIsToBeCold() async throws {
        var function = try ScriptedFunction.configuration(concurrency: 1)
        function.startsCold = true
        try await LocalLambda.run(function) { lambda in
            for number in 1...3 {
                let reply = try await lambda.invoke([.chunk("\(number)"), .end])
                #expect(reply.body == "\(number)")
            }
            #expect(lambda.log.startedEnvironments == 3)
            let reports = try await lambda.log.reports(atLeast: 3)
            #expect(reports.allSatisfy { $0.initDuration != nil })
            #expect(try await lambda.log.endedEnvironment() == "no environment is used twice")
        }
    }
}
