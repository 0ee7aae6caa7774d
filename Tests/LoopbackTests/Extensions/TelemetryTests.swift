// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// What an extension that subscribed learns of an environment's life.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct TelemetryTests {
    static let all = ["platform", "function", "extension"]

    /// Runs one streamed invocation and answers the events that the extension got until it ended.
    static func events(
        protocolName: String = "HTTP",
        types: [String] = Self.all,
        refusedPosts: Int = 0,
        awaiting last: String? = nil,
        timeout: TimeAmount = .seconds(60),
        variables: [String: String] = [:],
        initialisation: [ScriptedFunction.Step] = [],
        startsFromSnapshot: Bool = false,
        _ steps: [ScriptedFunction.Step]
    ) async throws -> [TelemetryLine] {
        var script = ScriptedExtensions.Script()
        script.telemetry = ScriptedExtensions.Script.telemetry(protocolName, types: types)
        script.refusedPosts = refusedPosts
        script.invoke = [["print", "seen"]]
        // What comes last may come behind the word that the environment ends.
        script.shutdown = [["telemetry", types.contains("platform") ? "platform.report" : "function", 1]]
        if let last { script.shutdown.append(["telemetry", last, 1]) }
        return try await ScriptedExtensions.with(["listener": script]) { extensions in
            var function = try extensions.configuration(initialisation: initialisation)
            function.timeout = timeout
            function.startsFromSnapshot = startsFromSnapshot
            function.variables.merge(variables) { _, new in new }
            try await LocalLambda.run(function) { lambda in
                _ = try await lambda.invoke(steps)
                _ = try await lambda.log.reports(atLeast: 1)
            }
            #expect(try extensions.entries("subscribed").first?["body"] as? String == "\"OK\"")
            return try extensions.entries("telemetry").map(TelemetryLine.init)
        }
    }

    private static let streamed: [ScriptedFunction.Step] = [.chunk("one"), .print("printed"), .chunk("two"), .end]

    @Test(arguments: ["HTTP", "TCP"])
    func everyEventOfAStreamedInvocationComesInOrder(protocolName: String) async throws {
        let events = try await Self.events(protocolName: protocolName, Self.streamed)
        #expect(
            events.filter { $0.type != "extension" }.map(\.type) == [
                "platform.initStart", "platform.telemetrySubscription", "platform.initRuntimeDone",
                "platform.extension", "platform.initReport", "platform.start", "function", "platform.runtimeDone",
                "platform.report",
            ]
        )
        #expect(events.filter { $0.type == "extension" }.map(\.line) == ["seen"])
        #expect(events.first { $0.type == "function" }?.line == "printed")
        #expect(events.map(\.time) == events.map(\.time).sorted())
    }

    @Test func aStreamIsMeasured() async throws {
        let events = try await Self.events(Self.streamed)
        let done = try #require(events.first { $0.type == "platform.runtimeDone" }).record
        #expect(done["status"] as? String == "success")
        let metrics = try #require(done["metrics"] as? [String: Any])
        #expect(metrics["producedBytes"] as? Int == 6)
        let duration = try #require(metrics["durationMs"] as? Double)
        let spans = try #require(done["spans"] as? [[String: Any]])
        #expect(
            spans.compactMap { $0["name"] as? String } == ["responseLatency", "responseDuration", "runtimeOverhead"]
        )
        let sum = spans.compactMap { $0["durationMs"] as? Double }.reduce(0, +)
        #expect(abs(sum - duration) < 0.01, "the three are all of it: \(spans), \(duration)")
        let report = try #require(events.last).record
        let overheads = (report["spans"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(overheads == ["extensionOverhead"])
        #expect(report["requestId"] as? String == done["requestId"] as? String)
        #expect((report["metrics"] as? [String: Any])?["initDurationMs"] != nil)
    }

    @Test(arguments: [
        (ScriptedFunction.Step.hang, "timeout", "Sandbox.Timedout"), (.exit(1), "failure", "Runtime.ExitError"),
        (.trailers(type: "Function.Broken", body: "{}"), "error", "Function.Broken"),
        (.error(type: "ValueError", body: "{}"), "error", "Runtime.Unknown"),
    ])
    func aFailureIsToldWithItsStatus(last: ScriptedFunction.Step, status: String, type: String) async throws {
        let events = try await Self.events(types: ["platform"], timeout: .seconds(2), [last])
        for name in ["platform.runtimeDone", "platform.report"] {
            let record = try #require(events.first { $0.type == name }).record
            #expect(record["status"] as? String == status)
            #expect(record["errorType"] as? String == type)
        }
    }

    @Test func aDeliveryThatIsRefusedComesAgain() async throws {
        let events = try await Self.events(types: ["platform"], refusedPosts: 2, Self.streamed)
        #expect(events.first?.type == "platform.initStart")
        #expect(events.map(\.type).filter { $0 == "platform.report" }.count == 1)
    }

    /// The first processes take too long and are ended, and the second ones learn of their own initialisation, in the time
    /// of the invocation.
    @Test func aSecondInitialisationIsToldAsAPartOfItsInvocation() async throws {
        let gate = try await Gate.open()
        var script = ScriptedExtensions.Script()
        script.telemetry = ScriptedExtensions.Script.telemetry(types: ["platform"])
        script.shutdown = [["telemetry", "platform.report", 1]]
        try await ScriptedExtensions.with(["listener": script]) { extensions in
            let steps: [ScriptedFunction.Step] = [.untilAccepted(port: gate.port)]
            let function = try extensions.configuration(initialisation: steps, initLimit: .seconds(2))
            try await LocalLambda.run(function) { lambda in
                async let reply = lambda.invoke([.chunk("x"), .end])
                _ = try await lambda.log.note("limit init-milliseconds, 2000 ms; Lambda's is 10000")
                try await gate.wait(for: 2)
                await gate.release()
                #expect(try await reply.body == "x")
                _ = try await lambda.log.reports(atLeast: 1)
            }
            let told = try extensions.entries("telemetry").map(TelemetryLine.init).compactMap { event -> String? in
                guard event.type.hasPrefix("platform.init") else { return nil }
                let words = ["phase", "status", "errorType"].compactMap { event.record[$0] as? String }
                return ([event.type] + words).joined(separator: " ")
            }
            #expect(
                told == [
                    "platform.initStart init", "platform.initStart invoke",
                    "platform.initRuntimeDone invoke success",
                    "platform.initReport invoke success",
                ],
                "of the first ones' end only those could hear that were ended with them"
            )
        }
    }

    /// After the fifth try a batch is lost, and its subscriber learns how much that was.
    @Test func whatWasLostIsTold() async throws {
        let events = try await Self.events(
            types: ["platform"],
            refusedPosts: 5,
            awaiting: "platform.logsDropped",
            Self.streamed
        )
        let dropped = try #require(events.first { $0.type == "platform.logsDropped" }, "\(events.map(\.type))")
        #expect(dropped.record["droppedRecords"] as? Int ?? 0 >= 1)
        #expect(dropped.record["droppedBytes"] as? Int ?? 0 >= 100)
        #expect((dropped.record["reason"] as? String)?.isEmpty == false)
        #expect(!events.contains { $0.type == "platform.initStart" }, "it was in the first batch")
        #expect(events.contains { $0.type == "platform.report" }, "what comes later arrives")
    }

    @Test func onlyWhatWasAskedForComes() async throws {
        let events = try await Self.events(types: ["function"], Self.streamed)
        #expect(events.map(\.line) == ["printed"])
    }

    @Test func linesOfJSONAreObjectsWhereTheLogFormatIs() async throws {
        let steps: [ScriptedFunction.Step] = [.print(#"{"level":"INFO"}"#), .chunk("x"), .end]
        let events = try await Self.events(variables: ["AWS_LAMBDA_LOG_FORMAT": "JSON"], steps)
        #expect(events.first { $0.type == "function" }?.record["level"] as? String == "INFO")
    }
}

/// One event as it came.
struct TelemetryLine {
    let time: String
    let type: String
    /// The record, where it is an object.
    let record: [String: Any]
    /// The record, where it is a line.
    let line: String

    init(_ object: [String: Any]) {
        self.time = object["time"] as? String ?? ""
        self.type = object["type"] as? String ?? ""
        self.record = object["record"] as? [String: Any] ?? [:]
        self.line = object["record"] as? String ?? ""
    }
}
