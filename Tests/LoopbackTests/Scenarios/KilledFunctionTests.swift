// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// A function whose process ends under an invocation: what each caller is told, to the byte, and what the log says.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct KilledFunctionTests {
    private static let exitError = "Runtime.ExitError"
    private static let truncated = "Runtime.TruncatedResponse"

    /// A failed invocation as each caller sees it, when nothing had been sent to it.
    private static func expect(_ reply: RawReply, _ kind: CallKind, type: String, message: String) throws {
        #expect(reply.isWhole, "\(reply)")
        switch kind {
        case .invoke:
            #expect(reply.status == 200)
            #expect(reply["x-amz-function-error"] == ["Unhandled"])
            let id = try #require(reply["x-amzn-requestid"].first)
            #expect(reply.object == ["errorType": type, "errorMessage": message.replacing("{id}", with: id)])
        case .stream:
            #expect(reply.status == 200)
            #expect(reply["x-amz-function-error"] == [])
            let id = try #require(reply["x-amzn-requestid"].first)
            let (text, complete) = try reply.eventStream()
            #expect(text == "")
            #expect(complete.keys.sorted() == ["ErrorCode", "ErrorDetails"])
            #expect(complete["ErrorCode"] == type)
            let details = try JSONSerialization.jsonObject(with: Data((complete["ErrorDetails"] ?? "").utf8))
            #expect(
                details as? [String: String] == [
                    "errorType": type, "errorMessage": message.replacing("{id}", with: id),
                ]
            )
        case .functionURL:
            #expect(reply.status == 502)
            #expect(reply.text == "Internal Server Error")
        }
    }

    @Test(arguments: CallKind.allCases)
    func beforeItsResponseEachCallerIsToldHowItEnded(kind: CallKind) async throws {
        let ends: [(ScriptedFunction.Step, how: String, reason: String)] = [
            (.exit(7), "Runtime exited with error: exit status 7", "exit status 7"),
            (.exit(0), "Runtime exited without providing a reason", "exit status 0"),
            (.kill("SIGSEGV"), "Runtime exited with error: signal: segmentation fault", "signal: segmentation fault"),
            (.kill("SIGKILL"), "Runtime exited with error: signal: killed", "signal: killed"),
        ]
        for (last, how, reason) in ends {
            try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
                let reply = try await lambda.call(kind, [last])
                try Self.expect(reply, kind, type: Self.exitError, message: "RequestId: {id} Error: \(how)")
                #expect(try await lambda.log.endedEnvironment() == reason)
                #expect(try await lambda.log.reports(atLeast: 1)[0].errorType == Self.exitError)
                #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
                #expect(lambda.log.startedEnvironments == 2)
            }
        }
    }

    @Test(arguments: CallKind.allCases)
    func inItsInitialisationEachCallerIsToldHowItEnded(kind: CallKind) async throws {
        let ends: [(ScriptedFunction.Step, how: String)] = [
            (.exit(7), "Runtime exited with error: exit status 7"),
            (.exit(0), "Runtime exited without providing a reason"),
            (.kill("SIGSEGV"), "Runtime exited with error: signal: segmentation fault"),
        ]
        for (last, how) in ends {
            try await LocalLambda.run(try ScriptedFunction.configuration(initialisation: [last])) { lambda in
                let reply = try await lambda.call(kind, [.end])
                try Self.expect(reply, kind, type: Self.exitError, message: "RequestId: {id} Error: \(how)")
            }
        }
    }

    /// As an operator or the kernel kills, from outside.
    @Test(arguments: CallKind.allCases)
    func inMidStreamItsCallerSeesABrokenStreamAndTheNextOneAWholeOne(kind: CallKind) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            async let answer = lambda.call(kind, [.processID, .chunk("one "), .print("wrote it"), .hang])
            _ = try await lambda.log.printed("wrote", atLeast: 1)
            let process = try await lambda.log.children()[0]
            #expect(kill(process, SIGKILL) == 0)
            let reply = try await answer
            #expect(reply.status == 200)
            switch kind {
            case .invoke:
                #expect(reply.isWhole)
                #expect(reply["x-amz-function-error"] == ["Unhandled"])
                #expect(reply.object?["errorType"] == Self.truncated)
            case .stream:
                #expect(reply.isWhole)
                let (text, complete) = try reply.eventStream()
                #expect(text == "one ")
                #expect(complete["ErrorCode"] == Self.truncated)
                #expect(complete["ErrorDetails"]?.contains(Self.truncated) == true)
            case .functionURL:
                #expect(!reply.isWhole, "no last chunk")
                #expect(reply.text == "one ")
            }
            #expect(try await lambda.log.endedEnvironment() == "signal: killed")
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.producedBytes == 4)
            #expect(report.errorType == Self.truncated)
            #expect(try await lambda.call(kind, [.chunk("well"), .end]).isWhole)
            #expect(lambda.log.startedEnvironments == 2)
        }
    }
}
