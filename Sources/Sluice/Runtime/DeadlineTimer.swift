// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// One timer for one invocation after the other. Confined to its loop.
///
/// It is set anew only when something is due earlier than it, and otherwise looks again when it fires: thousands of
/// short invocations set it once.
final class DeadlineTimer {
    private let loop: any EventLoop
    private var scheduled: (task: Scheduled<Void>, at: NIODeadline)?
    private var armed: (at: NIODeadline, then: () -> Void)?

    init(loop: any EventLoop) {
        self.loop = loop
    }

    func arm(at deadline: NIODeadline, then: @escaping () -> Void) {
        self.armed = (deadline, then)
        self.schedule(deadline)
    }

    func disarm() { self.armed = nil }

    func close() {
        self.disarm()
        self.scheduled?.task.cancel()
        self.scheduled = nil
    }

    private func schedule(_ deadline: NIODeadline) {
        if let scheduled = self.scheduled {
            if scheduled.at <= deadline { return }
            scheduled.task.cancel()
        }
        let task = self.loop.assumeIsolated().scheduleTask(deadline: deadline) { self.timeCame() }
        self.scheduled = (task, deadline)
    }

    private func timeCame() {
        self.scheduled = nil
        guard let armed = self.armed else { return }
        guard armed.at <= .now() else { return self.schedule(armed.at) }
        self.armed = nil
        armed.then()
    }
}
