// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CoreMetrics
internal import NIOCore
internal import NIOHTTP1
internal import Sluice
internal import SluiceMetrics

/// The application, as somebody who has a request for it sees it.
struct Upstream: Sendable {
    private let pools: UpstreamPools
    /// How long connecting took, where metrics are written.
    private let connectTime: CoreMetrics.Timer?

    init(_ configuration: AdapterConfiguration, metrics: EMFMetricsFactory?) {
        self.pools = UpstreamPools(configuration)
        self.connectTime = metrics.map {
            CoreMetrics.Timer(label: "ApplicationConnectDuration", preferredDisplayUnit: .milliseconds, factory: $0)
        }
    }

    /// Sends a request and waits for the head of the answer.
    ///
    /// A connection that was kept may have ended in the same moment; then a request that changes nothing when it comes twice
    /// is sent once more, on a new one.
    func send(_ request: UpstreamRequest, on loop: any EventLoop) async throws -> UpstreamAnswer {
        let pool = self.pools.pool(on: loop)
        if let connection = pool.take() {
            do {
                return UpstreamAnswer(try await connection.send(request), connection, pool)
            } catch UpstreamError.noAnswer where request.isIdempotent {
                // As for the first time.
            }
        }
        let began = NIODeadline.now()
        let connection = try await pool.connect()
        self.connectTime?.recordNanoseconds((NIODeadline.now() - began).nanoseconds)
        return UpstreamAnswer(try await connection.send(request), connection, pool)
    }
}

/// An answer whose body is still to be taken. When nobody does, its connection is closed. Confined to its loop.
final class UpstreamAnswer {
    let head: HTTPResponseHead
    private let connection: UpstreamConnection
    private let pool: UpstreamPool
    private let bound: NIOLoopBound<UpstreamConnection>
    private var isOver = false

    init(_ head: HTTPResponseHead, _ connection: UpstreamConnection, _ pool: UpstreamPool) {
        self.head = head
        self.connection = connection
        self.pool = pool
        self.bound = NIOLoopBound(connection, eventLoop: pool.loop)
    }

    var loop: any EventLoop { self.pool.loop }

    /// What has come of the body since the last time, at least one part; `nil` at its end.
    func next() async throws -> [ByteBuffer]? {
        guard let parts = try await self.connection.next() else {
            if !self.isOver {
                self.isOver = true
                self.pool.give(self.connection)
            }
            return nil
        }
        return parts
    }

    /// The rest of the body in one piece, up to so many bytes of it.
    func gather(atMost limitBytes: Int) async throws -> ByteBuffer {
        var gathered = ByteBuffer()
        while let parts = try await self.next() {
            for var bytes in parts {
                let room = limitBytes - gathered.readableBytes
                guard bytes.readableBytes <= room else {
                    gathered.writeImmutableBuffer(bytes.readSlice(length: room) ?? ByteBuffer())
                    return gathered
                }
                gathered.writeBuffer(&bytes)
            }
        }
        return gathered
    }

    deinit {
        guard !self.isOver else { return }
        let bound = self.bound
        if bound.eventLoop.inEventLoop { bound.value.abandon() } else { bound.execute { $0.abandon() } }
    }
}
