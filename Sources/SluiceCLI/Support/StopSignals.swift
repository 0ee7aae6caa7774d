// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CSluiceEnvironment
internal import UnixSignals

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// The signals that ask this process to stop: SIGINT, SIGTERM, and SIGHUP when a terminal is closed.
///
/// To be trapped before anything starts, and before anybody is told that it has: a signal that comes first would end
/// the process on the spot, and leave functions behind.
struct StopSignals: Sendable {
    // Each can be iterated once, and each hears of every signal.
    private let sequence: UnixSignalsSequence
    private let impatience: UnixSignalsSequence

    static func trap() async -> Self {
        // `nohup` has had it ignored, and means it.
        let isIgnored = sluice_ignores_signal(SIGHUP) != 0
        return await Self.trap([.sigint, .sigterm] + (isIgnored ? [] : [.sighup]))
    }

    /// SIGINT alone: what the others do by themselves is right for a command that leaves nothing behind.
    static func trapInterrupt() async -> Self { await Self.trap([.sigint]) }

    private static func trap(_ signals: [UnixSignal]) async -> Self {
        Self(
            sequence: await UnixSignalsSequence(trapping: signals),
            impatience: await UnixSignalsSequence(trapping: signals)
        )
    }

    /// Returns at the second of them: whoever sends it does not want to wait. To be called once.
    ///
    /// - Returns: false when the task was cancelled.
    @discardableResult
    func waitForSecond() async -> Bool {
        var count = 0
        for await _ in self.impatience {
            count += 1
            if count == 2 { return true }
        }
        return false
    }

    /// Returns at the first of them, or when the task is cancelled: false then. To be called once.
    @discardableResult
    func wait() async -> Bool {
        for await _ in self.sequence { return true }
        return false
    }

    /// Runs the closure until it is done, or until the first signal, which cancels it.
    ///
    /// - Returns: `nil` after a signal.
    func run<Result: Sendable>(_ body: @Sendable @escaping () async throws -> Result) async throws -> Result? {
        try await withThrowingTaskGroup(of: Result?.self) { tasks in
            tasks.addTask { try await body() }
            tasks.addTask {
                await self.wait()
                return nil
            }
            defer { tasks.cancelAll() }
            return try await tasks.next() ?? nil
        }
    }
}
