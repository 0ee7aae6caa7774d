// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// One event that one task waits for. Confined to a loop. After the wait it can be used for the next event.
package final class OneShot<Value: Sendable> {
    private let loop: any EventLoop
    private var value: Value?
    /// Unchecked, since it is taken out before it is resumed, and there are two of them in each invocation.
    private var continuation: UnsafeContinuation<Value?, Never>?

    package init(loop: any EventLoop) {
        self.loop = loop
    }

    /// Of several events before a wait, the first counts.
    package func settle(_ value: Value) {
        if let continuation = self.continuation {
            self.continuation = nil
            continuation.resume(returning: value)
        } else if self.value == nil {
            self.value = value
        }
    }

    /// `nil` when the task is cancelled first.
    package func wait() async -> Value? {
        if let value = self.value {
            self.value = nil
            return value
        }
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { self.continuation = $0 }
        } onCancel: {
            bound.execute { $0.cancel() }
        }
    }

    private func cancel() {
        guard let continuation = self.continuation else { return }
        self.continuation = nil
        continuation.resume(returning: nil)
    }
}

extension NIOLoopBound {
    /// From any thread: runs `body` on the loop, in a turn of its own.
    package func execute(_ body: @escaping @Sendable (Value) -> Void) {
        self.eventLoop.execute { body(self.value) }
    }
}
