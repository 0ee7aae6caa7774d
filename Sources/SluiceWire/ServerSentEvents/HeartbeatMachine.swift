// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// When a silent stream gets a heartbeat.
///
/// ```text
///            writeBegan                     writeBegan: one more
///   ┌───────┐ ───────────────────────▶ ┌─────────┐ ─┐
///   │ quiet │                          │ writing │ ◀┘
///   └───────┘ ◀─────────────────────── └─────────┘ writeEnded: one less
///    │     ▲    writeEnded, the last
///    └─────┘ timerFired after the interval
/// ```
///
/// A heartbeat shows that somebody is still there. So none is due while an event is on its way, nor while bytes wait for
/// a reader that is behind: it has something to read, and heartbeats would only add to that.
package struct HeartbeatMachine: Sendable {
    private enum State: Sendable {
        /// Nothing was written since then. Left by a write.
        case quiet(sinceNanoseconds: UInt64)
        /// So many writes have not returned: one, or a few when the body has child tasks. Left when all have.
        case writing(count: Int)
    }

    private let intervalNanoseconds: UInt64
    private var state: State

    /// The stream's head has just left.
    package init(interval: Duration, nowNanoseconds now: UInt64) {
        self.intervalNanoseconds = Self.nanoseconds(interval)
        self.state = .quiet(sinceNanoseconds: now)
    }

    package mutating func writeBegan() {
        switch self.state {
        case .quiet: self.state = .writing(count: 1)
        case .writing(let count): self.state = .writing(count: count + 1)
        }
    }

    package mutating func writeEnded(nowNanoseconds now: UInt64) {
        switch self.state {
        case .quiet: assertionFailure("a write ended that has not begun")
        case .writing(count: 1): self.state = .quiet(sinceNanoseconds: now)
        case .writing(let count): self.state = .writing(count: count - 1)
        }
    }

    package enum OnTimer: Hashable, Sendable {
        case wait(nanoseconds: UInt64)
        /// Write a heartbeat, then ask again.
        case beat
    }

    package mutating func timerFired(nowNanoseconds now: UInt64, hasUnsentBytes: Bool) -> OnTimer {
        switch self.state {
        case .writing:
            return .wait(nanoseconds: self.intervalNanoseconds)
        case .quiet(let since):
            let silence = now > since ? now - since : 0
            guard silence >= self.intervalNanoseconds else {
                return .wait(nanoseconds: self.intervalNanoseconds - silence)
            }
            self.state = .quiet(sinceNanoseconds: now)
            return hasUnsentBytes ? .wait(nanoseconds: self.intervalNanoseconds) : .beat
        }
    }

    private static func nanoseconds(_ interval: Duration) -> UInt64 {
        let shortest = Duration.milliseconds(Limits.minimumHeartbeatMilliseconds)
        let longest = Duration.milliseconds(Limits.maximumHeartbeatMilliseconds)
        let (seconds, attoseconds) = min(max(interval, shortest), longest).components
        return UInt64(clamping: seconds) * 1_000_000_000 + UInt64(clamping: attoseconds) / 1_000_000_000
    }
}
