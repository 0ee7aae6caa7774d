// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import NIOPosix
internal import SluiceWire

/// Listens for HTTP/1.1 on one address and gives every request to one router, all on one event loop.
package enum HTTP1Listener {
    /// Small pieces of a stream must not shrink the buffer until a request no longer fits into one read.
    private static let receiving = AdaptiveRecvByteBufferAllocator(
        minimum: Limits.minimumReceiveBytes,
        initial: Limits.minimumReceiveBytes,
        maximum: Limits.maximumReceiveBytes
    )

    /// Starts to listen. Call it on `eventLoop`, where the router will be called.
    ///
    /// - Parameters:
    ///   - port: 0 lets the kernel choose; the channel's local address tells which.
    ///   - connections: where accepted connections are entered for as long as they live.
    ///   - bounds: what a connection may take, and how many there may be in `connections`.
    ///   - onFault: told why the server ended a connection by itself, if not for idleness.
    /// - Returns: the listening channel; closing it ends the listening, not the connections.
    package static func bind(
        host: String,
        port: Int,
        router: any RequestRouter,
        connections: ConnectionSet,
        bounds: ConnectionBounds,
        onFault: @escaping (ConnectionFault) -> Void,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        let accept = NIOLoopBound(
            { channel in
                try Self.accept(channel, router: router, connections: connections, bounds: bounds, onFault: onFault)
            } as (any Channel) throws -> Void,
            eventLoop: eventLoop
        )
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: Limits.relayLowWatermarkBytes, high: Limits.relayHighWatermarkBytes)
            )
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: Self.receiving)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try accept.value(channel) }
            }
            .bind(host: host, port: port)
    }

    private static func accept(
        _ channel: any Channel,
        router: any RequestRouter,
        connections: ConnectionSet,
        bounds: ConnectionBounds,
        onFault: @escaping (ConnectionFault) -> Void
    ) throws {
        switch connections.admit(channel, limit: bounds.connections) {
        case .admitted:
            try HTTP1ServerHandler.configure(channel, router: router, bounds: bounds, onFault: onFault)
        case .refused:
            // Not accepting would leave them waiting in the kernel, without a word on why.
            let fault = ConnectionFault.tooManyConnections(limit: bounds.connections)
            onFault(fault)
            try ConnectionGuard.refuse(channel, because: fault, bounds: bounds)
        case .closed:
            try ConnectionGuard.refuse(channel, because: nil, bounds: bounds)
        }
    }
}
