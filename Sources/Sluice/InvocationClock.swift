// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// The clock of an invocation: for waits within it, and for its deadline.
///
/// ```swift
/// HTTPFunction { request, context in
///     HTTPResult.stream { writer in
///         for word in ["one ", "two ", "three\n"] {
///             try await writer.write(word)
///             try await context.clock.sleep(for: .milliseconds(200))
///         }
///     }
/// }.run()
/// ```
///
/// It is monotonic, and stands still while the machine sleeps. Its waits are timers of the event loop that the function
/// runs on: unlike those of `Task.sleep` they need no further thread. In a test that uses `SluiceTesting`, its time
/// passes when the test says so.
public struct InvocationClock: Clock, Sendable {
    /// A moment of the clock.
    public struct Instant: InstantProtocol, Sendable {
        package let deadline: NIODeadline

        package init(deadline: NIODeadline) {
            self.deadline = deadline
        }

        /// The moment that lies `duration` behind this one; one that the clock cannot tell counts as its first or last.
        public func advanced(by duration: Duration) -> Self {
            Self(deadline: self.deadline + .nanoseconds(duration.wholeNanoseconds))
        }

        /// How far `other` lies behind this one.
        public func duration(to other: Self) -> Duration {
            .nanoseconds((other.deadline - self.deadline).nanoseconds)
        }

        /// Whether the first comes before the second.
        public static func < (left: Self, right: Self) -> Bool { left.deadline < right.deadline }
    }

    private let time: NIOLoopBound<LoopTime>
    private let manual: ManualTime?

    var eventLoop: any EventLoop { self.time.eventLoop }

    /// On the loop of `time`.
    init(_ time: LoopTime) {
        self.time = NIOLoopBound(time, eventLoop: time.loop)
        self.manual = time.manual
    }

    /// This moment.
    public var now: Instant { Instant(deadline: self.manual?.now ?? .now()) }

    /// What the clock counts in: nanoseconds.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Waits until `deadline`.
    ///
    /// - Parameters:
    ///   - deadline: an instant of this clock; one that is past does not wait.
    ///   - tolerance: not used: the timers of an event loop cost the same whenever they are due.
    /// - Throws: `CancellationError`, when the task is cancelled first.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let time = self.time
        if time.eventLoop.inEventLoop {
            try await Self.sleep(until: deadline, time)
        } else {
            try await withTaskExecutorPreference(LoopExecutor(time.eventLoop)) {
                try await Self.sleep(until: deadline, time)
            }
        }
    }

    private static func sleep(until deadline: Instant, _ time: NIOLoopBound<LoopTime>) async throws {
        try Task.checkCancellation()
        let wakeUp = OneShot<Void>(loop: time.eventLoop)
        let timer = time.value.schedule(at: deadline.deadline, isSleep: true) { wakeUp.settle(()) }
        guard await wakeUp.wait() != nil else {
            timer.cancel()
            throw CancellationError()
        }
    }
}
