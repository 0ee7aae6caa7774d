// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// The largest buffered response, to the byte, however its runtime sends it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct BufferedLimitTests {
    private typealias Step = ScriptedFunction.Step

    /// The number that stands in Lambda's own messages: 6 MiB and 100 bytes.
    private static let most = 6_291_556

    private static func steps(bytes: Int, isStreamed: Bool) -> [Step] {
        if isStreamed { return [.numbered(bytes: bytes), .endAndTell] }
        var response = Step.Request.of("response")
        response.body = Array("x".utf8)
        response.times = bytes
        return [.ask(response)]
    }

    @Test(arguments: [true, false])
    func oneByteMoreIsRefusedOnBothSides(isStreamed: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let largest = try await lambda.call(.invoke, Self.steps(bytes: Self.most, isStreamed: isStreamed))
            #expect(largest["x-amz-function-error"] == [])
            #expect(largest.body.count == Self.most)
            #expect(try await lambda.log.answers(1)[0].isAccepted)

            let refused = try await lambda.call(.invoke, Self.steps(bytes: Self.most + 1, isStreamed: isStreamed))
            #expect(refused.status == 200)
            #expect(refused["x-amz-function-error"] == ["Unhandled"])
            #expect(
                refused.object == [
                    "errorType": "Function.ResponseSizeTooLarge",
                    "errorMessage":
                        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
                ]
            )
            let answer = try await lambda.log.answers(2)[1]
            let text = "Exceeded maximum allowed payload size (6291556 bytes)."
            #expect(answer.isRefusal(413, "RequestEntityTooLarge", text), "\(answer)")
            #expect(try await lambda.log.reports(atLeast: 2)[1].errorType == "Function.ResponseSizeTooLarge")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    /// A stream is not held to it.
    @Test func aStreamMayBeLarger() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.call(.functionURL, Self.steps(bytes: Self.most + 1, isStreamed: false))
            #expect(reply.status == 200)
            #expect(reply.isWhole)
            #expect(reply.body.count == Self.most + 1)
        }
    }
}
