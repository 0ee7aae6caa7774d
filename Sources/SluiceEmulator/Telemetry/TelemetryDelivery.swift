// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SluiceServiceWire

/// Takes events to where an extension listens for them. One batch is under way at a time.
///
/// There is no time-out: an extension that is stopped in mid-delivery goes on with it when it is thawed, and one that
/// never answers costs its own events only.
final class TelemetryDelivery {
    private let destination: TelemetrySubscription.Destination
    private let eventLoop: any EventLoop
    /// The batch's own with HTTP; kept for the next one with TCP.
    private var channel: (any Channel)?
    private var isClosed = false

    init(to destination: TelemetrySubscription.Destination, on eventLoop: any EventLoop) {
        self.destination = destination
        self.eventLoop = eventLoop
    }

    /// Calls `whenDone` once, with what went wrong or `nil`, but not after `close()`.
    func deliver(_ events: some Collection<ByteBuffer>, whenDone: @escaping (String?) -> Void) {
        switch self.destination {
        case .http(let port, let target):
            self.post(Self.array(of: events), port: port, target: target, whenDone)
        case .tcp(let port):
            self.send(Self.lines(of: events), port: port, whenDone)
        }
    }

    func close() {
        self.isClosed = true
        self.channel?.close(promise: nil)
        self.channel = nil
    }

    // MARK: HTTP

    private static func array(of events: some Collection<ByteBuffer>) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(events.reduce(2) { $0 + $1.readableBytes + 1 })
        for (index, event) in events.enumerated() {
            body.writeStaticString(index == 0 ? "[" : ",")
            body.writeImmutableBuffer(event)
        }
        body.writeStaticString("]")
        return body
    }

    private func post(_ body: ByteBuffer, port: Int, target: String, _ whenDone: @escaping (String?) -> Void) {
        let handler = NIOLoopBound(
            TelemetryPost(body, port: port, target: target) { [weak self] problem in
                self?.channel = nil
                whenDone(problem)
            },
            eventLoop: self.eventLoop
        )
        self.connect(port: port) { channel in
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(handler.value)
        } whenDone: {
            whenDone($0)
        } then: {
            self.channel = $0
        }
    }

    // MARK: TCP

    private static func lines(of events: some Collection<ByteBuffer>) -> ByteBuffer {
        var lines = ByteBuffer()
        for event in events {
            lines.writeImmutableBuffer(event)
            lines.writeStaticString("\n")
        }
        return lines
    }

    private func send(_ lines: ByteBuffer, port: Int, _ whenDone: @escaping (String?) -> Void) {
        guard let channel = self.channel, channel.isActive else {
            self.connect(port: port) { _ in
            } whenDone: {
                whenDone($0)
            } then: { channel in
                self.channel = channel
                self.write(lines, to: channel, whenDone)
            }
            return
        }
        self.write(lines, to: channel, whenDone)
    }

    private func write(_ lines: ByteBuffer, to channel: any Channel, _ whenDone: @escaping (String?) -> Void) {
        channel.writeAndFlush(lines).assumeIsolated().whenComplete { result in
            switch result {
            case .success: whenDone(nil)
            case .failure(let error): whenDone("\(error)")
            }
        }
    }

    // MARK: Connecting

    private func connect(
        port: Int,
        _ configure: @escaping (any Channel) throws -> Void,
        whenDone fail: @escaping (String) -> Void,
        then: @escaping (any Channel) -> Void
    ) {
        let configure = NIOLoopBound(configure, eventLoop: self.eventLoop)
        ClientBootstrap(group: self.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try configure.value(channel) }
            }
            // `sandbox.localdomain` is the environment itself.
            .connect(host: "127.0.0.1", port: port)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel) where self.isClosed: channel.close(promise: nil)
                case .success(let channel): then(channel)
                case .failure where self.isClosed: break
                case .failure(let error): fail("\(error)")
                }
            }
    }
}
