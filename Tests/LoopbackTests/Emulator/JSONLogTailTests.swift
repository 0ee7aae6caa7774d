// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

/// A function whose log format is JSON has Lambda's own lines in it too: events of the platform, as telemetry has them.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct JSONLogTailTests {
    private static func function() throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration()
        function.variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        return function
    }

    private struct Line {
        /// `printed` for what is no event of the platform.
        var type: String
        var record: [String: Any]

        init(_ text: Substring) {
            let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
            self.type = object?["type"] as? String ?? "printed"
            self.record = object?["record"] as? [String: Any] ?? [:]
        }

        var status: String? { self.record["status"] as? String }
        var errorType: String? { self.record["errorType"] as? String }
    }

    private static func lines(_ reply: LocalLambda.Reply) throws -> [Line] {
        let base64 = try #require(reply.fields[InvokeResponseHeader.logResult])
        let data = try #require(Data(base64Encoded: base64))
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(Line.init)
    }

    @Test func hasEventsOfThePlatformAroundWhatWasPrinted() async throws {
        try await LocalLambda.run(try Self.function()) { lambda in
            let reply = try await lambda.invoke(
                streaming: false,
                tail: true,
                [.print("plain"), .print(#"{"level":"INFO","message":"an object"}"#), .respond("{}")]
            )
            let lines = try Self.lines(reply)
            #expect(lines.map(\.type) == ["platform.start", "printed", "printed", "platform.report"])
            let requestID = try #require(reply.fields[InvokeResponseHeader.requestID])
            #expect(lines.first?.record["requestId"] as? String == requestID)
            #expect(lines.first?.record["version"] as? String == "$LATEST")
            #expect(lines.last?.record["requestId"] as? String == requestID)
            #expect(lines.last?.status == "success")
            let metrics = try #require(lines.last?.record["metrics"] as? [String: Any])
            #expect(metrics["memorySizeMB"] as? Int == 128)
            #expect(metrics["billedDurationMs"] != nil && metrics["initDurationMs"] != nil)
        }
    }

    /// Then what the runtime did is told too, and there is no line in text.
    @Test func saysWhyTheFunctionFailed() async throws {
        try await LocalLambda.run(try Self.function()) { lambda in
            let lines = try Self.lines(try await lambda.invoke(streaming: false, tail: true, [.exit(7)]))
            #expect(lines.map(\.type) == ["platform.start", "platform.runtimeDone", "platform.report"])
            #expect(lines.dropFirst().map(\.status) == ["failure", "failure"])
            #expect(lines.dropFirst().map(\.errorType) == ["Runtime.ExitError", "Runtime.ExitError"])
        }
    }

    @Test func saysThatTheTimeWasOver() async throws {
        var function = try Self.function()
        function.timeout = .milliseconds(300)
        try await LocalLambda.run(function) { lambda in
            let lines = try Self.lines(try await lambda.invoke(streaming: false, tail: true, [.hang]))
            #expect(lines.map(\.type) == ["platform.start", "platform.runtimeDone", "platform.report"])
            #expect(lines.dropFirst().map(\.status) == ["timeout", "timeout"])
        }
    }

    /// Managed Instances know no other format, and no `platform.runtimeDone`.
    @Test func isTheOnlyFormatOfManagedInstances() async throws {
        var function = try ScriptedFunction.configuration()
        function.managedConcurrency = 2
        try await LocalLambda.run(function) { lambda in
            let lines = try Self.lines(try await lambda.invoke(streaming: false, tail: true, [.respond("{}")]))
            #expect(lines.map(\.type) == ["platform.start", "platform.report"])
        }
    }
}
