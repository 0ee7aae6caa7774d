// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceEmulator
internal import SluiceWire
internal import Synchronization

/// What waits to be written on the terminal, in order.
///
/// The event loop puts lines here, and another thread writes them. Waking that thread costs the loop as much as it has
/// to do for a small chunk, and an invocation has four lines: so whoever writes, once there is nothing left, looks
/// again only after a moment, and finds together what has come in it. The first line after a pause leaves at once.
struct ConsoleLines: Sendable {
    enum Line: Sendable {
        case output(String)
        case error(String)
        case event(LogEvent)
    }

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    private let lines: AsyncStream<Line>
    private let continuation: AsyncStream<Line>.Continuation
    /// How many wait. The stream itself does not say.
    private let waiting = Count()

    init() {
        // A terminal that is stopped must not stop the service: what does not fit is left out.
        (self.lines, self.continuation) = AsyncStream<Line>.makeStream(
            bufferingPolicy: .bufferingOldest(Limits.maximumWaitingLogLines)
        )
    }

    func put(_ line: Line) {
        // Before it can be taken out again.
        self.waiting.value.add(1, ordering: .relaxed)
        if case .enqueued = self.continuation.yield(line) { return }
        self.waiting.value.subtract(1, ordering: .relaxed)
    }

    func finish() { self.continuation.finish() }

    /// Hands out lines together that wait together, until `finish` was called and none is left, or the task is cancelled.
    /// Once none is left, it pauses before it looks again.
    func forEachBatch(
        pause: () async -> Void = { try? await Task.sleep(for: .milliseconds(Limits.logGatheringMilliseconds)) },
        _ body: ([Line]) async -> Void
    ) async {
        var batch: [Line] = []
        for await line in self.lines {
            batch.append(line)
            // One that is counted and does not fit is not waited for: where it does not fit, others wait.
            let hasAll = batch.count == self.waiting.value.load(ordering: .relaxed)
            guard hasAll || batch.count == Limits.logLinesAtOnce else { continue }
            await body(batch)
            let left = self.waiting.value.subtract(batch.count, ordering: .relaxed).newValue
            batch.removeAll(keepingCapacity: true)
            if left == 0 { await pause() }
        }
        if !batch.isEmpty { await body(batch) }
    }
}
