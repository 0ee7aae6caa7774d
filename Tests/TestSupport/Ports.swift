// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOPosix

/// Ports that stand side by side.
package enum Ports {
    private struct Taken: Error {}

    /// Finds a row of free ports and runs the closure with the first of them.
    ///
    /// - Parameter holding: the place in the row of one that is in use while the closure runs.
    package static func withFree<Result>(
        _ count: Int,
        holding held: Int? = nil,
        _ body: (Int) async throws -> Result
    ) async throws -> Result {
        // Below what the kernel gives to others by itself, so that nobody takes one of them meanwhile.
        var candidates = (0..<50).map { _ in Int.random(in: 12_000..<30_000) }[...]
        while let base = candidates.popFirst() {
            var servers: [any Channel] = []
            for port in base..<(base + count) {
                guard let server = try? await Self.listen(port) else { break }
                servers.append(server)
            }
            let isFree = servers.count == count
            for (place, server) in servers.enumerated() where !isFree || place != held { try await server.close() }
            guard isFree else { continue }
            let result = try await body(base)
            if let held { try? await servers[held].close() }
            return result
        }
        throw Taken()
    }

    private static func listen(_ port: Int) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port)
            .get()
    }
}

/// A port that nobody listens on, and that the kernel gives to nobody by itself.
package func freePort() async throws -> Int { try await Ports.withFree(1) { $0 } }
