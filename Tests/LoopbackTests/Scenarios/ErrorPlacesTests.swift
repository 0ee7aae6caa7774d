// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

/// An error before the head of a response and after it, in whatever form a runtime reports it, as each caller sees it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ErrorPlacesTests {
    private typealias Step = ScriptedFunction.Step
    private typealias Request = ScriptedFunction.Step.Request

    private struct Report {
        var typeHeader: String?
        var contentType: String?
        var body: [UInt8]
        /// What callers are told.
        var type: String
        /// The same bytes, unless something else is said.
        var payload: [UInt8]?

        init(_ typeHeader: String?, _ body: String, type: String, contentType: String? = nil, payload: String? = nil) {
            self.typeHeader = typeHeader
            self.body = Array(body.utf8)
            self.type = type
            self.contentType = contentType
            self.payload = payload.map { Array($0.utf8) }
        }

        var request: Request {
            var request = Request.of("error")
            if let typeHeader { request = request.with("Lambda-Runtime-Function-Error-Type", typeHeader) }
            if let contentType { request = request.with("Content-Type", contentType) }
            request.body = self.body
            return request
        }
    }

    private static let cause = "application/vnd.aws.lambda.error.cause+json"

    private static let reports: [Report] = {
        let json = #"{"errorMessage": "no", "errorType": "ValueError", "stackTrace": ["a", "b"], "requestId": 1}"#
        var invalid = Report("Function.Bytes", "", type: "Function.Bytes")
        invalid.body = [0xFF, 0xFE, 0x00, 0x7B]
        return [
            Report("Function.Boom", json, type: "Function.Boom"),
            Report(nil, json, type: "ValueError"),
            Report("", json, type: "ValueError"),
            Report("Function.Text", "it went wrong", type: "Function.Text"),
            Report(nil, "it went wrong", type: "Runtime.Unknown"),
            Report("Function.Empty", "", type: "Function.Empty"),
            Report(nil, "", type: "Runtime.Unknown"),
            Report(nil, "[1, 2]", type: "Runtime.Unknown"),
            invalid,
            Report(
                nil,
                #"{"errorMessage":"no","errorType":"E","errorCause":{"exceptions":[]}}"#,
                type: "E",
                contentType: Self.cause,
                payload: #"{"errorMessage":"no","errorType":"E"}"#
            ),
        ]
    }()

    private static func expect(_ reply: RawReply, _ kind: CallKind, type: String, payload: [UInt8]) throws {
        #expect(reply.isWhole)
        switch kind {
        case .invoke:
            #expect(reply.status == 200)
            #expect(reply["x-amz-function-error"] == ["Unhandled"])
            #expect(reply["content-type"] == ["application/json"])
            #expect(reply.body == payload, "\(reply)")
        case .stream:
            #expect(reply.status == 200)
            let (text, complete) = try reply.eventStream()
            #expect(text == "")
            // What is no UTF-8 cannot stand in JSON.
            let details = String(decoding: payload, as: UTF8.self)
            #expect(complete == ["ErrorCode": type, "ErrorDetails": details])
        case .functionURL:
            #expect(reply.status == 502)
            #expect(reply.text == "Internal Server Error")
        }
    }

    @Test(arguments: CallKind.allCases)
    func aReportBeforeTheHeadReachesItsCallerUnchanged(kind: CallKind) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for (number, report) in zip(1..., Self.reports) {
                let reply = try await lambda.call(kind, [.ask(report.request)])
                try Self.expect(reply, kind, type: report.type, payload: report.payload ?? report.body)
                #expect(try await lambda.log.answers(number)[number - 1].isAccepted)
                #expect(try await lambda.log.reports(atLeast: number)[number - 1].errorType == report.type)
            }
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test(arguments: [0, 1])
    func aReportOfOneMebibyteIsTheLongest(bytesTooMany: Int) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            var request = Request.of("error").with("Lambda-Runtime-Function-Error-Type", "Function.Long")
            request.body = Array("x".utf8)
            request.times = 1_048_576 + bytesTooMany
            let reply = try await lambda.call(.invoke, [.ask(request)])
            #expect(reply["x-amz-function-error"] == ["Unhandled"])
            let answer = try await lambda.log.answers(1)[0]
            if bytesTooMany == 0 {
                #expect(reply.body.count == 1_048_576)
                #expect(answer.isAccepted)
            } else {
                #expect(reply.object?["errorType"] == "Function.Long")
                let text = "Exceeded maximum allowed payload size (1048576 bytes)."
                #expect(answer.isRefusal(413, "RequestEntityTooLarge", text), "\(answer)")
            }
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    /// A chunked response that ends with these trailers.
    private static func response(mode: String, trailers: [String]) -> Step {
        .raw(
            """
            POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: x\r\n\(mode)\
            Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\(trailers.map { $0 + "\r\n" }.joined())\r\n
            """
        )
    }

    private static let streaming = "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
    private static let json = #"{"errorMessage":"m","errorType":"OfTheReport"}"#

    private static let trailers: [(lines: [String], type: String, details: String)] = {
        let body = "Lambda-Runtime-Function-Error-Body: " + Data(Self.json.utf8).base64EncodedString()
        let made = { (type: String, text: String) in #"{"errorType":"\#(type)","errorMessage":"\#(text)"}"# }
        return [
            (["Lambda-Runtime-Function-Error-Type: Function.Late", body], "Function.Late", Self.json),
            ([body], "OfTheReport", Self.json),
            (["lambda-runtime-function-error-type: Function.Late"], "Function.Late", made("Function.Late", "")),
            (
                ["Lambda-Runtime-Function-Error-Type: T", "Lambda-Runtime-Function-Error-Body: Requires base64"],
                "T", made("T", "Requires base64")
            ),
        ]
    }()

    @Test(arguments: CallKind.allCases)
    func trailersAfterTheHeadFailTheInvocation(kind: CallKind) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for (lines, type, details) in Self.trailers {
                let response = Self.response(mode: Self.streaming, trailers: lines)
                let reply = try await lambda.call(kind, [response, .tell])
                #expect(reply.status == 200)
                switch kind {
                case .invoke:
                    #expect(reply["x-amz-function-error"] == ["Unhandled"])
                    #expect(reply.text == details)
                case .stream:
                    let (text, complete) = try reply.eventStream()
                    #expect(text == "one")
                    #expect(complete == ["ErrorCode": type, "ErrorDetails": details])
                case .functionURL:
                    #expect(reply.text == "one")
                    #expect(!reply.isWhole, "no last chunk")
                }
            }
            #expect(try await lambda.log.answers(Self.trailers.count).count { $0.isAccepted } == Self.trailers.count)
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    /// A runtime that did not say that it streams has no trailers for `Invoke`; a streaming call takes them all the same.
    @Test func trailersOfAResponseThatIsNotSaidToStreamCountForStreamsOnly() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let response = Self.response(mode: "", trailers: Self.trailers[0].lines)
            let buffered = try await lambda.call(.invoke, [response, .tell])
            #expect(buffered["x-amz-function-error"] == [])
            #expect(buffered.text == "one")
            let streamed = try await lambda.call(.stream, [response, .tell]).eventStream()
            #expect(streamed.complete["ErrorCode"] == "Function.Late")
            #expect(try await !lambda.call(.functionURL, [response, .tell]).isWhole)
        }
    }

    @Test(arguments: CallKind.allCases)
    func aConnectionDroppedAfterTheHeadIsATruncatedResponse(kind: CallKind) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.call(kind, [.chunk("one"), .halfChunk, .reconnect])
            switch kind {
            case .invoke: #expect(reply.object?["errorType"] == "Runtime.TruncatedResponse")
            case .stream: #expect(try reply.eventStream().complete["ErrorCode"] == "Runtime.TruncatedResponse")
            case .functionURL: #expect(!reply.isWhole)
            }
            // Its process is well.
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }
}
