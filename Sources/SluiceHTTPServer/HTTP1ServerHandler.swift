// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
package import NIOHTTP1
internal import SluiceHTTP1
internal import SluiceWire

/// The last handler of a server's connection: hands each request to a receiver and writes what its exchange says.
///
/// It stands behind NIO's `HTTPServerPipelineHandler`, so one request is under way at a time. That one does not read
/// while an answer is under way, so what a peer sends ahead stays in its socket.
package final class HTTP1ServerHandler: ChannelDuplexHandler, ServerConnection {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias OutboundIn = Never
    package typealias OutboundOut = HTTPServerResponsePart

    struct Current {
        var receiver: any RequestReceiver
        var exchange: ServerExchange
        var version: HTTPVersion
        var keepsAlive: Bool
        /// It answers a `HEAD`, or has a status that allows no body.
        var hasNoBody: Bool
        var isChunked = false
        var requestEnded = false
        var responseEnded = false
    }

    private let router: any RequestRouter
    private let bounds: ConnectionBounds
    let connection: ConnectionGuard
    private let onFault: (ConnectionFault) -> Void
    var context: ChannelHandlerContext?
    var current: Current?
    private var readsPaused = false
    private var readHeldBack = false
    var flushIsDue = false
    /// Chunks of the answer under way that leave at the end of the turn.
    var gathered = GatheredChunks()
    var chunkLines = ChunkLines()
    /// NIO reports fields of ours that it does not let through as if they had been the peer's.
    var isWritingFields = false
    var isWritingEnd = false
    /// The last answer was given, or there is none any more.
    var isEnding = false

    private init(
        router: any RequestRouter,
        bounds: ConnectionBounds,
        connection: ConnectionGuard,
        eventLoop: any EventLoop,
        onFault: @escaping (ConnectionFault) -> Void
    ) {
        self.router = router
        self.bounds = bounds
        self.connection = connection
        self.eventLoop = eventLoop
        self.onFault = onFault
    }

    /// Adds all that a server's connection needs, with this handler as the last.
    ///
    /// - Parameter onFault: told why the server ended a connection by itself, if not for idleness.
    package static func configure(
        _ channel: any Channel,
        router: any RequestRouter,
        bounds: ConnectionBounds,
        onFault: @escaping (ConnectionFault) -> Void
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        let connection = ConnectionGuard(bounds: bounds, eventLoop: channel.eventLoop)
        let handler = Self(
            router: router,
            bounds: bounds,
            connection: connection,
            eventLoop: channel.eventLoop,
            onFault: onFault
        )
        connection.server = handler
        try pipeline.addHandler(connection)
        try pipeline.configureHTTPServerPipeline(
            // Its answer to a malformed request has no word about what is wrong.
            withErrorHandling: false,
            withEncoderConfiguration: encoding,
            withDecoderLimitConfiguration: bounds.ofDecoder
        )
        try pipeline.addHandler(handler)
    }

    package let eventLoop: any EventLoop
    /// Asked of the kernel once.
    package private(set) lazy var remoteAddress: SocketAddress? = self.context?.remoteAddress
    package private(set) lazy var localAddress: SocketAddress? = self.context?.localAddress
    package var isWritable: Bool { self.context?.channel.isWritable ?? true }

    package func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Inbound

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isEnding else { return }
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.connection.headArrived()
            self.requestBegan(head, context: context)
        case .body(let bytes):
            self.connection.dataArrived(bytes.readableBytes)
            self.current?.receiver.received(bytes)
        case .end(let trailers):
            self.connection.requestEnded()
            self.current?.requestEnded = true
            self.current?.receiver.receivedEnd(trailers: HTTPFields(trailers ?? [:]))
            self.finishExchangeIfOver()
        }
    }

    private func requestBegan(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard let request = ServerRequest(head) else { return context.close(promise: nil) }
        let exchange = ServerExchange(connection: self, answersHead: head.method == .HEAD)
        // The router may answer at once, so the exchange has to be in place before it is asked.
        self.current = Current(
            receiver: DiscardingReceiver(),
            exchange: exchange,
            version: head.version,
            // After a request to speak something else, NIO's parser parses nothing any more.
            keepsAlive: head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade"),
            hasNoBody: head.method == .HEAD
        )
        guard head.uri.utf8.count <= self.bounds.targetBytes else {
            return self.connectionFailed(.targetTooLong(limitBytes: self.bounds.targetBytes))
        }
        // Without this, curl waits a second before it sends a larger body.
        if head.headers.contains(name: "expect"), head.version == .http1_1 {
            let informational = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(self.wrapOutboundOut(.head(informational)), promise: nil)
        }
        let receiver = self.router.route(request, on: exchange)
        guard self.current?.exchange === exchange else { return }
        self.current?.receiver = receiver
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.loseConnection()
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !self.isEnding else {
            // The parser may tell of one fault twice.
            if error is IOError { context.close(promise: nil) }
            return
        }
        guard let error = error as? HTTPParserError, !self.isWritingFields else {
            self.loseConnection()
            return context.close(promise: nil)
        }
        switch error {
        case .invalidEOFState: self.inputEnded()
        case .headerOverflow: self.connectionFailed(self.connection.overflow)
        case .invalidVersion: self.connectionFailed(.versionUnknown)
        default: self.connectionFailed(.malformed(ConnectionFault.Rule(error)))
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { self.inputEnded() }
        context.fireUserInboundEventTriggered(event)
    }

    /// The peer says nothing any more: behind a whole request it may wait for the answer, otherwise it has gone.
    private func inputEnded() {
        guard !self.isEnding else { return }
        self.current?.keepsAlive = false
        if let current = self.current {
            if current.requestEnded, self.bounds.answersHalfClosed { return }
            if !current.requestEnded, !current.exchange.hasBegun { current.receiver.requestTruncated() }
        }
        // It may just have been told what was missing, with an end of its own.
        if !self.isEnding { self.endConnection() }
    }

    /// The peer broke a rule or a bound. It is told which, unless an answer of ours has begun.
    func connectionFailed(_ fault: ConnectionFault) {
        guard !self.isEnding else { return }
        self.onFault(fault)
        guard let current = self.current else {
            self.isEnding = true
            return self.connection.linger(after: fault.response(toHead: false))
        }
        let hasBegun = current.exchange.hasBegun
        self.endConnection(closes: hasBegun && !current.responseEnded)
        guard !hasBegun || current.responseEnded else { return }
        let answer = hasBegun ? ByteBuffer() : fault.response(toHead: current.hasNoBody)
        self.connection.linger(after: answer)
    }

    /// Nothing more is taken in or said; what was said already still leaves.
    private func endConnection(closes: Bool = true) {
        self.isEnding = true
        self.writeGathered()
        self.loseConnection()
        self.resumeReading()
        if closes { self.connection.closeWhenSent() }
    }

    private func loseConnection() {
        guard let current = self.current else { return }
        self.current = nil
        current.exchange.connectionLost()
        current.receiver.connectionLost()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.current?.receiver.writabilityChanged(isWritable: context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    package func read(context: ChannelHandlerContext) {
        if self.readsPaused {
            self.readHeldBack = true
        } else {
            context.read()
        }
    }

    /// An exchange that is through has no say any more: the connection may be at its next request.
    package func pauseReading(for exchange: ServerExchange) {
        if self.current?.exchange === exchange { self.readsPaused = true }
    }

    package func resumeReading(for exchange: ServerExchange) {
        if self.current?.exchange === exchange { self.resumeReading() }
    }

    func resumeReading() {
        self.readsPaused = false
        if self.readHeldBack {
            self.readHeldBack = false
            self.context?.read()
        }
    }

    func finishExchangeIfOver() {
        guard let current = self.current, current.requestEnded, current.responseEnded else { return }
        self.current = nil
        self.resumeReading()
        // It hears no more of the connection, and nothing of its answer has to wait for room in it any more.
        if !self.isWritable { current.receiver.writabilityChanged(isWritable: true) }
    }
}
