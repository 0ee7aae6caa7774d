// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// The open connections of some listeners, so that a stop can close them. Lives on one event loop.
package final class ConnectionSet {
    private var channels: [ObjectIdentifier: any Channel] = [:]
    /// Those that are told that there are too many.
    private var refused: [ObjectIdentifier: any Channel] = [:]
    private var whenEmpty: (() -> Void)?
    /// It is over when nobody waits longer than that.
    private var patience: Scheduled<Void>?

    package init() {}

    package var count: Int { self.channels.count }

    enum Admission: Equatable { case admitted, refused, closed }

    /// Enters a connection, for as long as it lives, unless as many are there already.
    func admit(_ channel: any Channel, limit: Int) -> Admission {
        guard self.channels.count >= limit else {
            self.add(channel)
            return .admitted
        }
        guard self.refused.count < Limits.maximumRefusedConnections else { return .closed }
        let id = ObjectIdentifier(channel)
        self.refused[id] = channel
        channel.closeFuture.assumeIsolated().whenComplete { [weak self] _ in self?.refused[id] = nil }
        return .refused
    }

    private func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        self.channels[id] = channel
        channel.closeFuture.assumeIsolated().whenComplete { [weak self] _ in
            self?.channels[id] = nil
            if self?.channels.isEmpty == true { self?.callWhenEmpty() }
        }
    }

    /// Calls `action` once: when no connection is left, or when the time is over.
    package func whenEmpty(orAfter delay: TimeAmount, on eventLoop: any EventLoop, _ action: @escaping () -> Void) {
        guard !self.channels.isEmpty else { return action() }
        self.whenEmpty = action
        self.patience?.cancel()
        self.patience = eventLoop.assumeIsolated().scheduleTask(in: delay) { self.callWhenEmpty() }
    }

    private func callWhenEmpty() {
        self.patience?.cancel()
        self.patience = nil
        let action = self.whenEmpty
        self.whenEmpty = nil
        action?()
    }

    /// Closes them all at once, whatever is under way on them.
    package func closeAll() {
        for channel in self.channels.values { channel.close(promise: nil) }
        for channel in self.refused.values { channel.close(promise: nil) }
    }
}
