// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOPosix
import TestSupport

/// A port at which functions wait until the test lets them go on.
final class Gate: Sendable {
    let port: Int
    private let server: any Channel
    private let waiting: Watched<[any Channel]>

    private init(port: Int, server: any Channel, waiting: Watched<[any Channel]>) {
        self.port = port
        self.server = server
        self.waiting = waiting
    }

    static func open() async throws -> Gate {
        let waiting = Watched<[any Channel]>([]) { "\($0.count) at the gate" }
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                waiting.update { $0.append(channel) }
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        return Gate(port: server.localAddress?.port ?? 0, server: server, waiting: waiting)
    }

    /// Waits until so many functions stand here.
    func wait(for count: Int = 1) async throws {
        try await self.waiting.first("\(count) functions at the gate") { $0.count >= count ? () : nil }
    }

    /// Lets those go on that are here.
    func admit() async {
        for channel in self.waiting.current { try? await channel.close() }
    }

    /// Lets all go on that are here or will come.
    func release() async {
        try? await self.server.close()
        await self.admit()
    }
}
