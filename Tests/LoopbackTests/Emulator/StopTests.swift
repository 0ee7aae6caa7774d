// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// A stop lets streams under way come to their end for a while, and ends those that do not.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct StopTests {
    private static let afterTheStop: @Sendable (LocalLambda) -> [ScriptedFunction.Step] = { lambda in
        // The endpoint is the first thing that a stop closes.
        [.chunk("before "), .untilRefused(port: lambda.addresses.endpointPort), .chunk("after"), .end]
    }

    /// Starts a call, stops the service once its first chunk has come, and answers what the caller has in the end.
    private static func stopInMidStream(
        isURL: Bool = false,
        script: @escaping @Sendable (LocalLambda) -> [ScriptedFunction.Step],
        log: LocalLambda.Log = LocalLambda.Log()
    ) async throws -> LocalLambda.Reply {
        let service = Watched<LocalLambda?>(nil)
        let hasBegun = Watched(false)
        return try await withThrowingTaskGroup(of: LocalLambda.Reply?.self) { tasks in
            tasks.addTask {
                let lambda = try await service.first("the service") { $0 }
                return try await lambda.invoke(script(lambda)) { _ in hasBegun.update { $0 = true } }
            }
            tasks.addTask {
                try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
                    service.update { $0 = lambda }
                    try await hasBegun.first("the first chunk") { $0 ? () : nil }
                }
                return nil
            }
            var reply: LocalLambda.Reply?
            for try await result in tasks { reply = result ?? reply }
            return try #require(reply)
        }
    }

    @Test func letsAStreamUnderWayFinish() async throws {
        let reply = try await Self.stopInMidStream(script: Self.afterTheStop)
        #expect(reply.body == "before after")
        #expect(reply.end == .complete)
    }

    @Test func endsAStreamThatDoesNotFinish() async throws {
        let log = LocalLambda.Log()
        let reply = try await Self.stopInMidStream(script: { _ in [.child(), .chunk("before "), .hang] }, log: log)
        #expect(reply.body == "before ")
        #expect(reply.failureType == "Sandbox.Failure", "\(reply)")
        #expect(reply.failureMessage?.contains("the local Lambda was stopped") == true)
        let child = try await log.children()[0]
        #expect(await Processes.eventually { !Processes.isAlive(child) })
    }

    @Test func isDoneAtOnceWhenNothingIsUnderWay() async throws {
        let log = LocalLambda.Log()
        try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
            _ = try await lambda.invoke([.child(), .chunk("x"), .end])
        }
        let child = try await log.children()[0]
        #expect(await Processes.eventually { !Processes.isAlive(child) })
        // The last thing that happened, with nothing after it.
        guard case .environmentEnded(_, "the service stopped") = log.all.last?.kind else {
            Issue.record("\(log.all.map(\.kind))")
            return
        }
    }

    @Test func stopsAlsoWhenItsOwnerThrows() async throws {
        struct Enough: Error {}
        let log = LocalLambda.Log()
        await #expect(throws: Enough.self) {
            try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
                _ = try await lambda.invoke([.child(), .chunk("x"), .end])
                throw Enough()
            }
        }
        let child = try await log.children()[0]
        #expect(await Processes.eventually { !Processes.isAlive(child) })
    }

    @Test func stopsAlsoWhenItsOwnerIsCancelled() async throws {
        let log = LocalLambda.Log()
        let isReady = Watched(false)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
                    _ = try await lambda.invoke([.child(), .chunk("x"), .end])
                    isReady.update { $0 = true }
                    try await Watched(false).first("the cancellation", within: .seconds(60)) { $0 ? () : nil }
                }
            }
            try await isReady.first("the service") { $0 ? () : nil }
            tasks.cancelAll()
            await #expect(throws: CancellationError.self) { try await tasks.next() }
        }
        let child = try await log.children()[0]
        #expect(await Processes.eventually { !Processes.isAlive(child) })
    }
}
