// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import SluiceHTTPServer

/// Connections of an HTTP/1.1 server without sockets, all on one loop that runs when the test says so.
final class EmbeddedServer {
    let loop = EmbeddedEventLoop()
    private let router: any RequestRouter
    private let bounds: ConnectionBounds
    private(set) var faults: [ConnectionFault] = []

    init(router: any RequestRouter, bounds: ConnectionBounds = .callers) {
        self.router = router
        self.bounds = bounds
    }

    func connect() throws -> EmbeddedConnection {
        let channel = EmbeddedChannel(loop: self.loop)
        let wire = Wire()
        try channel.pipeline.syncOperations.addHandler(wire)
        try HTTP1ServerHandler.configure(channel, router: self.router, bounds: self.bounds) { [weak self] fault in
            self?.faults.append(fault)
        }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return EmbeddedConnection(channel: channel, wire: wire, loop: self.loop)
    }
}

/// One connection, as its peer sees it.
final class EmbeddedConnection {
    let channel: EmbeddedChannel
    let wire: Wire
    private let loop: EmbeddedEventLoop

    init(channel: EmbeddedChannel, wire: Wire, loop: EmbeddedEventLoop) {
        self.channel = channel
        self.wire = wire
        self.loop = loop
    }

    /// The peer's bytes arrive, and the loop does all its work.
    func send(_ text: String) throws {
        // A connection that the server closed may be one that the peer still writes to.
        guard self.channel.isActive else { return }
        try self.channel.writeInbound(ByteBuffer(string: text))
        self.loop.run()
    }

    /// What the peer has received since it last looked.
    func received() throws -> String {
        self.loop.run()
        var text = ""
        while let part = try self.channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    var isOpen: Bool {
        self.loop.run()
        return self.channel.isActive
    }

    /// The peer's connection breaks.
    func lose() {
        self.channel.close(promise: nil)
        self.loop.run()
    }

    /// The peer ends its sending side, and goes on to read.
    func endInput() {
        self.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        self.loop.run()
    }

    /// A parser's or socket's failure.
    func fail(_ error: any Error) {
        self.channel.pipeline.fireErrorCaught(error)
        self.loop.run()
    }

    func setWritable(_ isWritable: Bool) {
        self.channel.isWritable = isWritable
        self.channel.pipeline.fireChannelWritabilityChanged()
        self.loop.run()
    }

    /// Asks for more bytes as a socket does after each read; answers whether the request came through.
    func readIsLetThrough() -> Bool {
        let before = self.wire.reads
        self.channel.read()
        self.loop.run()
        return self.wire.reads > before
    }
}

/// The server's end of the cable: counts how often it is asked to read, and can hold back what is written.
final class Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var reads = 0
    private var isHolding = false
    private var held: [(NIOAny, EventLoopPromise<Void>?)] = []
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func read(context: ChannelHandlerContext) {
        self.reads += 1
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if self.isHolding {
            self.held.append((data, promise))
        } else {
            context.write(data, promise: promise)
        }
    }

    /// The peer takes nothing any more.
    func hold() { self.isHolding = true }

    /// The peer takes what has gathered.
    func release() {
        self.isHolding = false
        let held = self.held
        self.held = []
        for (data, promise) in held { self.context?.write(data, promise: promise) }
        self.context?.flush()
    }
}
