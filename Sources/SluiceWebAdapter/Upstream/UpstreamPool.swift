// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import Synchronization

/// Connections to the application that wait for their next request. Confined to its loop.
final class UpstreamPool {
    let address: AdapterConfiguration.Address
    let loop: any EventLoop
    private let keepsConnections: Bool
    private var idle: [UpstreamConnection] = []

    init(_ configuration: AdapterConfiguration, loop: any EventLoop) {
        self.address = configuration.address
        self.keepsConnections = configuration.keepsConnections
        self.loop = loop
    }

    /// The one that was used last, if it can be used still; older ones than that are closed with it.
    func take() -> UpstreamConnection? {
        while let connection = self.idle.popLast() {
            let age = NIODeadline.now() - connection.idleSince
            if age < .milliseconds(Int64(AdapterLimits.idleMilliseconds)), connection.isEstablished() {
                return connection
            }
            connection.close()
        }
        return nil
    }

    func connect() async throws -> UpstreamConnection {
        try await UpstreamConnection.connect(to: self.address, on: self.loop)
    }

    /// Keeps a connection whose answer is over; any other is closed.
    func give(_ connection: UpstreamConnection) {
        guard self.keepsConnections, connection.isIdle, self.idle.count < AdapterLimits.idleConnections else {
            return connection.close()
        }
        self.idle.append(connection)
    }
}

/// A pool for each loop that invocations are served on: a connection belongs to its loop.
final class UpstreamPools: Sendable {
    private let configuration: AdapterConfiguration
    private let pools = Mutex<[ObjectIdentifier: NIOLoopBound<UpstreamPool>]>([:])

    init(_ configuration: AdapterConfiguration) { self.configuration = configuration }

    /// On `loop`.
    func pool(on loop: any EventLoop) -> UpstreamPool {
        let bound = self.pools.withLock { pools in
            let key = ObjectIdentifier(loop)
            if let pool = pools[key] { return pool }
            let pool = NIOLoopBound(UpstreamPool(self.configuration, loop: loop), eventLoop: loop)
            pools[key] = pool
            return pool
        }
        return bound.value
    }
}
