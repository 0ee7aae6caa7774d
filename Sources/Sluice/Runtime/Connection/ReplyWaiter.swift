// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// Waits for the reply to a request that was sent whole. Confined to the loop of its connection.
final class ReplyWaiter: RuntimeConnectionDelegate {
    enum Event: Sendable {
        case reply(RuntimeReply)
        case closed(reason: String)
    }

    private let event: OneShot<Event>

    init(loop: any EventLoop) {
        self.event = OneShot(loop: loop)
    }

    /// `nil` when the task is cancelled first.
    func wait() async -> Event? {
        await self.event.wait()
    }

    func replyArrived(_ reply: RuntimeReply) {
        self.event.settle(.reply(reply))
    }

    func becameWritable() {}

    func connectionClosed(reason: String) {
        self.event.settle(.closed(reason: reason))
    }
}
