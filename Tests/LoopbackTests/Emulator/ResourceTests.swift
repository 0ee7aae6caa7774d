// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// What a cold start takes it gives back.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ResourceTests {
    private static let once: [ScriptedFunction.Step] = [.chunk("x"), .endUnread, .exit(0)]

    @Test func givesEverythingBackAfterTwoHundredColdStarts() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let isEnd: @Sendable (LogEvent.Kind) -> Bool = { if case .environmentEnded = $0 { true } else { false } }
            // What is opened once and for all is open after the first.
            _ = try await lambda.invoke(Self.once)
            try await lambda.log.wait(for: 1, "the end of an environment", where: isEnd)
            let before = Processes.ownDescriptorCount

            for number in 1...200 {
                let reply = try await lambda.invoke(Self.once)
                try #require(reply.end == .complete, "call \(number): \(reply)")
            }
            #expect(lambda.log.startedEnvironments == 201)
            try await lambda.log.wait(for: 201, "the end of an environment", where: isEnd)
            // Other tests of this process open and close some at the same time; 200 leaks would be at least 200.
            let isBack = await Processes.eventually { Processes.ownDescriptorCount < before + 100 }
            #expect(isBack, "\(before) descriptors before, \(Processes.ownDescriptorCount) after")
        }
    }
}
