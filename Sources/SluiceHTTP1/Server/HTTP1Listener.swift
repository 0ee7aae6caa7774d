// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import NIOPosix
internal import SluiceWire

/// Listens for HTTP/1.1 on one address and gives every request to one router, all on one event loop.
package enum HTTP1Listener {
    /// Starts to listen. Call it on `eventLoop`, where the router will be called.
    ///
    /// - Parameters:
    ///   - port: 0 lets the kernel choose; the channel's local address tells which.
    ///   - connections: where accepted connections are entered for as long as they live.
    /// - Returns: the listening channel; closing it ends the listening, not the connections.
    package static func bind(
        host: String,
        port: Int,
        router: any RequestRouter,
        connections: ConnectionSet,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        let router = NIOLoopBound(router, eventLoop: eventLoop)
        let connections = NIOLoopBound(connections, eventLoop: eventLoop)
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: Limits.relayLowWatermarkBytes, high: Limits.relayHighWatermarkBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try HTTP1ServerHandler.configure(channel, router: router.value)
                    connections.value.add(channel)
                }
            }
            .bind(host: host, port: port)
    }
}
