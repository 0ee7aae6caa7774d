// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// What goes wrong with an application, and how its caller and its owner hear of it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterFailureTests {
    private func failure(_ app: AdaptedApplication) async throws -> String {
        try await app.lambda.log.first("a failed invocation") {
            if case .invocationFailed(_, let type, let message) = $0 { "\(type): \(message)" } else { nil }
        }
    }

    @Test(arguments: [
        ("/silent", "Adapter.NoResponse"), ("/garbage", "Adapter.MalformedResponse"),
        ("/odd-status", "Adapter.UnusableStatus"), ("/upgrade", "Adapter.UpgradeNotSupported"),
    ])
    func beforeTheHeadTheInvocationFails(target: String, type: String) async throws {
        try await AdaptedApplication.run { app async throws in
            #expect(try await app.get(target).status == 502)
            #expect(try await self.failure(app).hasPrefix(type))
            #expect(try await app.get("/echo").status == 200, "and the next is served")
        }
    }

    @Test(arguments: ["/break", "/short", "/garbage-later"])
    func afterTheHeadTheStreamBreaksOff(target: String) async throws {
        try await AdaptedApplication.run { app async throws in
            let reply = try await app.get(target)
            #expect(reply.status == 200 && ["half", "good"].contains(reply.body))
            guard case .broken = reply.end else {
                Issue.record("it ended with \(String(describing: reply.end))")
                return
            }
            #expect(try await self.failure(app).hasPrefix("Adapter.ResponseBrokeOff"))
            #expect(try await app.get("/echo").status == 200)
        }
    }

    /// As errors in the stream's own form, for a caller that sees it.
    @Test func theBreakIsToldInTheEventStream() async throws {
        try await AdaptedApplication.run { app async throws in
            let event = #"""
                {"version":"2.0","rawPath":"/break","rawQueryString":"","headers":{},
                "requestContext":{"http":{"method":"GET","path":"/break","sourceIp":"1.2.3.4"}}}
                """#
            let request = StreamRequest(
                function: .init(name: "app"),
                isStreaming: true,
                endpoint: try HTTPAddress(app.lambda.addresses.endpoint),
                payload: .init(string: event)
            )
            var reply = LocalLambda.Reply()
            try await StreamClient().run(request) { reply.record($0) }
            #expect(reply.failureType == "Adapter.ResponseBrokeOff")
            #expect(try #require(reply.failureMessage).contains("after 4 bytes of its body"))
        }
    }

    @Test func anApplicationThatIsKilledEndsTheStreamAndTheEnvironmentWithItsLastWords() async throws {
        try await AdaptedApplication.run { app async throws in
            let reply = try await app.get("/die")
            #expect(reply.status == 200 && reply.body == "last words\n")
            #expect(reply.end != .complete)
            #expect(try await self.failure(app).hasPrefix("Adapter.ResponseBrokeOff"))
            _ = try await app.line("by signal 9")
            _ = try await app.line("it was too much")
            #expect(try await app.get("/echo").status == 200, "a new environment serves the next")
        }
    }

    @Test func anApplicationThatExitsFailsTheStartWithItsCodeAndLastWords() async throws {
        try await AdaptedApplication.run(variables: ["APP_EXIT": "3"]) { app async throws in
            #expect(try await app.get("/").status == 502)
            let failure = try await self.failure(app)
            #expect(failure.hasPrefix("Adapter.ApplicationExited"))
            #expect(failure.contains("with code 3") && failure.contains("no module named app"))
        }
    }

    @Test func aProgramThatIsNotThereFailsTheStart() async throws {
        try await AdaptedApplication.run(command: ["/nowhere/app"]) { app async throws in
            #expect(try await app.get("/").status == 502)
            #expect(try await self.failure(app).hasPrefix("Adapter.ApplicationNotStarted"))
        }
    }

    @Test func anApplicationThatNeverListensFailsTheStartInItsTime() async throws {
        try await AdaptedApplication.run(variables: ["APP_NEVER": "1", "SLUICE_ADAPTER_READINESS_SECONDS": "5"]) {
            app in
            #expect(try await app.get("/").status == 502)
            let failure = try await self.failure(app)
            #expect(failure.hasPrefix("Adapter.ApplicationNotReady"))
            #expect(failure.contains("after 5 s: it accepts no connection"))
            #expect(failure.contains("waiting for the database"))
        }
    }

    #if os(Linux)
    @Test func anApplicationOnAnotherPortIsNamedWithIt() async throws {
        let other = try await freePort()
        let variables = ["APP_LISTEN": "\(other)", "SLUICE_ADAPTER_READINESS_SECONDS": "5"]
        try await AdaptedApplication.run(variables: variables) { app async throws in
            #expect(try await app.get("/").status == 502)
            #expect(try await self.failure(app).contains("port \(other)"))
        }
    }
    #endif

    @Test func anUnhealthyApplicationIsNamedWithItsStatus() async throws {
        let variables = ["AWS_LWA_READINESS_CHECK_PATH": "/status/503", "SLUICE_ADAPTER_READINESS_SECONDS": "5"]
        try await AdaptedApplication.run(variables: variables) { app async throws in
            #expect(try await app.get("/").status == 502)
            let failure = try await self.failure(app)
            #expect(failure.contains("it answers with status 503") && failure.contains("_HEALTHY_STATUS"))
        }
    }

    /// Told to Lambda itself, although one of them names another to ask.
    @Test(arguments: [
        ("AWS_LWA_ASYNC_INIT", "perhaps"), ("AWS_LWA_HOST", "http://127.0.0.1"),
        ("AWS_LWA_REMOVE_BASE_PATH", "https://example.com/api"), ("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", "127.0.0.1"),
    ])
    func aValueThatDoesNotParseFailsTheStart(variable: String, value: String) async throws {
        try await AdaptedApplication.run(variables: [variable: value]) { app async throws in
            #expect(try await app.get("/").status == 502)
            let failure = try await self.failure(app)
            #expect(failure.hasPrefix("Adapter.InvalidConfiguration: \(variable) is \"\(value)\""), "\(failure)")
        }
    }

    @Test func anErrorStatusThatIsConfiguredFailsTheInvocation() async throws {
        try await AdaptedApplication.run(variables: ["AWS_LWA_ERROR_STATUS_CODES": "500,502-504"]) { app async throws in
            #expect(try await app.get("/status/501").status == 501)
            #expect(try await app.get("/status/503").status == 502)
            let failure = try await self.failure(app)
            #expect(failure == #"Adapter.ErrorStatus: {"statusCode":503,"body":"status 503"}"#)
        }
    }

    /// Of such an answer nobody takes the rest, which may all be there already.
    @Test func whoseAnswerIsRefusedIsLeftWithoutItsConnection() async throws {
        try await AdaptedApplication.run { app async throws in
            for _ in 0..<5 { #expect(try await app.get("/odd-status").status == 502) }
            var open = Int.max
            // The application hears of each end by itself.
            while open > 1 { open = try #require(Int(try await app.get("/connections").body)) }
        }
    }

    /// Lambda ends what is not ready in its time, and starts it once more under the invocation, which may take longer.
    @Test func anApplicationSlowerThanTheInitPhaseIsReadyInTheSecondProcess() async throws {
        let log = LocalLambda.Log()
        let slow = ["APP_SECONDS": "1.5"]
        try await AdaptedApplication.run(variables: slow, log: log, configure: { $0.initLimit = .seconds(1) }) {
            app async throws in
            #expect(try await app.get("/status/201").status == 201)
        }
        #expect(log.count { if case .initReport = $0 { true } else { false } } >= 1)
    }

    /// The function's limit ends it, and the application is not read on.
    @Test func aStreamWithoutEndIsCutAtLambdasLimit() async throws {
        var limits = ServiceLimits.off
        limits[.streamBytes] = 1_000_000
        try await AdaptedApplication.run(limits: limits) { app async throws in
            let reply = try await app.get("/big?bytes=300000000")
            #expect(reply.status == 200 && reply.end != .complete)
            // The prelude counts too.
            #expect((999_000...1_000_000).contains(reply.body.utf8.count), "\(reply.body.utf8.count)")
            #expect(try await app.get("/status/201").status == 201)
        }
    }

    /// By Lambda's own limit, 200 MiB.
    @Test func threeHundredMegabytesEndWhereLambdaEndsThem() async throws {
        var limits = ServiceLimits.lambda
        limits.pacesStreams = false
        try await AdaptedApplication.run(limits: limits) { app async throws in
            let received = try await app.count("/big?bytes=300000000")
            // The prelude counts too.
            let most = Limits.maximumStreamedResponseBytes
            #expect((most - 1_000...most).contains(received.bytes), "\(received.bytes)")
            #expect(received.end != .complete)
            #expect(try await self.failure(app).hasPrefix("Function.ResponseSizeTooLarge"))
            #expect(try await app.get("/status/201").status == 201)
        }
    }

    @Test func atTheDeadlineTheApplicationIsLeftAlone() async throws {
        try await AdaptedApplication.run(configure: {
            $0.timeout = .seconds(1)
            // Stopped, the application could not say that it was left.
            $0.freezes = false
        }) { app async throws in
            let reply = try await app.get("/hang")
            #expect(reply.body == "then nothing" && reply.end != .complete)
            #expect(try await self.failure(app).hasPrefix("Function.DeadlineExceeded"))
            #expect(try await app.get("/stall").status == 502)
            _ = try await app.line("left alone")
        }
    }

    @Test func moreThanLambdaTakesIsRefusedInWords() async throws {
        try await AdaptedApplication.run(mode: "buffered") { app async throws in
            #expect(try await app.get("/big?bytes=7000000").status == 502)
            #expect(try await self.failure(app).hasPrefix("Function.ResponseSizeTooLarge"))
        }
    }

    @Test func theApplicationIsToldToEndWhenTheEnvironmentEnds() async throws {
        let log = LocalLambda.Log()
        try await AdaptedApplication.run(variables: ["APP_END_SECONDS": "0.1"], log: log) { app async throws in
            #expect(try await app.get("/echo").status == 200)
        }
        #expect(log.all.contains { if case .output(_, let line) = $0.kind { line == "told to end" } else { false } })
        #expect(log.all.contains { if case .output(_, let line) = $0.kind { line == "has ended" } else { false } })
    }
}
