// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// What a function may send, to the byte.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct LimitTests {
    private static let mebibyte = String(repeating: "x", count: 1024 * 1024)

    @Test func aStreamMayHave200MiBAndIsCutAfterThem() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let whole: [ScriptedFunction.Step] = [.chunk(Self.mebibyte, times: 200)]
            let allowed = try await lambda.invoke(whole + [.end])
            #expect(allowed.end == .complete)
            #expect(allowed.body.utf8.count == Limits.maximumStreamedResponseBytes)

            let cut = try await lambda.invoke(whole + [.chunk("y"), .end])
            #expect(cut.body.utf8.count == Limits.maximumStreamedResponseBytes)
            #expect(!cut.body.hasSuffix("y"))
            #expect(cut.failureType == "Function.ResponseSizeTooLarge")
            #expect(cut.failureMessage?.contains("209715200 bytes") == true, "\(cut.failureMessage ?? "")")
        }
    }

    @Test func aReportThatIsTooLongStillFailsItsInvocationAtOnce() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.invoke([.error(type: "Function.TooMuch", body: Self.mebibyte, times: 2)])
            #expect(reply.failureType == "Function.TooMuch")
            #expect(reply.failureMessage?.contains("1048576 bytes") == true)
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }
}
