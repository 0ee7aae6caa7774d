// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

@testable import SluiceCLI
@testable import SluiceEmulator

/// When it is looked at what functions use.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct EnvironmentWatchTests {
    @Test func looksWhileSomethingRunsAndNotAgainUntilSomethingStirs() async throws {
        let (stirs, stir) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let looks = Watched(0)
        // Something runs at two looks, and at the third nothing does.
        let watch = EnvironmentWatch(stirs: stirs, pause: {}) {
            !looks.update { count in
                count += 1
                return count.isMultiple(of: 3)
            }
        }
        async let run: Void = watch.run()
        stir.yield()
        try await looks.first("three looks") { $0 == 3 ? () : nil }
        stir.yield()
        try await looks.first("three more") { $0 == 6 ? () : nil }
        stir.finish()
        await run
        #expect(looks.current == 6)
    }

    @Test(.requires(.python3)) func seesAFunctionThatGrowsAfterItWasFrozen() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.processID, .chunk("x"), .end])
            let process = try await lambda.log.children()[0]
            #expect(await Processes.eventually { Processes.isStopped(process) })
            let reply = try await lambda.invoke([.allocate(megabytes: 200), .hang])
            #expect(reply.failureMessage?.hasSuffix("signal: killed") == true, "\(reply)")
        }
    }
}
