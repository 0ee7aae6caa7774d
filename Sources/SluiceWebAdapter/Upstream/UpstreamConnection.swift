// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Sluice
internal import SluiceWire

/// The last handler of a connection to the application: sends a request, and hands out the answer as far as it is asked
/// for. While nobody takes what came, no more than one read is done, so that the application waits as its reader does.
/// Confined to its loop.
final class UpstreamConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private var machine = UpstreamMachine()
    private var context: ChannelHandlerContext?
    private var head: HTTPResponseHead?
    private var parts: [ByteBuffer] = []
    private var hasEnded = false
    private var failure: UpstreamError?
    private var readIsDue = false
    /// Set while somebody waits for what comes next.
    private var waiter: OneShot<Void>?
    private(set) var idleSince = NIODeadline.now()

    var isIdle: Bool { self.context != nil && self.machine.isIdle }
    var hasAnswered: Bool { self.machine.hasAnswered }
    var bodyBytes: Int { self.machine.bodyBytes }

    // MARK: The asking side

    /// Sends the request, and waits for the head of the final answer.
    func send(_ request: UpstreamRequest) async throws -> HTTPResponseHead {
        guard let context = self.context, self.machine.isIdle else {
            throw UpstreamError.noAnswer(reason: "the connection is closed")
        }
        self.machine.requestSent()
        self.hasEnded = false
        let head = HTTPRequestHead(
            version: .http1_1,
            method: request.method,
            uri: request.target,
            headers: request.headers
        )
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        if request.body.readableBytes > 0 {
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(request.body))), promise: nil)
        }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        self.readMore()
        while true {
            if let head = self.head {
                self.head = nil
                return head
            }
            if let failure = self.failure { throw failure }
            try await self.waitForMore()
        }
    }

    /// What has come of the body since the last time, at least one part; `nil` at its end.
    func next() async throws -> [ByteBuffer]? {
        while true {
            if !self.parts.isEmpty {
                defer { self.parts = [] }
                return self.parts
            }
            if self.hasEnded { return nil }
            if let failure = self.failure { throw failure }
            self.readMore()
            try await self.waitForMore()
        }
    }

    private func waitForMore() async throws {
        guard let loop = self.context?.eventLoop else {
            throw self.failure ?? UpstreamError.noAnswer(reason: "the connection is closed")
        }
        let waiter = OneShot<Void>(loop: loop)
        self.waiter = waiter
        defer { self.waiter = nil }
        guard await waiter.wait() != nil else {
            self.leave()
            throw CancellationError()
        }
    }

    /// Nobody wants what still comes of the answer under way.
    func leave() {
        guard self.machine.left() else { return }
        self.parts.removeAll()
        self.context?.close(promise: nil)
    }

    /// Its answer is not taken to its end, and perhaps has come whole: it is of no use to anybody any more.
    func abandon() {
        _ = self.machine.left()
        self.parts.removeAll()
        self.close()
    }

    func close() { self.context?.close(promise: nil) }

    /// Whether the application has not ended its side, as far as the kernel knows now: what a frozen process missed shows
    /// here before any event of the loop does.
    func isEstablished() -> Bool {
        guard self.isIdle, let context = self.context else { return false }
        #if os(Linux)
        guard let provider = context.channel as? any SocketOptionProvider else { return true }
        var isEstablished = true
        provider.getTCPInfo().assumeIsolated().whenComplete { result in
            // A Unix socket has no such state.
            if case .success(let info) = result { isEstablished = info.tcpi_state == 1 }
        }
        return isEstablished
        #else
        return true
        #endif
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.ended("the connection was closed") }

    /// One read at a time, and only for somebody who waits or waited, or to notice that an idle connection ends.
    private func readMore() {
        guard !self.readIsDue, let context = self.context else { return }
        self.readIsDue = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            switch self.machine.headCame(status: Int(head.status.code), keepsAlive: head.isKeepAlive) {
            case .deliver: self.head = head
            case .fail(let error): self.fail(error)
            case .ignore: break
            }
        case .body(let bytes):
            if self.machine.bytesCame(bytes.readableBytes) { self.parts.append(bytes) }
        case .end:
            switch self.machine.endCame() {
            case .complete(let keepsConnection):
                self.hasEnded = true
                self.idleSince = .now()
                if keepsConnection {
                    self.readIsDue = false
                    self.readMore()
                } else {
                    context.close(promise: nil)
                }
            case .ignore: break
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.readIsDue = false
        // Part of a head, or of a chunk's size: whoever waits, waits for more.
        if self.waiter != nil, self.parts.isEmpty, self.head == nil, !self.hasEnded, self.failure == nil {
            self.readMore()
        } else {
            // Who waited for this will soon wait for more. To stop reading until then would cost two system calls.
            if self.waiter != nil || self.machine.isIdle { self.readMore() }
            self.waiter?.settle(())
        }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isMalformed = error is HTTPParserError
        switch self.machine.closed(reason: Self.reason(error), isMalformed: isMalformed) {
        case .fail(let failure): self.fail(failure)
        case .ignore: break
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.ended("the connection was closed")
        context.fireChannelInactive()
    }

    private func ended(_ reason: String) {
        switch self.machine.closed(reason: reason) {
        case .fail(let failure): self.fail(failure)
        case .ignore: break
        }
        self.context = nil
        self.waiter?.settle(())
    }

    private func fail(_ failure: UpstreamError) {
        if self.failure == nil { self.failure = failure }
        self.waiter?.settle(())
        self.context?.close(promise: nil)
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? HTTPParserError {
        case .invalidEOFState: "the connection was closed"
        case .headerOverflow: "its head is longer than \(AdapterLimits.responseHeadBytes) bytes"
        case let error?: "\(error)"
        case nil: (error as? IOError)?.description ?? "\(error)"
        }
    }
}

extension UpstreamConnection {
    static func connect(to address: AdapterConfiguration.Address, on loop: any EventLoop) async throws
        -> UpstreamConnection
    {
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.milliseconds(Int64(AdapterLimits.connectMilliseconds)))
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: AdapterLimits.leastReadBytes,
                    initial: AdapterLimits.leastReadBytes,
                    maximum: AdapterLimits.mostReadBytes
                )
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    var encoding = HTTPRequestEncoder.Configuration()
                    encoding.automaticallySetFramingHeaders = false
                    var limits = NIOHTTPDecoderLimitConfiguration()
                    limits.maxHeaderListSize = AdapterLimits.responseHeadBytes
                    limits.maxHeaderFieldSize = AdapterLimits.responseHeadBytes
                    let decoder = HTTPResponseDecoder(
                        leftOverBytesStrategy: .dropBytes,
                        informationalResponseStrategy: .drop,
                        limitConfiguration: limits
                    )
                    try channel.pipeline.syncOperations.addHandlers(
                        HTTPRequestEncoder(configuration: encoding),
                        ByteToMessageHandler(decoder),
                        UpstreamConnection()
                    )
                }
            }
        let channel: any Channel
        do {
            switch address {
            case .port(let host, let port):
                let bootstrap = bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
                channel =
                    if let address = try? SocketAddress(ipAddress: host, port: port) {
                        try await bootstrap.connect(to: address).get()
                    } else {
                        try await bootstrap.connect(host: host, port: port).get()
                    }
            case .socket(let path):
                channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
            }
        } catch {
            throw UpstreamError.unreachable(address: "\(address)", reason: Self.connectReason(error))
        }
        return try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
    }

    private static func connectReason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: error.description
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { "\($0.error)" } ?? "the name \(error.host) is unknown"
        case ChannelError.connectTimeout:
            "it did not accept the connection within \(AdapterLimits.connectMilliseconds) ms"
        default: "\(error)"
        }
    }
}
