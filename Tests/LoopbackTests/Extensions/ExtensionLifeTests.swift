// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// External extensions as processes that know nothing of Sluice, beside a runtime that does not either.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ExtensionLifeTests {
    @Test func startsBeforeTheRuntimeAndHearsOfInvocationsAndOfTheEnd() async throws {
        var script = ScriptedExtensions.Script()
        script.initialisation = [["print", "registered"]]
        script.shutdown = [["print", "farewell"]]
        try await ScriptedExtensions.with(["watcher": script]) { extensions in
            let function = try extensions.configuration(initialisation: [.print("runtime")])
            let log = LocalLambda.Log()
            let requestIDs = try await LocalLambda.run(function, log: log) { lambda in
                for _ in 0..<2 { #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x") }
                return try await lambda.log.reports(atLeast: 2).map(\.requestID)
            }
            #expect(try extensions.events() == ["INVOKE", "INVOKE", "SHUTDOWN SPINDOWN"])
            #expect(try extensions.entries("event").compactMap { $0["requestId"] as? String } == requestIDs)
            let registered = try #require(try extensions.entries("registered").first)
            #expect(registered["status"] as? Int == 200)
            #expect((registered["body"] as? [String: String])?["functionName"] == "scripted")
            #expect(log.story.filter { $0 != "END" } == ["registered", "runtime", "REPORT", "REPORT", "farewell"])
        }
    }

    /// The caller has everything; the environment is not free before the extension is.
    @Test func anInvocationIsOverWhenTheExtensionHasAskedForItsNextEvent() async throws {
        let gate = try await Gate.open()
        var script = ScriptedExtensions.Script()
        script.invoke = [["gate", gate.port], ["print", "late"]]
        try await ScriptedExtensions.with(["slow": script]) { extensions in
            try await LocalLambda.run(try extensions.configuration()) { lambda in
                #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
                try await gate.wait()
                #expect(lambda.log.reports.isEmpty)
                await gate.release()
                _ = try await lambda.log.reports(atLeast: 1)
                #expect(lambda.log.story == ["late", "END", "REPORT"])
            }
        }
    }

    /// Its time is the function's.
    @Test func anExtensionThatDoesNotComeBackRunsIntoTheTimeOut() async throws {
        var script = ScriptedExtensions.Script()
        script.invoke = [["hang"]]
        try await ScriptedExtensions.with(["stuck": script]) { extensions in
            try await LocalLambda.run(try extensions.configuration(timeout: .seconds(1))) { lambda in
                let reply = try await lambda.invoke([.chunk("x"), .end])
                let report = try await lambda.log.reports(atLeast: 1)[0]
                let reason = try await lambda.log.endedEnvironment()
                #expect(reply.end == .complete)
                #expect(report.timedOut)
                #expect(reason == "timed out")
            }
        }
    }

    @Test func aTimeOutOfTheFunctionIsToldAsTheReason() async throws {
        try await ScriptedExtensions.with(["watcher": ScriptedExtensions.Script()]) { extensions in
            try await LocalLambda.run(try extensions.configuration(timeout: .seconds(1))) { lambda in
                #expect(try await lambda.invoke([.hang]).failureType == "Sandbox.Timedout")
                _ = try await lambda.log.endedEnvironment()
            }
            #expect(try extensions.events() == ["INVOKE", "SHUTDOWN TIMEOUT"])
        }
    }

    @Test func aCrashOfTheFunctionIsToldAsTheReason() async throws {
        try await ScriptedExtensions.with(["watcher": ScriptedExtensions.Script()]) { extensions in
            try await LocalLambda.run(try extensions.configuration()) { lambda in
                #expect(try await lambda.invoke([.exit(3)]).failureType == "Runtime.ExitError")
                _ = try await lambda.log.endedEnvironment()
            }
            #expect(try extensions.events() == ["INVOKE", "SHUTDOWN FAILURE"])
        }
    }

    @Test func isFrozenBetweenInvocationsAndGoesOnWithTheNext() async throws {
        var script = ScriptedExtensions.Script()
        script.initialisation = [["process_id"]]
        script.invoke = [["print", "seen"]]
        try await ScriptedExtensions.with(["e": script]) { extensions in
            let log = LocalLambda.Log()
            try await LocalLambda.run(try extensions.configuration(), log: log) { lambda in
                for count in 1...2 {
                    #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
                    _ = try await lambda.log.reports(atLeast: count)
                    let process = try #require(log.story.first.flatMap { Int32($0.dropFirst("child ".count)) })
                    #expect(await Processes.eventually { Processes.isStopped(process) }, "after invocation \(count)")
                }
            }
            #expect(log.story.count { $0 == "seen" } == 2)
            #expect(try extensions.events() == ["INVOKE", "INVOKE", "SHUTDOWN SPINDOWN"])
        }
    }

    @Test func oneThatDidNotSubscribeToTheEndIsEnded() async throws {
        var script = ScriptedExtensions.Script()
        script.events = ["INVOKE"]
        script.initialisation = [["process_id"]]
        try await ScriptedExtensions.with(["deaf": script]) { extensions in
            let log = LocalLambda.Log()
            try await LocalLambda.run(try extensions.configuration(), log: log) { lambda in
                _ = try await lambda.invoke([.chunk("x"), .end])
            }
            #expect(try extensions.events() == ["INVOKE"])
            let process = try #require(log.story.first.flatMap { Int32($0.dropFirst("child ".count)) })
            #expect(!Processes.isAlive(process))
        }
    }

    @Test func oneThatDoesNotEndInItsTimeIsKilled() async throws {
        var script = ScriptedExtensions.Script()
        script.initialisation = [["process_id"]]
        script.shutdown = [["hang"]]
        try await ScriptedExtensions.with(["stubborn": script]) { extensions in
            let log = LocalLambda.Log()
            try await LocalLambda.run(try extensions.configuration(), log: log) { lambda in
                _ = try await lambda.invoke([.chunk("x"), .end])
            }
            #expect(try extensions.events() == ["INVOKE", "SHUTDOWN SPINDOWN"])
            let process = try #require(log.story.first.flatMap { Int32($0.dropFirst("child ".count)) })
            #expect(!Processes.isAlive(process))
        }
    }

    @Test func theCommandStartsThoseOfAFolderAndShowsWhatTheyPrint() async throws {
        var script = ScriptedExtensions.Script()
        script.invoke = [["print", "seen"]]
        try await ScriptedExtensions.with(["watcher": script]) { extensions in
            // From another folder than the one that the command runs in.
            let parent = URL(filePath: extensions.folder).deletingLastPathComponent().path
            let arguments = try SluiceProgram.scripted() + ["--extensions", "extensions"]
            try await SluiceProgram.serve(arguments, directory: parent) { ready, process in
                let reply = try await SluiceProgram.run(["invoke", "scripted", "--endpoint", ready.endpoint])
                #expect(reply.exit == .code(0), "\(reply)")
                _ = try await process.line(on: .standardError) {
                    $0.contains("EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]")
                }
                _ = try await process.line(on: .standardError) { $0.contains("1.watcher| seen") }
            }
            #expect(try extensions.events() == ["INVOKE", "SHUTDOWN SPINDOWN"])
        }
    }

    @Test func seesTheFunctionsVariablesButNotThoseThatAreHiddenFromIt() async throws {
        var script = ScriptedExtensions.Script()
        script.initialisation = [["variables"]]
        try await ScriptedExtensions.with(["reader": script]) { extensions in
            var function = try extensions.configuration()
            function.variables["MY_SETTING"] = "yes"
            try await LocalLambda.run(function) { lambda in _ = try await lambda.invoke([.chunk("x"), .end]) }
            let variables = try #require(try extensions.entries("variables").first)
            for name in ["MY_SETTING", "AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "AWS_LAMBDA_RUNTIME_API"] {
                #expect(variables[name] != nil, "\(name)")
            }
            for name in ["_HANDLER", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_XRAY_DAEMON_ADDRESS"] {
                #expect(variables[name] == nil, "\(name)")
            }
        }
    }
}
