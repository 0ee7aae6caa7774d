// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// A function and its Function URL that disagree about the invoke mode: the answer is passed on as it is, as on
/// Lambda, and the log says what was probably meant.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ModeMismatchTests {
    private static let object = #"{"statusCode":404,"headers":{"x-a":"b"},"body":"gone"}"#

    private static func notes(_ log: LocalLambda.Log) -> [String] {
        log.all.compactMap { if case .note(let text) = $0.kind { text } else { nil } }
    }

    @Test func aStreamingURLPassesAProxyObjectOn() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.request([.respond(Self.object)])
            #expect(reply.status == 200)
            #expect(reply.fields[.contentType] == "application/json")
            #expect(reply.body == Self.object)
            let note = try await lambda.log.first("the hint") { if case .note(let text) = $0 { text } else { nil } }
            #expect(note.contains("statusCode") && note.contains("BUFFERED"), "\(note)")
            // Not about what is no mistake.
            _ = try await lambda.request([.respond(#"{"status":"fine"}"#)])
            _ = try await lambda.log.reports(atLeast: 2)
            #expect(Self.notes(lambda.log).count == 1)
        }
    }

    @Test func aBufferingURLPassesAPreludeOn() async throws {
        var function = try ScriptedFunction.configuration()
        function.invokeMode = .buffered
        try await LocalLambda.run(function) { lambda in
            let prelude = #"{"statusCode":404}"# + String(repeating: "\0", count: 8) + "gone"
            let reply = try await lambda.request([.chunk(prelude), .end])
            #expect(reply.status == 200)
            #expect(reply.body == prelude)
            let note = try await lambda.log.first("the hint") {
                if case .note(let text) = $0, text.contains("prelude") { text } else { nil }
            }
            #expect(note.contains("RESPONSE_STREAM"), "\(note)")
            #expect(try await lambda.request([.respond(Self.object)]).body == "gone")
            #expect(Self.notes(lambda.log).count { $0.contains("prelude") } == 1)
        }
    }
}
