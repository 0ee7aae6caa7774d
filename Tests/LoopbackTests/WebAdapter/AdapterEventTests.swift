// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Events that are no HTTP requests, through the local Lambda.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterEventTests {
    /// They have a `requestContext` as requests do, and are none. (Lambda Developer Guide, "Capturing records of Lambda
    /// asynchronous invocations"; API Gateway Developer Guide, "Set up a WebSocket API integration request".)
    static let others = [
        #"{"version":"1.0","timestamp":"2026-01-01T00:00:00.000Z","requestContext":{"requestId":"r-1","functionArn":"#
            + #""arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST","condition":"RetriesExhausted","#
            + #""approximateInvokeCount":3},"requestPayload":{"ä":1},"responseContext":{"statusCode":200,"#
            + #""executedVersion":"$LATEST","functionError":"Unhandled"},"responsePayload":{"errorMessage":"no"}}"#,
        #"{"requestContext":{"routeKey":"$default","messageId":"m=","eventType":"MESSAGE","extendedRequestId":"e=","#
            + #""requestTime":"01/Jan/2026:00:00:00 +0000","messageDirection":"IN","stage":"prod","#
            + #""requestTimeEpoch":1767225600000,"identity":{"sourceIp":"1.2.3.4"},"requestId":"r=","#
            + #""domainName":"a.execute-api.us-east-1.amazonaws.com","connectionId":"c=","apiId":"a"},"#
            + #""body":"hello","isBase64Encoded":false}"#,
    ]

    @Test(arguments: ["response_stream", "buffered"])
    func whatHasARequestContextAndIsNoRequestGoesOnAsItIs(mode: String) async throws {
        try await AdaptedApplication.run(mode: mode) { app async throws in
            for event in Self.others {
                let reply = try await app.reply(
                    to: ByteBuffer(string: event),
                    isStreaming: mode == "response_stream"
                )
                #expect(reply.body == #"{"handled":\#(event)}"#)
                #expect(reply.end == .complete)
            }
        }
    }

    /// So that a queue gives its messages again.
    @Test(arguments: ["response_stream", "buffered"])
    func anErrorStatusThatIsConfiguredFailsTheInvocation(mode: String) async throws {
        let variables = ["AWS_LWA_PASS_THROUGH_PATH": "/status/500", "AWS_LWA_ERROR_STATUS_CODES": "500-599"]
        try await AdaptedApplication.run(variables: variables, mode: mode) { app async throws in
            let event = #"{"Records":[{"messageId":"1","body":"x","eventSource":"aws:sqs"}]}"#
            let reply = try await app.reply(to: ByteBuffer(string: event), isStreaming: mode == "response_stream")
            #expect(reply.failureType == "Adapter.ErrorStatus", "\(reply)")
            #expect(reply.failureMessage == #"{"statusCode":500,"body":"status 500"}"#, "\(reply)")
        }
    }

    @Test(arguments: ["response_stream", "buffered"])
    func anErrorStatusThatNobodyNamedIsAnAnswer(mode: String) async throws {
        let variables = ["AWS_LWA_PASS_THROUGH_PATH": "/status/500"]
        try await AdaptedApplication.run(variables: variables, mode: mode) { app async throws in
            let event = ByteBuffer(string: #"{"Records":[]}"#)
            let reply = try await app.reply(to: event, isStreaming: mode == "response_stream")
            #expect(reply.end == .complete, "\(reply)")
        }
    }
}
