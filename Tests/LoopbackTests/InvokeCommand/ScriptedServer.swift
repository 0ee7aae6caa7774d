// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOPosix

/// A server on loopback that takes one connection and does with it what a test says.
enum ScriptedServer {
    typealias Connection =
        @Sendable (
            inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) async throws -> Void

    /// The connection closes when `serve` returns; `client` is given the port.
    static func run(_ serve: @escaping Connection, client: (Int) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let port = server.channel.localAddress?.port ?? 0
        try await server.executeThenClose { connections in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await connection in connections {
                        // The client may be gone first; what it saw is what counts.
                        try? await connection.executeThenClose { inbound, outbound in
                            var iterator = inbound.makeAsyncIterator()
                            try await serve(&iterator, outbound)
                        }
                    }
                }
                try await client(port)
                group.cancelAll()
            }
        }
    }

    /// Reads until the empty line behind the head has come, and returns all of it.
    static func readHead(_ inbound: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) async throws -> String
    {
        var text = ""
        while !text.hasSuffix("\r\n\r\n"), let bytes = try await inbound.next() {
            text += String(buffer: bytes)
        }
        return text
    }
}
