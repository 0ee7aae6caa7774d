// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// What a service must do at the Runtime API, point by point. Where a point needs more than one example, other suites have
/// the rest.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ServiceChecklistTests {
    private typealias Step = ScriptedFunction.Step
    private typealias Request = ScriptedFunction.Step.Request

    /// Invokes once, and gives the caller's reply and what the runtime was answered.
    private func call(
        _ kind: CallKind,
        _ steps: [ScriptedFunction.Step],
        answers: Int = 0
    ) async throws -> (reply: RawReply, answers: [RuntimeAnswer]) {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.call(kind, steps)
            return (reply, try await lambda.log.answers(answers))
        }
    }

    @Test("1: serves next, response, error and init/error; success is 202 with {\"status\":\"OK\"}")
    func servesTheRuntimeAPI() async throws {
        let (_, response) = try await self.call(.stream, [.chunk("x"), .endAndTell], answers: 1)
        let (failed, error) = try await self.call(.stream, [.ask(.of("error"))], answers: 1)
        #expect(response[0].isAccepted && error[0].isAccepted)
        #expect(try failed.eventStream().complete["ErrorCode"] != nil)
        let function = try ScriptedFunction.configuration(initialisation: [.initError(type: "Own.Init", body: "{}")])
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke([.end])
            #expect(reply.failureType == "Own.Init")
        }
    }

    @Test("2: lets /next wait, and answers it with 403 during an invocation")
    func next() async throws {
        let early = Request(method: "GET", path: "/2018-06-01/runtime/invocation/next", body: []).aside
        let (reply, answers) = try await self.call(.stream, [.ask(early), .chunk("right"), .end], answers: 1)
        #expect(answers[0].isInvalidStateTransition, "\(answers)")
        #expect(try reply.eventStream().text == "right")
    }

    @Test("3: refuses a wrong id, another mode, and a buffered response that is one byte too long")
    func refusals() async throws {
        let wrongID = try await self.call(.stream, [.ask(.of("response", id: "other")), .end], answers: 1).answers[0]
        #expect(wrongID.isRefusal(400, "InvalidRequestID", "Invalid request ID"))
        let mode = Request.of("response").with("Lambda-Runtime-Function-Response-Mode", "buffered")
        let wrongMode = try await self.call(.stream, [.ask(mode)], answers: 1).answers[0]
        #expect(wrongMode.isRefusal(400, "InvalidFunctionResponseMode", "Invalid function response mode"))
        let tooLong = try await self.call(.invoke, [.numbered(bytes: 6_291_557), .endAndTell], answers: 1).answers[0]
        let words = "Exceeded maximum allowed payload size (6291556 bytes)."
        #expect(tooLong.isRefusal(413, "RequestEntityTooLarge", words))
    }

    @Test("4: streams by the kind of the call, and not by the runtime's header")
    func modeIsTheCallers() async throws {
        let (streamed, _) = try await self.call(.stream, [.ask(.of("response"))])
        #expect(try streamed.eventStream() == ("{}", [:]))
        let (buffered, _) = try await self.call(.invoke, [.chunk("a"), .chunk("b"), .end])
        #expect(buffered.text == "ab")
        #expect(buffered["content-length"] == ["2"])
    }

    private static let head = "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: h\r\n"
    private static let chunked = "transfer-encoding: chunked\r\n"

    @Test("5: takes any split, two Trailer lines in any order and case, and errors in chunks that are no JSON")
    func forms() async throws {
        let response =
            Self.head + "lambda-runtime-function-response-mode: streaming\r\n" + Self.chunked
            + "TRAILER: Lambda-Runtime-Function-Error-Body\r\nTrailer: lambda-runtime-function-error-type\r\n\r\n"
            + "1\r\na\r\n2\r\nbc\r\n0\r\n"
            + "lambda-runtime-function-error-body: e30=\r\nLAMBDA-RUNTIME-FUNCTION-ERROR-TYPE: Own.Type\r\n\r\n"
        let (trailers, answers) = try await self.call(.stream, [.raw(response), .tell], answers: 1)
        #expect(try trailers.eventStream() == ("abc", ["ErrorCode": "Own.Type", "ErrorDetails": "{}"]))
        #expect(answers[0].isAccepted)
        let error = "POST /2018-06-01/runtime/invocation/{id}/error HTTP/1.1\r\nHost: h\r\n" + Self.chunked
        let (reported, _) = try await self.call(
            .stream,
            [.raw(error + "\r\n4\r\noops\r\n0\r\n\r\n"), .tell],
            answers: 1
        )
        #expect(try reported.eventStream().complete["ErrorDetails"] == "oops")
    }

    @Test("5: takes a connection that its runtime closes behind each response, and one that stays")
    func connections() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let closing = Request.of("response").with("Connection", "close")
            for steps: [Step] in [[.ask(closing), .reconnect], [.ask(.of("response"))], [.ask(closing), .reconnect]] {
                let reply = try await lambda.call(.stream, steps)
                #expect(try reply.eventStream() == ("{}", [:]))
            }
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test("6: survives an error body in the trailers that is not base64")
    func notBase64() async throws {
        let response =
            Self.head + "Lambda-Runtime-Function-Response-Mode: streaming\r\n" + Self.chunked
            + "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n1\r\na\r\n0\r\n"
            + "Lambda-Runtime-Function-Error-Type: Unhandled\r\n"
            + "Lambda-Runtime-Function-Error-Body: Requires base64\r\n\r\n"
        let (reply, _) = try await self.call(.stream, [.raw(response), .tell], answers: 1)
        #expect(try reply.eventStream().complete["ErrorCode"] == "Unhandled")
    }

    @Test("7: an end before the last chunk is Runtime.TruncatedResponse")
    func truncated() async throws {
        let (reply, _) = try await self.call(.stream, [.halfChunk])
        #expect(try reply.eventStream().complete["ErrorCode"] == "Runtime.TruncatedResponse")
    }

    @Test("8: goes on reading a stream whose caller has left")
    func drains() async throws {
        let gate = try await Gate.open()
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let piece = String(repeating: "x", count: 1_000_000)
            let steps: [ScriptedFunction.Step] = [
                .chunk("a"), .untilAccepted(port: gate.port), .chunk(piece, times: 5), .endAndTell,
            ]
            try await withRawClient(port: lambda.addresses.functionURLs[0].port) { caller in
                try await caller.send(try LocalLambda.post("/", steps))
                _ = try await caller.read(until: "\r\na\r\n")
                try await caller.abort()
            }
            await gate.release()
            #expect(try await lambda.log.answers(1)[0].isAccepted)
            #expect(try await lambda.log.reports(atLeast: 1)[0].producedBytes == 5_000_001)
        }
    }

    @Test(
        "9: gives a stream 6 MiB at once and then 262,144 bytes every 125 ms, and none of that when it is switched off"
    )
    func paces() async throws {
        let steps: [ScriptedFunction.Step] = [
            // Two MiB more than pass at once: also a slow machine sends that faster than the pace is.
            .chunk(String(repeating: "x", count: 1 << 20), times: 8), .chunk("y"), .end,
        ]
        try await LocalLambda.run(try ScriptedFunction.configuration(), limits: .lambda) { lambda in
            let start = ContinuousClock.now
            let paced = try await lambda.call(.stream, steps)
            #expect(paced.isWhole)
            // Eight refills for two MiB, and one for the last byte.
            #expect(start.duration(to: .now) >= .milliseconds(9 * 125))
            _ = try await lambda.log.note("the stream is slowed behind its first 6291456 bytes")
        }
        try await LocalLambda.run(try ScriptedFunction.configuration(), limits: .off) { lambda in
            let unpaced = try await lambda.call(.stream, steps)
            #expect(unpaced.isWhole)
            #expect(lambda.log.notes == [])
        }
    }

    @Test("11: gives each delivery an id of its own, and answers 410 to one that is echoed wrongly")
    func invocationID() async throws {
        let wrong = Request.of("response").with("Lambda-Runtime-Invocation-Id", "another")
        let right = Request.of("response").with("Lambda-Runtime-Invocation-Id", "{invocation}")
        let (reply, answers) = try await self.call(.stream, [.ask(wrong), .ask(right)], answers: 2)
        #expect(answers[0].isRefusal(410, "InvokeTimeout", "Invoke timeout"))
        #expect(answers[1].isAccepted)
        #expect(try reply.eventStream().text == "{}")
    }

    @Test("11: no two deliveries have the same id")
    func deliveriesAreToldApart() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            // The content type is the runtime's word that a caller of the URL sees.
            let steps: [Step] = [.ask(Request.of("response").with("Content-Type", "x/{invocation}"))]
            let first = try await lambda.call(.functionURL, steps)["content-type"]
            let second = try await lambda.call(.functionURL, steps)["content-type"]
            #expect(first.count == 1 && first.first?.utf8.count ?? 0 > "x/".utf8.count, "\(first)")
            #expect(first != second, "\(first)")
        }
    }
}
