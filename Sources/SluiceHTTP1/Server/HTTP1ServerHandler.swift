// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
package import NIOHTTP1

/// The last handler of a server's connection: hands each request to a receiver and writes what its exchange says.
///
/// It stands behind NIO's `HTTPServerPipelineHandler`, so one request is under way at a time.
package final class HTTP1ServerHandler: ChannelDuplexHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias OutboundIn = Never
    package typealias OutboundOut = HTTPServerResponsePart

    private struct Current {
        var receiver: any RequestReceiver
        var exchange: ServerExchange
        var version: HTTPVersion
        var keepsAlive: Bool
        /// It answers a `HEAD`, or has a status that allows no body.
        var hasNoBody: Bool
        var requestEnded = false
        var responseEnded = false
    }

    private let router: any RequestRouter
    private var context: ChannelHandlerContext?
    private var current: Current?
    private var readsPaused = false
    private var readHeldBack = false
    private var flushIsDue = false

    private init(router: any RequestRouter, eventLoop: any EventLoop) {
        self.router = router
        self.eventLoop = eventLoop
    }

    /// Adds all that a server's connection needs, with this handler as the last.
    package static func configure(_ channel: any Channel, router: any RequestRouter) throws {
        let pipeline = channel.pipeline.syncOperations
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        try pipeline.configureHTTPServerPipeline(withEncoderConfiguration: encoding)
        try pipeline.addHandler(Self(router: router, eventLoop: channel.eventLoop))
    }

    let eventLoop: any EventLoop
    var remoteAddress: SocketAddress? { self.context?.remoteAddress }
    var localAddress: SocketAddress? { self.context?.localAddress }
    var isWritable: Bool { self.context?.channel.isWritable ?? true }

    package func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Inbound

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.requestBegan(head, context: context)
        case .body(let bytes): self.current?.receiver.received(bytes)
        case .end(let trailers):
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
            keepsAlive: head.isKeepAlive,
            hasNoBody: head.method == .HEAD
        )
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
        self.loseConnection()
        context.close(promise: nil)
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
    func pauseReading(for exchange: ServerExchange) {
        if self.current?.exchange === exchange { self.readsPaused = true }
    }

    func resumeReading(for exchange: ServerExchange) {
        if self.current?.exchange === exchange { self.resumeReading() }
    }

    private func resumeReading() {
        self.readsPaused = false
        if self.readHeldBack {
            self.readHeldBack = false
            self.context?.read()
        }
    }

    // MARK: Outbound

    func writeHead(status: HTTPResponse.Status, fields: HTTPFields) {
        guard let context = self.context, let current = self.current else { return }
        var head = HTTPResponseHead(
            version: current.version,
            status: HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase),
            headers: HTTPHeaders(fields)
        )
        let isOld = current.version.major < 1 || current.version == .http1_0
        let endsByClosing = isOld && !current.hasNoBody && !head.headers.contains(name: "content-length")
        if !current.keepsAlive || endsByClosing {
            self.current?.keepsAlive = false
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if isOld {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        Self.frame(&head, isHead: current.hasNoBody, isOld: isOld)
        self.current?.hasNoBody = current.hasNoBody || !head.status.mayHaveResponseBody
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        self.flushAtEndOfTurn()
    }

    /// Says how the body is delimited. NIO would do it, but does not know of `HEAD`: its answer has no body, so no
    /// last chunk either, which a client would take for the beginning of the next response.
    /// (RFC 9112, section 6.3; RFC 9110, section 8.6 for statuses without a body.)
    private static func frame(_ head: inout HTTPResponseHead, isHead: Bool, isOld: Bool) {
        head.headers.remove(name: "transfer-encoding")
        if !head.status.mayHaveResponseBody {
            head.headers.remove(name: "content-length")
        } else if !isHead, !isOld, !head.headers.contains(name: "content-length") {
            head.headers.add(name: "transfer-encoding", value: "chunked")
        }
    }

    func writeBody(_ bytes: ByteBuffer) {
        guard let context = self.context, let current = self.current, !current.hasNoBody else { return }
        context.write(self.wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        self.flushAtEndOfTurn()
    }

    func writeEnd(trailers: HTTPFields) {
        guard let context = self.context, let current = self.current else { return }
        self.current?.responseEnded = true
        // Writing the end can bring the next pipelined request at once, so this exchange has to be gone by then.
        self.finishExchangeIfOver()
        let trailers = trailers.isEmpty ? nil : HTTPHeaders(trailers)
        context.write(self.wrapOutboundOut(.end(trailers)), promise: current.keepsAlive ? nil : self.closing(context))
        self.flushAtEndOfTurn()
    }

    func abortResponse(hasBegun: Bool) {
        guard let context = self.context else { return }
        self.current = nil
        // A connection that is not read does not notice that its peer left.
        self.resumeReading()
        guard hasBegun else { return context.close(promise: nil) }
        // Closing drops what has not left yet; an empty write is done when all before it is.
        context.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))), promise: self.closing(context))
    }

    /// A promise that closes the connection when its write is through.
    private func closing(_ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        return promise
    }

    private func finishExchangeIfOver() {
        guard let current = self.current, current.requestEnded, current.responseEnded else { return }
        self.current = nil
        self.resumeReading()
    }

    private func flushAtEndOfTurn() {
        guard !self.flushIsDue else { return }
        self.flushIsDue = true
        self.eventLoop.assumeIsolated().execute {
            self.flushIsDue = false
            self.context?.flush()
        }
    }
}
