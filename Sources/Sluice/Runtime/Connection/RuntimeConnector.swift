// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import SluiceWire

/// Where a runtime has its connections and its time from: the machine, or a test.
package protocol RuntimeConnector: Sendable {
    /// What the `Host` field says.
    var host: String { get }
    /// The time that a test moves; `nil` for the machine's.
    var manualTime: ManualTime? { get }

    /// On the loop of `time`.
    func connect(_ time: LoopTime) async throws -> any RuntimeConnection
}

/// Sockets, and the machine's time.
package struct SocketConnector: RuntimeConnector {
    let address: RuntimeAddress

    package init(address: RuntimeAddress) {
        self.address = address
    }

    package var host: String { self.address.text }
    package var manualTime: ManualTime? { nil }

    package func connect(_ time: LoopTime) async throws -> any RuntimeConnection {
        try await HTTP1RuntimeConnection.connect(to: self.address, time)
    }
}

extension HTTP1RuntimeConnection {
    package static func connect(to address: RuntimeAddress, _ time: LoopTime) async throws -> HTTP1RuntimeConnection {
        let bound = NIOLoopBound(time, eventLoop: time.loop)
        let bootstrap = ClientBootstrap(group: time.loop)
            .connectTimeout(.milliseconds(Int64(Limits.connectMilliseconds)))
            // A small stream's end must not wait for an acknowledgement of its beginning.
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // One read for each event of the socket: replies are small and rarely come in two.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(
                .writeBufferWaterMark,
                value: .init(low: Limits.writeLowWatermarkBytes, high: Limits.writeHighWatermarkBytes)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    _ = try Self.add(to: channel.pipeline.syncOperations, time: bound.value)
                }
            }
        // An address needs no resolver, and with it no further thread.
        let channel =
            if let address = try? SocketAddress(ipAddress: address.host, port: address.port) {
                try await bootstrap.connect(to: address).get()
            } else {
                try await bootstrap.connect(host: address.host, port: address.port).get()
            }
        return try channel.pipeline.syncOperations.handler(type: HTTP1RuntimeConnection.self)
    }
}
