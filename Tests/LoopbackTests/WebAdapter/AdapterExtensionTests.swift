// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// The adapter as an extension of an image, beside the image's own command: what goes wrong, and how it ends.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterExtensionTests {
    private static func run(
        variables: [String: String] = [:],
        log: LocalLambda.Log = LocalLambda.Log(),
        _ body: @Sendable (AdaptedApplication) async throws -> Void
    ) async throws {
        try await AdapterChecklistTests.withCopy(at: "opt/extensions/sluice-adapter") { program, _ in
            try await AdaptedApplication.run(
                variables: variables,
                log: log,
                configure: {
                    $0.command = ["python3", AdaptedApplication.script]
                    $0.extensionFolders = [(program as NSString).deletingLastPathComponent]
                },
                body: body
            )
        }
    }

    private static func failure(_ app: AdaptedApplication) async throws -> String {
        try await app.lambda.log.first("a failed invocation") {
            if case .invocationFailed(_, let type, let message) = $0 { "\(type): \(message)" } else { nil }
        }
    }

    @Test func anUnhealthyApplicationFailsTheStartWithItsStatus() async throws {
        let variables = ["AWS_LWA_READINESS_CHECK_PATH": "/status/503", "SLUICE_ADAPTER_READINESS_SECONDS": "5"]
        try await Self.run(variables: variables) { app async throws in
            #expect(try await app.get("/").status == 502)
            let failure = try await Self.failure(app)
            #expect(failure.hasPrefix("Adapter.ApplicationNotReady: "), "\(failure)")
            #expect(failure.contains("it answers with status 503") && failure.contains("_HEALTHY_STATUS"), "\(failure)")
            // What the image's command writes goes by the adapter, which has nothing to say of it.
            #expect(!failure.contains("standard error"), "\(failure)")
        }
    }

    #if os(Linux)
    @Test func anApplicationOnAnotherPortIsNamedWithIt() async throws {
        let other = try await freePort()
        let variables = ["APP_LISTEN": "\(other)", "SLUICE_ADAPTER_READINESS_SECONDS": "5"]
        try await Self.run(variables: variables) { app async throws in
            #expect(try await app.get("/").status == 502)
            let failure = try await Self.failure(app)
            #expect(failure.hasPrefix("Adapter.ApplicationNotReady: "), "\(failure)")
            #expect(failure.contains("port \(other)"), "\(failure)")
        }
    }
    #endif

    @Test func aValueThatDoesNotParseFailsTheStart() async throws {
        try await Self.run(variables: ["AWS_LWA_ASYNC_INIT": "perhaps"]) { app async throws in
            #expect(try await app.get("/").status == 502)
            let failure = try await Self.failure(app)
            #expect(failure.hasPrefix("Adapter.InvalidConfiguration: AWS_LWA_ASYNC_INIT is \"perhaps\""), "\(failure)")
        }
    }

    /// It registers first: Lambda starts no runtime before all extensions have.
    @Test func aValueThatDoesNotParseIsTheRuntimesErrorOfAnExtensionThatRegistered() async throws {
        try await AdapterChecklistTests.withCopy(at: "opt/extensions/my-adapter") { program, _ in
            let variables = ["AWS_LWA_ASYNC_INIT": "perhaps"]
            try await ScriptedAdapter.run(program: program, command: [], variables: variables) { adapter in
                let connection = try await adapter.lambda.accept()
                let registration = try await connection.readWhole().head
                #expect(registration.hasPrefix("POST /2020-01-01/extension/register HTTP/1.1\r\n"))
                #expect(registration.contains("Lambda-Extension-Name: my-adapter\r\n"))
                try await connection.reply("200 OK", fields: ["Lambda-Extension-Identifier: id-1"])
                let (head, body) = try await connection.readWhole()
                #expect(head.hasPrefix("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"), "\(head)")
                #expect(body.contains("AWS_LWA_ASYNC_INIT is"), "\(body)")
                try await connection.reply("202 Accepted")
                #expect(try await adapter.process.exit() == .code(1))
            }
        }
    }

    @Test func withAnAsynchronousStartTheFirstRequestWaits() async throws {
        let gate = try await Gate.open()
        let variables = ["APP_GATE": "\(gate.port)", "AWS_LWA_ASYNC_INIT": "true"]
        try await Self.run(variables: variables) { app async throws in
            async let reply = app.get("/status/201")
            try await gate.wait()
            _ = try await app.lambda.log.first("the adapter's word that it asks") { (kind: LogEvent.Kind) -> String? in
                guard case .extensions(.output(_, "sluice-adapter", let line)) = kind else { return nil }
                return line.contains("The first request waits for it.") ? line : nil
            }
            try await app.lambda.log.first("the end of the initialisation") {
                if case .initFinished = $0 { () } else { nil }
            }
            await gate.release()
            #expect(try await reply.status == 201)
            #expect(app.lambda.log.startedEnvironments == 1)
        }
    }

    /// Of a function with an extension the service ends the runtime's process by SIGTERM: here it is the application.
    @Test func theApplicationIsToldToEndWhenTheEnvironmentEnds() async throws {
        let log = LocalLambda.Log()
        try await Self.run(variables: ["APP_END_SECONDS": "0.1"], log: log) { app async throws in
            #expect(try await app.get("/echo").status == 200)
        }
        for words in ["told to end", "has ended"] {
            #expect(log.count { if case .output(_, words) = $0 { true } else { false } } == 1, "\(words)")
        }
    }
}
