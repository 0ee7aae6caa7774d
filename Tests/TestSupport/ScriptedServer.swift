// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix

/// A server whose every answer the test writes by hand: for a client's bytes on the wire, and for peers that misbehave.
///
///     try await withScriptedServer { server in
///         async let reply = client.next(port: server.port)
///         let connection = try await server.accept()
///         try await connection.expect("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n")
///         …
///     }
package final class ScriptedServer: Sendable {
    /// 0 where it listens on a Unix socket.
    package let port: Int
    /// Everyone who has connected, in order; the first `taken` have been handed out.
    private let arrivals: Watched<Arrivals>

    fileprivate struct Arrivals: Sendable {
        var all: [RawConnection] = []
        var taken = 0
    }

    fileprivate init(port: Int, arrivals: Watched<Arrivals>) {
        self.port = port
        self.arrivals = arrivals
    }

    /// The next connection that a client makes, or has made already.
    package func accept(within limit: Duration = TestDeadline.standard) async throws -> RawConnection {
        try await self.arrivals.first("a connection to port \(self.port)", within: limit) { arrivals in
            guard arrivals.taken < arrivals.all.count else { return nil }
            arrivals.taken += 1
            return arrivals.all[arrivals.taken - 1]
        }
    }

    /// How many connections were made so far.
    package var connectionCount: Int { self.arrivals.current.all.count }

    fileprivate func closeConnections() async {
        for connection in self.arrivals.current.all {
            await connection.close()
        }
    }
}

/// Listens on a free port of loopback, or on a Unix socket, for as long as the closure runs; then all of its connections are
/// closed.
package func withScriptedServer<Result>(
    host: String = "127.0.0.1",
    unixSocket path: String? = nil,
    _ body: (ScriptedServer) async throws -> Result
) async throws -> Result {
    let arrivals = Watched(ScriptedServer.Arrivals()) { "\($0.all.count) connections, \($0.taken) of them accepted" }
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try RawConnection.install(on: channel) { connection in
                    arrivals.update { $0.all.append(connection) }
                }
            }
        }
    let listener =
        if let path {
            try await bootstrap.bind(unixDomainSocketPath: path).get()
        } else {
            try await bootstrap.bind(host: host, port: 0).get()
        }
    let server = ScriptedServer(port: listener.localAddress?.port ?? 0, arrivals: arrivals)
    func close() async {
        try? await listener.close()
        await server.closeConnections()
    }
    do {
        let result = try await body(server)
        await close()
        return result
    } catch {
        await close()
        throw error
    }
}
