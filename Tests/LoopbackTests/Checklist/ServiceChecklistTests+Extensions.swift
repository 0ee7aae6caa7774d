// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// What a service must do for extensions, point by point. Where a point needs more than one example, other suites have
/// the rest.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ServiceExtensionChecklistTests {
    @Test("21: serves register, next and errors, with the identifiers and refusals of the Extensions API")
    func extensionsAPI() async throws {
        let root = "/2020-01-01/extension"
        var script = ScriptedExtensions.Script()
        script.initialisation = [
            ["ask", "POST", root + "/register", "{}"], ["ask", "PUT", "/2020-08-15/logs", "{}"],
            ["error", "init", "", ""], ["ask", "PUT", "/2022-07-01/telemetry", "{}"],
        ]
        script.invoke = [["error", "init", "Extension.TooLate", ""]]
        try await ScriptedExtensions.with(["e": script]) { extensions in
            try await LocalLambda.run(try extensions.configuration()) { lambda in
                let outside = ScriptedFunction.Step.Request(path: root + "/register").with(
                    "Lambda-Extension-Name",
                    "late"
                )
                #expect(try await lambda.invoke([.ask(outside), .chunk("x"), .end]).body == "x")
                let answer = try await lambda.log.first("an answer") { kind in
                    if case .output(_, let line) = kind, line.hasPrefix("answer") { line } else { nil }
                }
                #expect(answer.contains("Extension.RegistrationClosed"))
            }
            let told = try extensions.entries("answer") + extensions.entries("error")
            let types = told.compactMap { ($0["body"] as? [String: String])?["errorType"] }
            #expect(
                types == [
                    "Extension.InvalidExtensionName", "Logs.NotSupported", "ValidationError", "Extension.MissingHeader",
                    "Extension.InvalidExtensionState",
                ]
            )
            #expect(told.compactMap { $0["status"] as? Int } == [403, 202, 400, 403, 403])
        }
    }

    @Test("21: sends SIGTERM where an extension is registered, and SHUTDOWN to those that have it, with its deadline")
    func shutdown() async throws {
        var script = ScriptedExtensions.Script()
        script.shutdown = [["print", "ended"]]
        try await ScriptedExtensions.with(["e": script]) { extensions in
            let log = LocalLambda.Log()
            let function = try extensions.configuration(initialisation: [.onTerm(exits: true)])
            try await LocalLambda.run(function, log: log) { lambda in
                _ = try await lambda.invoke([.chunk("x"), .end])
            }
            #expect(log.count { if case .output(_, "terminated") = $0 { true } else { false } } == 1)
            let event = try #require(try extensions.entries("event").last)
            #expect(event["shutdownReason"] as? String == "SPINDOWN")
            let now = Date.now.timeIntervalSince1970 * 1_000
            let deadline = try #require(event["deadlineMs"] as? Double)
            #expect(deadline < now + 2_000 && deadline > now - 60_000)
            #expect(log.story.last == "ended")
        }
    }

    @Test("21: sends no SIGTERM where none is")
    func noShutdown() async throws {
        let log = LocalLambda.Log()
        let function = try ScriptedFunction.configuration(initialisation: [.onTerm(exits: true)])
        try await LocalLambda.run(function, log: log) { lambda in
            _ = try await lambda.invoke([.chunk("x"), .end])
        }
        #expect(log.count { if case .output(_, "terminated") = $0 { true } else { false } } == 0)
    }

    @Test("22: tells of a stream with responseLatency, responseDuration and producedBytes")
    func telemetry() async throws {
        let events = try await TelemetryTests.events(types: ["platform"], [.chunk("abc"), .end])
        let done = try #require(events.first { $0.type == "platform.runtimeDone" }).record
        #expect((done["metrics"] as? [String: Any])?["producedBytes"] as? Int == 3)
        let names = (done["spans"] as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
        #expect(names.starts(with: ["responseLatency", "responseDuration"]))
        #expect(events.last?.type == "platform.report")
    }
}
