// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Applications that are late, or somewhere else.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterReadinessTests {
    /// By Lambda's own limit, in Lambda's own time: without an asynchronous start its initialisation is ended after ten
    /// seconds, and the log has said why by then; with one the first request waits for the rest.
    @Test func anApplicationThatStartsInTwelveSecondsIsExplainedOrWaitedFor() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let variables = ["APP_SECONDS": "12", "AWS_LWA_ASYNC_INIT": "true"]
                let log = LocalLambda.Log()
                try await AdaptedApplication.run(variables: variables, log: log) { app async throws in
                    #expect(try await app.get("/status/201").status == 201)
                    #expect(app.lambda.log.startedEnvironments == 1)
                }
                #expect(log.count { if case .initReport = $0 { true } else { false } } == 0)
            }
            group.addTask {
                try await AdaptedApplication.run(variables: ["APP_SECONDS": "12"]) { app async throws in
                    async let _ = app.get("/status/201")
                    let line = try await app.line("is not ready after")
                    #expect(line.contains("AWS_LWA_ASYNC_INIT=true"))
                    try await app.lambda.log.first("the end of the initialisation") {
                        if case .initReport(let report) = $0 { report.status == "timeout" ? () : nil } else { nil }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    #if os(Linux)
    /// Lambda ends a start after ten seconds, and the adapter with it: what it has to say comes before.
    @Test func anApplicationOnAnotherPortIsNamedWellBeforeLambdaEndsTheStart() async throws {
        let other = try await freePort()
        try await AdaptedApplication.run(variables: ["APP_LISTEN": "\(other)"]) { app async throws in
            async let _ = app.get("/")
            let line = try await app.line("yet, but something does on")
            #expect(line.contains("port \(other)") && line.contains("AWS_LWA_PORT"))
            #expect(app.lambda.log.count { if case .initReport = $0 { true } else { false } } == 0)
        }
    }
    #endif

    /// Without a page to ask for, a look is a connection and nothing else, so that no route of the application runs for it.
    @Test func aLookSendsNothingUnlessAPageWasNamed() async throws {
        try await ScriptedAdapter.run { adapter async throws in
            let look = try await adapter.application.accept()
            #expect(try await look.readToEnd().isEmpty)
        }
        try await ScriptedAdapter.run(variables: ["AWS_LWA_READINESS_CHECK_PATH": "/healthy?now"]) {
            adapter async throws in
            let look = try await adapter.application.accept()
            let head = try await look.readHead()
            #expect(head.hasPrefix("GET /healthy?now HTTP/1.1\r\n"), "\(head)")
            try await look.reply("200 OK")
            try await adapter.refuseExtension().readNext()
        }
    }

    /// Its health has a port of its own; requests go where they always do.
    @Test func theReadinessPortIsLookedAtAndNoRequestGoesThere() async throws {
        try await withScriptedServer { health in
            let variables = ["AWS_LWA_READINESS_CHECK_PORT": "\(health.port)"]
            try await ScriptedAdapter.run(variables: variables) { adapter async throws in
                _ = try await health.accept()
                let connection = try await adapter.refuseExtension()
                _ = try await connection.readHead()
                try await connection.sendInvocation(ScriptedAdapter.event("/x"), requestID: "1")
                let head = try await adapter.application.accept().readHead()
                #expect(head.hasPrefix("GET /x HTTP/1.1\r\n"), "\(head)")
            }
        }
    }

    /// It is no sign that anybody listens, and most servers do not start where it lies.
    @Test func aSocketFileOfAnEarlierProcessIsNotTakenForTheApplication() async throws {
        let path = "/tmp/sluice-\(UInt64.random(in: 0 ... .max)).sock"
        defer { unlink(path) }
        let program = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
        let result = try await runProgram(try Tools.path(of: .python3), ["-c", program, path])
        try #require(result.exit == .code(0), "\(result)")
        try #require(FileManager.default.fileExists(atPath: path))
        let gate = try await Gate.open()
        let variables = ["SLUICE_ADAPTER_SOCKET": path, "APP_SOCKET": path, "APP_GATE": "\(gate.port)"]
        try await AdaptedApplication.run(variables: variables) { app async throws in
            async let seen = app.seen("/x?y")
            try await gate.wait()
            #expect(app.lambda.log.count { if case .initFinished = $0 { true } else { false } } == 0)
            await gate.release()
            #expect(try await seen.target == "/x?y")
        }
    }
}
