// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import TestSupport
import Testing

/// What these clients die of, and what their callers hear of it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct RuntimeClientEndTests {
    private static func event(_ path: String) -> [UInt8] { Array("{\"rawPath\":\"/\(path)\"}".utf8) }

    /// Calls it, and then once more, which has to end well.
    private static func call(
        _ kind: CallKind,
        _ path: String,
        of client: RuntimeClient,
        timeout: TimeAmount = .seconds(60)
    ) async throws -> (reply: RawReply, log: LocalLambda.Log) {
        var function = try client.configuration()
        function.timeout = timeout
        return try await LocalLambda.run(function) { lambda in
            let isURL = kind == .functionURL
            let reply = try await lambda.call(kind, path: isURL ? "/" + path : nil, body: isURL ? [] : Self.event(path))
            let next = try await lambda.call(.invoke, body: Self.event("buffered"))
            #expect(next.text == #"{"hello": "world"}"#, "\(next)")
            return (reply, lambda.log)
        }
    }

    /// 413 is what only Go's and Swift's clients do not survive.
    @Test(arguments: RuntimeClient.allCases)
    func aResultThatIsTooLargeIsAFunctionErrorWhetherItsClientSurvivesOrNot(client: RuntimeClient) async throws {
        let (reply, log) = try await Self.call(.invoke, "large", of: client)
        #expect(reply.status == 200 && reply["x-amz-function-error"] == ["Unhandled"])
        #expect(reply.object?["errorType"] == "Function.ResponseSizeTooLarge", "\(reply)")
        let dies = client == .go || client == .swift
        #expect(log.startedEnvironments == (dies ? 2 : 1))
        #expect(log.count { if case .invocationFailed = $0 { true } else { false } } == 1)
        if dies { #expect(try await log.endedEnvironment() == "exit status 1") }
    }

    /// It has reported before it ends, and its caller has the report to the byte.
    @Test func aPanicOfGoIsTheReportAndAnEnd() async throws {
        let report =
            #"{"errorMessage":"boom","errorType":"string","stackTrace":[{"path":"main.go","line":9,"label":"handler"}]}"#
        let (invoked, log) = try await Self.call(.invoke, "panic", of: .go)
        #expect(invoked["x-amz-function-error"] == ["Unhandled"] && invoked.text == report, "\(invoked)")
        #expect(try await log.endedEnvironment() == "exit status 1")
        #expect(log.startedEnvironments == 2)
        let (streamed, _) = try await Self.call(.stream, "panic", of: .go)
        #expect(try streamed.eventStream().complete["ErrorDetails"] == report)
        #expect(try await Self.call(.functionURL, "panic", of: .go).reply.status == 502)
    }

    @Test func aStreamThatNodeLeavesOpenRunsIntoTheTimeOut() async throws {
        let (streamed, log) = try await Self.call(.stream, "unended", of: .node, timeout: .seconds(1))
        #expect(try streamed.eventStream().text == RuntimeClient.node.prelude + "one")
        #expect(try streamed.eventStream().complete["ErrorCode"] == "Sandbox.Timedout")
        #expect(try await log.endedEnvironment() == "timed out")
        let (page, _) = try await Self.call(.functionURL, "unended", of: .node, timeout: .seconds(1))
        #expect(page.status == 201 && page.text == "one" && !page.isWhole, "\(page)")
    }

    /// By its native client: before the stream it is the failure, behind its beginning it comes too late.
    @Test(arguments: ["uncaught", "uncaught_late"])
    func anExceptionThatNodeDidNotCatchEndsIt(path: String) async throws {
        let isLate = path == "uncaught_late"
        let (streamed, log) = try await Self.call(.stream, path, of: .node)
        let (text, complete) = try streamed.eventStream()
        #expect(text == (isLate ? RuntimeClient.node.prelude + "one" : ""))
        #expect(complete["ErrorCode"] == (isLate ? "Runtime.TruncatedResponse" : "Error"), "\(complete)")
        #expect(try await log.printed("error is answered", atLeast: 1) == [isLate ? "with 403" : "with 202"])
        #expect(try await log.endedEnvironment() == "exit status 129")
        let (page, _) = try await Self.call(.functionURL, path, of: .node)
        #expect(page.status == (isLate ? 201 : 502) && page.isWhole == !isLate, "\(page)")
    }

    @Test func aHandlerOfSwiftThatDoesNotFinishTraps() async throws {
        let (streamed, log) = try await Self.call(.stream, "unfinished", of: .swift)
        #expect(try streamed.eventStream().text == RuntimeClient.swift.prelude + "one")
        #expect(try streamed.eventStream().complete["ErrorCode"] == "Runtime.TruncatedResponse")
        #expect(try await log.endedEnvironment() == "signal: illegal instruction")
    }
}
