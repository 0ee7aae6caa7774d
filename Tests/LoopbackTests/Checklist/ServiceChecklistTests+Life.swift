// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// What a service must do over an environment's life, point by point. Where a point needs more than one example, other
/// suites have the rest.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ServiceLifeChecklistTests {
    @Test("10: cuts a stream at the time-out, keeps what was sent, says so, and resets the environment")
    func timeOutInMidStream() async throws {
        var function = try ScriptedFunction.configuration()
        function.timeout = .seconds(1)
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke([.touch("kept"), .chunk("sent"), .hang])
            #expect(reply.body == "sent")
            #expect(reply.failureType == "Sandbox.Timedout")
            #expect(reply.failureMessage?.hasSuffix(" Error: Task timed out after 1.00 seconds") == true)
            #expect(try await lambda.log.reports(atLeast: 1)[0].line.hasSuffix("\tStatus: timeout"))
            #expect(try await lambda.log.endedEnvironment() == "timed out")
            #expect(try await lambda.invoke(streaming: false, [.files]).body.contains(#"["kept"]"#))
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    @Test("24: sets Lambda's variables and starts the function in its own folder")
    func variables() async throws {
        var function = try ScriptedFunction.configuration()
        function.workingDirectory = "/usr"
        function.memoryMegabytes = 512
        try await LocalLambda.run(function) { lambda in
            let body = try await lambda.invoke(streaming: false, [.variables]).body
            let seen = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
            let expected = [
                "_HANDLER": "bootstrap", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_LAMBDA_FUNCTION_NAME": "scripted", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/scripted", "LAMBDA_TASK_ROOT": "/usr",
                "LAMBDA_RUNTIME_DIR": "/var/runtime", "LANG": "en_US.UTF-8", "TZ": ":UTC",
                "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR", "_AWS_XRAY_DAEMON_PORT": "2000",
            ]
            #expect(seen.filter { expected.keys.contains($0.key) } == expected)
            for name in [
                "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN", "PATH", "LD_LIBRARY_PATH",
                "AWS_XRAY_DAEMON_ADDRESS", "_AWS_XRAY_DAEMON_ADDRESS",
            ] {
                #expect(seen[name] != nil, "\(name)")
            }
            // Not of a runtime that is the function's own.
            #expect(seen["AWS_EXECUTION_ENV"] == nil)
            #expect(seen["AWS_LAMBDA_MAX_CONCURRENCY"] == nil)
            #expect(try await lambda.invoke(streaming: false, [.facts]).body.contains(#""directory": "/usr""#))
        }
    }

    @Test("24: does not let a function set what Lambda reserves, and says so")
    func reservedVariables() async throws {
        var function = try ScriptedFunction.configuration()
        function.variables["LAMBDA_TASK_ROOT"] = "/mine"
        function.workingDirectory = "/usr"
        try await LocalLambda.run(function) { lambda in
            _ = try await lambda.log.note("LAMBDA_TASK_ROOT is Lambda's own")
            let body = try await lambda.invoke(streaming: false, [.variables]).body
            #expect(body.contains(#""LAMBDA_TASK_ROOT": "/usr""#))
            #expect(lambda.log.notes.count == 1)
        }
    }

    @Test("24: leaves out what Lambda reserves and does not set, and what the host says of itself")
    func withheldVariables() async throws {
        var function = try ScriptedFunction.configuration()
        let withheld = ["AWS_LAMBDA_MAX_CONCURRENCY", "_X_AMZN_TRACE_ID"]
        for name in withheld { function.variables[name] = "2" }
        var host = ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin"]
        host["AWS_EXECUTION_ENV"] = "AWS_ECS_FARGATE"
        host["AWS_PROFILE"] = "mine"
        try await LocalLambda.run(function, hostVariables: host) { lambda in
            let body = try await lambda.invoke(streaming: false, [.variables]).body
            let seen = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
            for name in withheld + ["AWS_EXECUTION_ENV"] { #expect(seen[name] == nil, "\(name)") }
            #expect(seen["AWS_PROFILE"] == "mine")
            for name in withheld { _ = try await lambda.log.note("\(name) is Lambda's own") }
        }
    }

    @Test("24: no two environments have the same log stream")
    func logStreams() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            async let first = lambda.invoke(streaming: false, [.untilAccepted(port: gate.port), .variables])
            try await gate.wait()
            let second = try await lambda.invoke(streaming: false, [.variables]).body
            await gate.release()
            let streams = try [try await first.body, second].map { body in
                try JSONDecoder().decode([String: String].self, from: Data(body.utf8))["AWS_LAMBDA_LOG_STREAM_NAME"]
            }
            #expect(streams[0] != nil && streams[0] != streams[1], "\(streams)")
        }
    }

    @Test("24: looks for bootstrap in a folder, starts it there, and says where none is")
    func bootstrap() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let words = try ScriptedFunction.command.map { "'\($0)'" }.joined(separator: " ")
        let bootstrap = folder.appending(path: "bootstrap").path
        func invoke(_ event: String) async throws -> ProgramResult {
            try await SluiceProgram.serve(["--function", "packed=\(folder.path)/"]) { ready, _ in
                try await SluiceProgram.run(
                    ["invoke", "packed", "--endpoint", ready.endpoint, "--payload", event]
                )
            }
        }
        let event = try ScriptedFunction.Step.event([.facts])
        let missing = try await invoke(event)
        #expect(missing.exit == .code(1) && missing.errorText.contains("Runtime.InvalidEntrypoint"), "\(missing)")
        #expect(missing.errorText.contains("\(bootstrap): no such file"), "\(missing)")
        let script = Data("#!/bin/sh\nexec \(words)\n".utf8)
        #expect(
            FileManager.default.createFile(atPath: bootstrap, contents: script, attributes: [.posixPermissions: 0o755])
        )
        let found = try await invoke(event)
        #expect(found.exit == .code(0) && found.outputText.contains(#""directory": "\#(folder.path)""#), "\(found)")
    }

    @Test("24: reports Runtime.InvalidEntrypoint and Runtime.ExitError")
    func entrypointAndExit() async throws {
        var absent = try ScriptedFunction.configuration(name: "absent")
        absent.command = ["/nowhere/bootstrap"]
        try await LocalLambda.run(absent, try ScriptedFunction.configuration()) { lambda in
            #expect(try await lambda.invoke(of: "absent", [.end]).failureType == "Runtime.InvalidEntrypoint")
            let ended = try await lambda.invoke([.exit(1)])
            #expect(ended.failureType == "Runtime.ExitError")
            #expect(ended.failureMessage?.hasSuffix("Runtime exited with error: exit status 1") == true)
        }
    }
}
