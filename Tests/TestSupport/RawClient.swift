// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix

/// Connects to a port on loopback for as long as the closure runs.
///
/// - Parameters:
///   - reading: Whether bytes are taken from the kernel at once; see `RawConnection.setReading(_:)`.
///   - receiveBufferBytes: A small socket buffer makes a stalled reader felt early.
package func withRawClient<Result>(
    port: Int,
    reading: Bool = true,
    receiveBufferBytes: Int? = nil,
    _ body: (RawConnection) async throws -> Result
) async throws -> Result {
    let connection = Watched<RawConnection?>(nil)
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .channelOption(.autoRead, value: reading)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try RawConnection.install(on: channel) { installed in
                    connection.update { $0 = installed }
                }
            }
        }
    if let receiveBufferBytes {
        bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBufferBytes))
    }
    _ = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    let client = try await connection.first("the connection") { $0 }
    do {
        let result = try await body(client)
        await client.close()
        return result
    } catch {
        await client.close()
        throw error
    }
}
