// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// One timer for one invocation after the other. Confined to its loop.
///
/// It is set anew only when something is due earlier than it, and otherwise looks again when it fires: thousands of
/// short invocations set it once.
final class DeadlineTimer {
    private let time: LoopTime
    private var scheduled: (timer: LoopTimer, at: NIODeadline)?
    private var armed: (at: NIODeadline, then: () -> Void)?

    init(_ time: LoopTime) {
        self.time = time
    }

    func arm(at deadline: NIODeadline, then: @escaping () -> Void) {
        self.armed = (deadline, then)
        self.schedule(deadline)
    }

    func disarm() { self.armed = nil }

    func close() {
        self.disarm()
        self.scheduled?.timer.cancel()
        self.scheduled = nil
    }

    private func schedule(_ deadline: NIODeadline) {
        if let scheduled = self.scheduled {
            if scheduled.at <= deadline { return }
            scheduled.timer.cancel()
        }
        self.scheduled = (self.time.schedule(at: deadline) { self.timeCame() }, deadline)
    }

    private func timeCame() {
        self.scheduled = nil
        guard let armed = self.armed else { return }
        guard armed.at <= self.time.now else { return self.schedule(armed.at) }
        self.armed = nil
        armed.then()
    }
}
