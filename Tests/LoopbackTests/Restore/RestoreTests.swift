// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

/// Environments that start as if from a snapshot.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct RestoreTests {
    private typealias Step = ScriptedFunction.Step
    private typealias Request = ScriptedFunction.Step.Request

    private static let next = Request(method: "GET", path: "/2018-06-01/runtime/restore/next", body: [])
    private static let error = Request(path: "/2018-06-01/runtime/restore/error")
        .with("Lambda-Runtime-Function-Error-Type", "Runtime.AfterRestoreError")

    private static func configuration(_ initialisation: [ScriptedFunction.Step]) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration(initialisation: initialisation)
        function.startsFromSnapshot = true
        return function
    }

    @Test func aRuntimeIsRestoredAndThenReadyAndTheLogTellsBoth() async throws {
        try await LocalLambda.run(try Self.configuration([.ask(Self.next)])) { lambda in
            let seen = try await lambda.invoke(streaming: false, [.variables]).body
            #expect(seen.contains(#""AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start""#))
            #expect(try await lambda.log.answers(1)[0].status == 200)
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.restoreDuration != nil && report.initDuration == nil)
            #expect(report.line.contains("\tRestore Duration: "))
            _ = try await lambda.invoke([.end])
            #expect(try await lambda.log.reports(atLeast: 2)[1].restoreDuration == nil)
            let story = lambda.log.all.compactMap { event -> String? in
                switch event.kind {
                case .snapshotTaken: "snapshot"
                case .restored: "restored"
                case .initFinished: "ready"
                case .start: "start"
                default: nil
                }
            }
            #expect(story == ["snapshot", "restored", "start", "start"])
        }
    }

    @Test func aSecondRestoreAndALateErrorAreRefused() async throws {
        let function = try Self.configuration([.ask(Self.error), .ask(Self.next), .ask(Self.next)])
        try await LocalLambda.run(function) { lambda in
            #expect(try await lambda.invoke([.ask(Self.next), .ask(Self.error), .chunk("x"), .end]).body == "x")
            let answers = try await lambda.log.answers(5)
            #expect(answers.map(\.status) == [403, 200, 403, 403, 403])
            #expect(answers.allSatisfy { $0.status == 200 || $0.isInvalidStateTransition }, "\(answers)")
        }
    }

    @Test func withoutASnapshotTheRoutesAreUnknown() async throws {
        let paths = [Self.next, Self.error, Request(method: "GET", path: "/2021-04-23/credentials", body: [])]
        let function = try ScriptedFunction.configuration(initialisation: paths.map { .ask($0) })
        try await LocalLambda.run(function) { lambda in
            _ = try await lambda.invoke([.end])
            #expect(try await lambda.log.answers(3).map(\.status) == [404, 404, 404])
        }
    }

    @Test(arguments: CallKind.allCases)
    func anErrorAfterTheRestoreIsAnExceptionOfTheAPI(kind: CallKind) async throws {
        let function = try Self.configuration([.ask(Self.next), .ask(Self.error), .hang])
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.call(kind, [.end])
            if kind == .functionURL {
                #expect(reply.status == 502)
            } else {
                #expect(reply.status == 400, "\(reply)")
                #expect(reply["x-amzn-errortype"] == ["SnapStartException"])
                #expect(reply.object?["Message"]?.hasPrefix("The afterRestore() runtime hook") == true)
            }
            #expect(try await lambda.log.answers(2)[1].isAccepted)
            #expect(try await lambda.log.endedEnvironment() == "restore failed: Runtime.AfterRestoreError")
        }
    }

    @Test func aRestoreThatTakesTooLongIsAnExceptionOfTheAPI() async throws {
        var function = try Self.configuration([.ask(Self.next), .hang])
        function.restoreLimit = .milliseconds(200)
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.call(.invoke, [.end])
            #expect(reply.status == 408, "\(reply)")
            #expect(reply["x-amzn-errortype"] == ["SnapStartTimeoutException"])
            #expect(try await lambda.log.endedEnvironment() == "restore timed out")
        }
    }

    @Test func aRuntimeThatAsksForNoRestoreWorksAndTheLogSaysSo() async throws {
        try await LocalLambda.run(try Self.configuration([])) { lambda in
            #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
            _ = try await lambda.log.note("did not ask for /2018-06-01/runtime/restore/next")
        }
    }

    @Test func credentialsAreAtTheRuntimeAPIAndNotInVariables() async throws {
        var function = try Self.configuration([.ask(Self.next)])
        function.variables["AWS_ACCESS_KEY_ID"] = "AKIAOWN"
        function.variables["AWS_SECRET_ACCESS_KEY"] = "secret"
        try await LocalLambda.run(function) { lambda in
            let body = try await lambda.invoke(streaming: false, [.variables]).body
            let seen = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
                #expect(seen[name] == nil)
            }
            let api = try #require(seen["AWS_LAMBDA_RUNTIME_API"])
            #expect(seen["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == "http://\(api)/2021-04-23/credentials")
            let token = try #require(seen["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
            let request = Request(method: "GET", path: "/2021-04-23/credentials", body: [])
            let asked: [Step] = [
                .ask(request.with("Authorization", token)), .ask(request.with("Authorization", "other")), .end,
            ]
            _ = try await lambda.invoke(asked)
            let answers = try await lambda.log.answers(3)
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(answers[1].body.utf8)) as? [String: String]
            )
            #expect(object["AccessKeyId"] == "AKIAOWN" && object["SecretAccessKey"] == "secret")
            #expect(object["Token"] == "" && object["Expiration"]?.hasSuffix("Z") == true)
            #expect(answers[2].status == 404)
        }
    }

    /// The runtime library of this package.
    @Test func ourOwnRuntimeAsksForItsRestore() async throws {
        var function = try DemoFunction.configuration()
        function.startsFromSnapshot = true
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.get("/")
            #expect(reply.status == 200)
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.restoreDuration != nil)
        }
    }

    @Test func telemetryTellsOfTheSnapshotAndTheRestore() async throws {
        let events = try await TelemetryTests.events(
            types: ["platform"],
            initialisation: [.ask(Self.next)],
            startsFromSnapshot: true,
            [.chunk("abc"), .end]
        )
        let initialisation = events.filter { $0.type.hasPrefix("platform.init") }
        #expect(initialisation.count == 3)
        for event in initialisation {
            #expect(event.record["initializationType"] as? String == "snap-start")
            #expect(event.record["phase"] as? String == "snap-start")
        }
        let types = events.map(\.type).filter { $0.hasPrefix("platform.restore") }
        #expect(types == ["platform.restoreStart", "platform.restoreRuntimeDone", "platform.restoreReport"])
        let metrics = events.last?.record["metrics"] as? [String: Any]
        #expect(metrics?["restoreDurationMs"] as? Double != nil && metrics?["initDurationMs"] == nil)
    }
}
