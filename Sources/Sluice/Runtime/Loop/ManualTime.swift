// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import Synchronization

/// Time that passes only when a test says so. Its timers fire on the loop where it is moved.
package final class ManualTime: Sendable {
    private struct Timer {
        let id: Int
        let at: NIODeadline
        let isSleep: Bool
        let fire: @Sendable () -> Void
    }

    private struct State {
        var now = ManualTime.beginning
        var lastID = 0
        var timers: [Timer] = []
    }

    /// A day, so that whatever is subtracted from it is not before the clock's zero.
    private static let beginning = NIODeadline.uptimeNanoseconds(86_400_000_000_000)
    /// 2026-01-01T00:00:00Z.
    private static let beginningMilliseconds: Int64 = 1_767_225_600_000

    private let state = Mutex(State())
    private let onSleep: @Sendable () -> Void

    /// - Parameter onSleep: told when the function begins a wait of its own.
    package init(onSleep: @escaping @Sendable () -> Void) {
        self.onSleep = onSleep
    }

    package var now: NIODeadline { self.state.withLock { $0.now } }

    /// Since 1970; the same in every run.
    package var wallClockMilliseconds: Int64 {
        Self.beginningMilliseconds + (self.now - Self.beginning).nanoseconds / 1_000_000
    }

    func schedule(at deadline: NIODeadline, isSleep: Bool, _ fire: @escaping @Sendable () -> Void) -> Int {
        let id = self.state.withLock { state in
            state.lastID += 1
            state.timers.append(Timer(id: state.lastID, at: deadline, isSleep: isSleep, fire: fire))
            return state.lastID
        }
        if isSleep { self.onSleep() }
        return id
    }

    func cancel(_ id: Int) {
        self.state.withLock { state in state.timers.removeAll { $0.id == id } }
    }

    /// When the next wait of the function itself ends; `nil` when it waits for no time.
    package var nextSleep: NIODeadline? {
        self.state.withLock { state in state.timers.lazy.filter(\.isSleep).map(\.at).min() }
    }

    /// Moves to the next moment at which something is due, but not beyond `target`, and does what is due then.
    ///
    /// - Returns: whether `target` has been reached.
    package func step(to target: NIODeadline) -> Bool {
        let due = self.state.withLock { state in
            let next = state.timers.lazy.map(\.at).min() ?? target
            state.now = max(state.now, min(next, target))
            // Those of the same moment in the order in which they were set.
            let due = state.timers.filter { $0.at <= state.now }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
            state.timers.removeAll { $0.at <= state.now }
            return due
        }
        for timer in due { timer.fire() }
        return self.now >= target
    }
}
