// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

/// A time-out as each caller sees it; its environment is no more.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct TimedOutCallersTests {
    /// The recorded text of Lambda, in the order in which its members were recorded.
    private static func payload(requestID: String) -> String {
        #"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: \#(requestID) Error: Task timed out after 1.00 seconds"}"#
    }

    @Test(arguments: CallKind.allCases, [true, false])
    func eachCallerIsToldAndTheNextGetsANewEnvironment(kind: CallKind, hasBegun: Bool) async throws {
        var function = try ScriptedFunction.configuration()
        function.timeout = .seconds(1)
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.call(kind, [.processID] + (hasBegun ? [.chunk("one")] : []) + [.hang])
            let process = try await lambda.log.children()[0]
            #expect(await Processes.eventually { !Processes.isAlive(process) })
            let requestID = reply["x-amzn-requestid"].first ?? "no id"
            switch (kind, hasBegun) {
            case (.invoke, _):
                #expect(reply.status == 200)
                #expect(reply["x-amz-function-error"] == ["Unhandled"])
                #expect(reply.text == Self.payload(requestID: requestID))
            case (.stream, _):
                #expect(reply.status == 200)
                #expect(reply.isWhole)
                let (text, complete) = try reply.eventStream()
                #expect(text == (hasBegun ? "one" : ""))
                #expect(
                    complete == [
                        "ErrorCode": "Sandbox.Timedout", "ErrorDetails": Self.payload(requestID: requestID),
                    ]
                )
            case (.functionURL, false):
                #expect(reply.status == 502)
                #expect(reply.text == "Internal Server Error")
            case (.functionURL, true):
                #expect(reply.status == 200)
                #expect(reply.text == "one")
                #expect(!reply.isWhole, "no last chunk")
            }
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.timedOut)
            #expect(report.producedBytes == (hasBegun ? 3 : 0))
            #expect(try await lambda.log.endedEnvironment() == "timed out")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }
}
