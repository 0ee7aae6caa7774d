// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import TestSupport
import Testing

/// What an extension learns of an environment that serves several invocations at once.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ManagedTelemetryTests {
    @Test func eachInvocationHasItsStartAndAReportWithItsDurationAndSpans() async throws {
        var script = ScriptedExtensions.Script()
        script.events = ["SHUTDOWN"]
        script.telemetry = ScriptedExtensions.Script.telemetry("HTTP", types: ["platform"])
        script.shutdown = [["telemetry", "platform.report", 2]]
        try await ScriptedExtensions.with(["listener": script]) { extensions in
            var function = try extensions.configuration()
            function.managedConcurrency = 2
            function.reservedConcurrency = 1
            try await LocalLambda.run(function) { lambda in
                for _ in 0..<2 { _ = try await lambda.invoke([.chunk("one"), .end]) }
                _ = try await lambda.log.reports(atLeast: 2)
            }
            let events = try extensions.entries("telemetry").map(TelemetryLine.init)
            let types = events.map(\.type)
            #expect(types.filter { $0 == "platform.start" }.count == 2)
            #expect(types.filter { $0 == "platform.report" }.count == 2)
            #expect(!types.contains("platform.runtimeDone"))
            let begun = try #require(events.first { $0.type == "platform.initStart" }?.record)
            #expect(begun["initializationType"] as? String == "lambda-managed-instances")
            let report = try #require(events.last { $0.type == "platform.report" }?.record)
            let metrics = try #require(report["metrics"] as? [String: Any])
            #expect(metrics.keys.sorted() == ["durationMs"])
            let spans = try #require(report["spans"] as? [[String: Any]])
            #expect(spans.compactMap { $0["name"] as? String } == ["responseLatency", "responseDuration"])
        }
    }

    /// Many invocations run at once, so nobody is told of each.
    @Test func noExtensionMayHaveInvocations() async throws {
        try await ScriptedExtensions.with(["greedy": ScriptedExtensions.Script()]) { extensions in
            var function = try extensions.configuration()
            function.managedConcurrency = 2
            try await LocalLambda.run(function) { lambda in
                let reply = try await lambda.invoke([.chunk("one"), .end])
                #expect(reply.failureType?.hasPrefix("Extension.") == true, "\(reply)")
            }
        }
    }
}
