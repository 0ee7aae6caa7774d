// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// What the Runtime API answers to a runtime that is wrong, early or late: status, type and text, and what becomes of
/// the invocation. The answers are those of Lambda's own server (`rapi/rendering/render_error.go`).
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct RuntimeAPIAnswerTests {
    private typealias Step = ScriptedFunction.Step
    private typealias Request = ScriptedFunction.Step.Request

    /// Makes one call that has to end well with `body`, and gives what the runtime was answered meanwhile.
    private static func answers(
        to steps: [Step],
        kind: CallKind = .functionURL,
        initialisation: [Step] = [],
        body: String = "right",
        count: Int
    ) async throws -> [RuntimeAnswer] {
        let function = try ScriptedFunction.configuration(initialisation: initialisation)
        return try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.call(kind, steps)
            #expect(reply.status == 200)
            #expect(reply.isWhole)
            #expect(reply["x-amz-function-error"] == [])
            let text = kind == .stream ? try reply.eventStream().text : reply.text
            #expect(text == body)
            if kind == .stream { #expect(try reply.eventStream().complete == [:]) }
            let answers = try await lambda.log.answers(count)
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 1, "the environment lives on")
            return answers
        }
    }

    @Test(arguments: CallKind.allCases, ["response", "error"])
    func aWrongIDIsRefusedAndTheRightOneStillCounts(kind: CallKind, resource: String) async throws {
        let wrong = Request.of(resource, id: "00000000-0000-0000-0000-000000000000")
        let answers = try await Self.answers(to: [.ask(wrong), .chunk("right"), .endAndTell], kind: kind, count: 2)
        #expect(answers[0].isRefusal(400, "InvalidRequestID", "Invalid request ID"), "\(answers)")
        #expect(answers[1].isAccepted, "\(answers)")
    }

    @Test func anAnswerToTheInvocationBeforeIsRefused() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.chunk("first"), .end])
            let late: [Step] = [
                .ask(.of("response", id: "{previous}")), .ask(.of("error", id: "{previous}")), .chunk("second"), .end,
            ]
            #expect(try await lambda.invoke(late).body == "second")
            for answer in try await lambda.log.answers(2) {
                #expect(answer.isRefusal(400, "InvalidRequestID", "Invalid request ID"), "\(answer)")
            }
        }
    }

    @Test(arguments: ["response", "error"])
    func anotherDeliverysInvocationIDIs410(resource: String) async throws {
        let stale = Request.of(resource).with("Lambda-Runtime-Invocation-Id", "of-another-delivery")
        let answers = try await Self.answers(to: [.ask(stale), .chunk("right"), .end], count: 1)
        #expect(answers[0].isRefusal(410, "InvokeTimeout", "Invoke timeout"), "\(answers)")
    }

    /// It is checked only when it is echoed, and an empty one is none.
    @Test(arguments: ["", "{invocation}"])
    func thisDeliverysInvocationIDIsAccepted(id: String) async throws {
        var response = Request.of("response").with("Lambda-Runtime-Invocation-Id", id)
        response.body = Array("right".utf8)
        #expect(try await Self.answers(to: [.ask(response)], count: 1)[0].isAccepted)
    }

    /// Lambda's own server does not tell an empty header from none.
    @Test(arguments: CallKind.allCases)
    func anEmptyModeIsNone(kind: CallKind) async throws {
        var response = Request.of("response").with("Lambda-Runtime-Function-Response-Mode", "")
        response.body = Array("right".utf8)
        #expect(try await Self.answers(to: [.ask(response)], kind: kind, count: 1)[0].isAccepted)
    }

    @Test(arguments: CallKind.allCases, ["buffered", "Streaming"])
    func aWrongModeFailsTheInvocationToo(kind: CallKind, mode: String) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let wrong = Request.of("response").with("Lambda-Runtime-Function-Response-Mode", mode)
            let reply = try await lambda.call(kind, [.ask(wrong), .ask(.of("response"))])
            switch kind {
            case .invoke:
                #expect(reply["x-amz-function-error"] == ["Unhandled"])
                #expect(reply.object?["errorType"] == "Runtime.InvalidResponseModeHeader")
            case .stream:
                #expect(try reply.eventStream().complete["ErrorCode"] == "Runtime.InvalidResponseModeHeader")
            case .functionURL:
                #expect(reply.status == 502)
            }
            let answers = try await lambda.log.answers(2)
            let text = "Invalid function response mode"
            #expect(answers[0].isRefusal(400, "InvalidFunctionResponseMode", text), "\(answers)")
            // The invocation has its answer.
            #expect(answers[1].isRefusal(400, "InvalidRequestID", "Invalid request ID"), "\(answers)")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test(arguments: CallKind.allCases)
    func inAResponseNothingElseIsTaken(kind: CallKind) async throws {
        let aside = [Request.of("error").aside, .of("response").aside, Self.next.aside, Self.initError.aside]
        let steps = [Step.chunk("ri")] + aside.map { .ask($0) } + [.chunk("ght"), .endAndTell]
        let answers = try await Self.answers(to: steps, kind: kind, count: 5)
        #expect(answers[0].isInvalidStateTransition, "/error: \(answers)")
        #expect(answers[1].isRefusal(400, "InvalidRequestID", "Invalid request ID"), "/response: \(answers)")
        #expect(answers[2].isInvalidStateTransition, "/next: \(answers)")
        #expect(answers[3].isInvalidStateTransition, "/init/error: \(answers)")
        #expect(answers[4].isAccepted, "\(answers)")
    }

    @Test(arguments: CallKind.allCases)
    func afterAResponseNothingElseIsTaken(kind: CallKind) async throws {
        let steps: [Step] = [.chunk("right"), .end, .ask(.of("response")), .ask(.of("error"))]
        let answers = try await Self.answers(to: steps, kind: kind, count: 2)
        #expect(answers[0].isRefusal(400, "InvalidRequestID", "Invalid request ID"), "/response: \(answers)")
        #expect(answers[1].isInvalidStateTransition, "/error: \(answers)")
    }

    /// Its sending side ends in a chunk, between two chunks, or in a body with a length; it still reads.
    @Test(arguments: CallKind.allCases, [[.chunk("part"), .raw("a\r\nhalf")], [.chunk("part")], [Self.shortBody]])
    func aTruncatedResponseIsToldSo(kind: CallKind, steps: [ScriptedFunction.Step]) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.call(kind, steps + [.halfClose, .tell, .reconnect])
            switch kind {
            case .invoke:
                #expect(reply["x-amz-function-error"] == ["Unhandled"])
                #expect(reply.object?["errorType"] == "Runtime.TruncatedResponse")
            case .stream:
                #expect(try reply.eventStream().complete["ErrorCode"] == "Runtime.TruncatedResponse")
            case .functionURL:
                #expect(reply.status == 502 || !reply.isWhole)
            }
            let text = "HTTP request detected as truncated"
            let answer = try await lambda.log.answers(1)[0]
            #expect(answer.isRefusal(400, "TruncatedHTTPRequest", text), "\(answer)")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 1, "the environment lives on")
        }
    }

    private static let shortBody = Step.raw(
        "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"
    )

    @Test func beforeTheFirstInvocationNothingIsAnswered() async throws {
        let early: [Step] = [.ask(.of("response", id: "none")), .ask(.of("error", id: "none"))]
        let answers = try await Self.answers(to: [.chunk("right"), .end], initialisation: early, count: 2)
        #expect(answers.count { $0.isInvalidStateTransition } == 2, "\(answers)")
    }

    @Test func whatIsNoResourceIs404AndAnotherMethod405() async throws {
        let paths = [
            "/", "/2018-06-01/runtime/invocation/", "/2018-06-01/runtime/invocation/{id}/respond", "/2020-01-01/x",
        ]
        let unknown = paths.map { Step.ask(Request(method: "GET", path: $0, body: [])) }
        let methods = [("POST", "next"), ("GET", "{id}/response"), ("PUT", "{id}/response"), ("DELETE", "{id}/error")]
        let wrong = methods.map { method, rest in
            Step.ask(Request(method: method, path: "/2018-06-01/runtime/invocation/" + rest, body: []))
        }
        let ping = Step.ask(Request(method: "GET", path: "/2018-06-01/ping", body: []))
        let answers = try await Self.answers(to: unknown + wrong + [ping, .chunk("right"), .end], count: 9)
        #expect(answers.map(\.status) == [404, 404, 404, 404, 405, 405, 405, 405, 200], "\(answers)")
        #expect(answers[8].body == "pong")
    }

    private static let next = Request(method: "GET", path: "/2018-06-01/runtime/invocation/next", body: [])
    private static let initError = Request(path: "/2018-06-01/runtime/init/error")

    /// A Node.js function with a long stack meets it. Lambda's server reads 4,096 bytes, of which the names, the colons and
    /// the line ends are 83 here.
    @Test(arguments: [(4_096, true), (4_097, false)])
    func trailersThatLambdaWouldNotReadFailTheResponse(bytes: Int, areRead: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let names = "Lambda-Runtime-Function-Error-Type: E\r\nLambda-Runtime-Function-Error-Body: \r\n\r\n"
            let value = String(repeating: "x", count: bytes - names.utf8.count)
            let trailers = names.replacing("Body: ", with: "Body: " + value)
            let reply = try await lambda.invoke([.chunk("one"), .raw("0\r\n" + trailers), .tell])
            #expect(reply.body == "one")
            #expect(reply.failureType == (areRead ? "E" : "Runtime.TruncatedResponse"), "\(reply)")
            let answer = try await lambda.log.answers(1)[0]
            #expect(areRead ? answer.isAccepted : answer.status == 400, "\(answer)")
            #expect(lambda.log.notes.contains { $0.contains("the trailers have 4097 bytes") } == !areRead)
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    /// As Lambda's own server does it, which goes on with what it could read.
    @Test func aReportThatEndsTooSoonIsAFailureAllTheSame() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let head =
                "POST /2018-06-01/runtime/invocation/{id}/error HTTP/1.1\r\nHost: h\r\n"
                + "Lambda-Runtime-Function-Error-Type: Function.Mine\r\nContent-Length: 100\r\n\r\n{"
            let reply = try await lambda.invoke([.raw(head), .halfClose, .tell, .reconnect])
            #expect(reply.failureType == "Function.Mine", "\(reply)")
            let answer = try await lambda.log.answers(1)[0]
            #expect(answer.isRefusal(400, "TruncatedHTTPRequest", "HTTP request detected as truncated"), "\(answer)")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    /// It is read there, and nobody is refused because of it.
    @Test(arguments: ["streaming", "buffered", "x"])
    func aResponseModeAtAnErrorChangesNothing(mode: String) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            var request = Request.of("error").with("Lambda-Runtime-Function-Response-Mode", mode)
            request.body = Array(#"{"errorMessage":"m","errorType":"T"}"#.utf8)
            let reply = try await lambda.invoke([.ask(request)])
            #expect(reply.failureMessage?.contains("m") == true, "\(reply)")
            #expect(try await lambda.log.answers(1)[0].isAccepted)
        }
    }
}
