// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// Tasks that wait for the same event, such as room in a socket: as a rule one, and a few where a handler has child
/// tasks. Confined to a loop.
package final class SuspendedTasks {
    private let loop: any EventLoop
    private var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    private var nextID = 0

    package init(loop: any EventLoop) {
        self.loop = loop
    }

    /// Returns `false` when the task is cancelled first.
    package func suspend() async -> Bool {
        let id = self.nextID
        self.nextID += 1
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { self.waiting.append((id, $0)) }
        } onCancel: {
            bound.execute { $0.cancel(id) }
        }
    }

    package func resumeAll() {
        let waiting = self.waiting
        self.waiting = []
        for waiter in waiting {
            waiter.continuation.resume(returning: true)
        }
    }

    private func cancel(_ id: Int) {
        guard let position = self.waiting.firstIndex(where: { $0.id == id }) else { return }
        self.waiting.remove(at: position).continuation.resume(returning: false)
    }
}
