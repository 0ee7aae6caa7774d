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
        let signals: [UnixSignal] = [.sigint, .sigterm] + (isIgnored ? [] : [.sighup])
        return Self(
            sequence: await UnixSignalsSequence(trapping: signals),
            impatience: await UnixSignalsSequence(trapping: signals)
        )
    }

    /// Returns at the second of them: whoever sends it does not want to wait. To be called once.
    func waitForSecond() async {
        var count = 0
        for await _ in self.impatience {
            count += 1
            if count == 2 { return }
        }
    }

    /// Returns at the first of them, or when the task is cancelled. To be called once.
    func wait() async {
        for await _ in self.sequence { return }
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
