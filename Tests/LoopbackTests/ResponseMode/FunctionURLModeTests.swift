// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

/// The same HTTPFunction behind a Function URL of either invoke mode.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct FunctionURLModeTests {
    private static let modes: [(FunctionConfiguration.InvokeMode, String?)] = [
        (.responseStream, nil), (.responseStream, "RESPONSE_STREAM"), (.buffered, "BUFFERED"),
    ]

    private func notes(_ log: LocalLambda.Log) -> [String] {
        log.all.compactMap { if case .note(let text) = $0.kind { text } else { nil } }
    }

    @Test(arguments: modes)
    func answersTheSameInBothModes(url: FunctionConfiguration.InvokeMode, function: String?) async throws {
        try await LocalLambda.run(try DemoFunction.configuration(url: url, function: function)) { lambda in
            let cookies = try await lambda.get("/cookies")
            #expect(cookies.status == 200)
            #expect(cookies.fields[values: .setCookie].count == 2)

            let tokens = try await lambda.get("/tokens?gap=0&words=2")
            #expect(tokens.fields[.contentType] == "text/event-stream; charset=utf-8")
            #expect(
                tokens.body == "id: 1\ndata: Alice\n\nid: 2\ndata: was\n\nevent: end\ndata: 2 words\n\n"
            )

            let empty = try await lambda.get("/status/204")
            #expect(empty.status == 204 && empty.body.isEmpty)
            #expect(try await lambda.get("/nothing").status == 404)

            // Bytes that are no text: as base64 on the way.
            let download = try await lambda.get("/download?bytes=100000")
            #expect(download.fields[.contentType] == "application/octet-stream")
            #expect(download.body.utf8.count >= 100_000)
            #expect(self.notes(lambda.log).isEmpty)
        }
    }

    /// A stream would have had its status 200 by then.
    @Test func aBodyThatFailsIs502InBufferedMode() async throws {
        try await LocalLambda.run(try DemoFunction.configuration(url: .buffered, function: "BUFFERED")) { lambda in
            let reply = try await lambda.get("/fail?after=2")
            #expect(reply.status == 502)
            #expect(reply.body == "Internal Server Error")
            #expect(try await lambda.log.reports(atLeast: 1)[0].errorType == "Function.DemoFailure")
            #expect(try await lambda.get("/cookies").status == 200)
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test func whatIsTooLongForOneAnswerIs502InBufferedMode() async throws {
        try await LocalLambda.run(try DemoFunction.configuration(url: .buffered, function: "BUFFERED")) { lambda in
            let reply = try await lambda.get("/download?bytes=7000000")
            #expect(reply.status == 502)
            #expect(try await lambda.log.reports(atLeast: 1)[0].errorType == "Function.ResponseSizeTooLarge")
        }
    }

    @Test func theLogSaysHowTheModesAreMadeToAgree() async throws {
        try await LocalLambda.run(try DemoFunction.configuration(url: .buffered)) { lambda in
            let reply = try await lambda.get("/cookies")
            #expect(reply.status == 200 && reply.body.contains("\0\0\0\0\0\0\0\0"))
            let note = try await lambda.log.first("the hint") { if case .note(let text) = $0 { text } else { nil } }
            #expect(note.contains("SLUICE_INVOKE_MODE=BUFFERED") && note.contains("--invoke-mode RESPONSE_STREAM"))
        }
        try await LocalLambda.run(try DemoFunction.configuration(function: "BUFFERED")) { lambda in
            let reply = try await lambda.get("/status/404")
            #expect(reply.status == 200 && reply.body.hasPrefix(#"{"statusCode":404,"#))
            let note = try await lambda.log.first("the hint") { if case .note(let text) = $0 { text } else { nil } }
            #expect(
                note.contains("SLUICE_INVOKE_MODE=RESPONSE_STREAM") && note.contains("--invoke-mode BUFFERED")
            )
        }
    }

    @Test func aModeThatIsNoneIsAnInitErrorThatNamesTheVariable() async throws {
        try await LocalLambda.run(try DemoFunction.configuration(function: "STREAMED")) { lambda in
            let reply = try await lambda.invokeDemo(event: "{}")
            #expect(reply.object?["errorType"] == "Function.InvalidInvokeMode")
            #expect(reply.object?["errorMessage"]?.contains(#"SLUICE_INVOKE_MODE is "STREAMED""#) == true, "\(reply)")
        }
    }
}
