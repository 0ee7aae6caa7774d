// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Synchronization
import Testing

/// Lets only a few of the tests run at once that start processes: all of them together would be a hundred processes
/// on two cores, and what they then wait for is each other.
struct Turns: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    private static let atOnce = 3

    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private static let state = Mutex(State())

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await withCheckedContinuation { continuation in
            let isFree = Self.state.withLock { state in
                guard state.running < Self.atOnce else {
                    state.waiting.append(continuation)
                    return false
                }
                state.running += 1
                return true
            }
            if isFree { continuation.resume() }
        }
        defer {
            let next: CheckedContinuation<Void, Never>? = Self.state.withLock { state in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.running -= 1
                return nil
            }
            next?.resume()
        }
        try await function()
    }
}

extension Trait where Self == Turns {
    /// The tests of this suite start processes.
    static var takesTurns: Self { Turns() }
}
