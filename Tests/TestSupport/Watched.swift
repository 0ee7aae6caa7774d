// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A value whose changes can be awaited: the tests' only way of waiting, so that each wait ends with an event or
/// with a deadline that says what did not happen, and none with a guess at a duration.
package final class Watched<Value: Sendable>: Sendable {
    private struct Waiter: Sendable {
        let number: UInt64
        /// Looks at the value; returns whether the wait is over (its continuation was resumed then).
        let look: @Sendable (inout Value) -> Bool
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var value: Value
        var waiters: [Waiter] = []
    }

    private let state: Mutex<State>
    private let lastNumber = Atomic<UInt64>(0)
    private let describe: @Sendable (Value) -> String

    /// - Parameter describe: What a failed wait says about the value.
    package init(_ value: Value, describe: @escaping @Sendable (Value) -> String = { "\($0)" }) {
        self.state = Mutex(State(value: value))
        self.describe = describe
    }

    /// A copy of the value as it is now.
    package var current: Value {
        self.state.withLock { $0.value }
    }

    /// Changes the value, then lets those who wait look at it, in the order in which they came.
    @discardableResult
    package func update<Result: Sendable>(_ change: (inout Value) throws -> Result) rethrows -> Result {
        try self.state.withLock { state in
            let result = try change(&state.value)
            state.waiters.removeAll { $0.look(&state.value) }
            return result
        }
    }

    /// Waits until `pick` returns something; it may take what it found out of the value, or throw to give up.
    ///
    /// - Parameters:
    ///   - what: What is awaited, for the failure's text.
    ///   - limit: How long it may take at most.
    /// - Throws: `DeadlinePassed`, `CancellationError`, or what `pick` throws.
    package func first<Found: Sendable>(
        _ what: String,
        within limit: Duration = TestDeadline.standard,
        where pick: @escaping @Sendable (inout Value) throws -> Found?
    ) async throws -> Found {
        let number = self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(limit)) {
            self.fail(number) { DeadlinePassed(what: what, limit: limit, seen: self.describe($0)) }
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.add(
                    Waiter(
                        number: number,
                        look: { value in
                            do {
                                guard let found = try pick(&value) else { return false }
                                continuation.resume(returning: found)
                            } catch {
                                continuation.resume(throwing: error)
                            }
                            return true
                        },
                        fail: { error in continuation.resume(throwing: error) }
                    )
                )
                // Whoever was cancelled before the waiter was there has not been told of it.
                if Task.isCancelled {
                    self.fail(number) { _ in CancellationError() }
                }
            }
        } onCancel: {
            self.fail(number) { _ in CancellationError() }
        }
    }

    private func add(_ waiter: Waiter) {
        self.state.withLock { state in
            if !waiter.look(&state.value) {
                state.waiters.append(waiter)
            }
        }
    }

    private func fail(_ number: UInt64, _ error: (Value) -> any Error) {
        self.state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return }
            let waiter = state.waiters.remove(at: index)
            waiter.fail(error(state.value))
        }
    }
}

/// What was awaited did not happen in time.
package struct DeadlinePassed: Error, CustomStringConvertible {
    package let what: String
    package let limit: Duration
    /// What was there when the time was over.
    package let seen: String

    package var description: String {
        "waited \(self.limit) for \(self.what); seen: \(self.seen)"
    }
}

/// How long a test waits for what must come: long enough for a loaded machine, since nothing waits this long unless it fails.
package enum TestDeadline {
    package static let standard: Duration = .seconds(30)
}
