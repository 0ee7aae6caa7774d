// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
internal import SluiceWire
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Makes the connection that one request goes over, and measures how long that takes.
struct ClientConnection: Sendable {
    typealias HTTPChannel = NIOAsyncChannel<TimedResponsePart, HTTPClientRequestPart>

    let group: any EventLoopGroup
    /// `nil` for plain HTTP.
    let certificates: CertificateAuthorities?
    /// For name and connection, and again for the handshake.
    var timeLimit: TimeAmount = .milliseconds(Int64(Limits.invokeConnectMilliseconds))

    /// - Throws: `CannotConnect`.
    func open(_ request: StreamRequest) async throws -> (HTTPChannel, ConnectionTimes) {
        do {
            return try await self.connect(to: request) { context in
                try context.map { try NIOSSLClientHandler(context: $0, serverHostname: Self.serverName(request.host)) }
            }
        } catch {
            var reason = ConnectionFailure.reason(error, timeLimit: self.timeLimit)
            if ConnectionFailure.isAboutCertificate(error) {
                // The error does not say what is wrong with it, so it is asked for and looked at.
                let chain = await self.peerCertificates(of: request)
                reason = ConnectionFailure.reason(of: chain, error, host: request.host)
            }
            throw CannotConnect(authority: request.authority, reason: reason, isRefusal: Self.isRefusal(error))
        }
    }

    private func connect(
        to request: StreamRequest,
        tlsHandler: @escaping @Sendable (NIOSSLContext?) throws -> NIOSSLClientHandler?
    ) async throws -> (HTTPChannel, ConnectionTimes) {
        // Before the clock starts: reading the system's authorities is not part of the connection.
        let context = try self.certificates?.context()
        let timeLimit = self.timeLimit
        let start = ContinuousClock.now
        // Not every resolver knows the names below localhost (RFC 6761, section 6.3, asks for it).
        let isBelowLocalhost = request.host.lowercased().hasSuffix(".localhost")
        let established = try await ClientBootstrap(group: self.group).connectTimeout(timeLimit).connect(
            host: isBelowLocalhost ? "127.0.0.1" : request.host,
            port: request.port
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = try tlsHandler(context)
                let watch = ConnectionWatch(
                    start: start,
                    handshakeLimit: handler == nil ? nil : timeLimit,
                    established: channel.eventLoop.makePromise()
                )
                if let handler { try channel.pipeline.syncOperations.addHandler(handler) }
                try channel.pipeline.syncOperations.addHandler(watch)
                return watch.established.futureResult.flatMapThrowing { times in (try Self.wrap(channel), times) }
            }
        }
        return try await established.get()
    }

    /// In the same turn of the loop in which the connection became usable, so that no event passes by.
    private static func wrap(_ channel: any Channel) throws -> HTTPChannel {
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        try channel.pipeline.syncOperations.addHandler(ResponseTimer())
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    /// The certificates that the peer shows; nothing is sent to it.
    private func peerCertificates(of request: StreamRequest) async -> [NIOSSLCertificate] {
        let shown = ShownCertificates()
        let connected = try? await self.connect(to: request) { context in
            try context.map { context in
                try NIOSSLClientHandler(
                    context: context,
                    serverHostname: Self.serverName(request.host)
                ) { chain, promise in
                    shown.certificates.withLock { $0 = chain }
                    promise.succeed(NIOSSLVerificationResult.failed)
                }
            }
        }
        try? await connected?.0.executeThenClose { _, _ in }
        return shown.certificates.withLock { $0 }
    }

    /// For SNI, which knows no addresses (RFC 6066, section 3); a certificate's address is then compared instead.
    private static func serverName(_ host: String) -> String? {
        guard (try? SocketAddress(ipAddress: host, port: 0)) == nil else { return nil }
        return host.last == "." ? String(host.dropLast()) : host
    }

    private static func isRefusal(_ error: any Error) -> Bool {
        (error as? NIOConnectionError)?.connectionErrors.contains {
            ($0.error as? IOError)?.errnoCode == ECONNREFUSED
        } ?? false
    }
}

private final class ShownCertificates: Sendable {
    let certificates = Mutex<[NIOSSLCertificate]>([])
}

/// Completes when a request can be sent: after the connection, or after the TLS handshake on it.
private final class ConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    let established: EventLoopPromise<ConnectionTimes>
    private let start: ContinuousClock.Instant
    /// `nil` without TLS.
    private let handshakeLimit: TimeAmount?
    private var transport: Duration = .zero
    private var timer: Scheduled<Void>?

    init(
        start: ContinuousClock.Instant,
        handshakeLimit: TimeAmount?,
        established: EventLoopPromise<ConnectionTimes>
    ) {
        self.start = start
        self.handshakeLimit = handshakeLimit
        self.established = established
    }

    func channelActive(context: ChannelHandlerContext) {
        self.transport = self.start.duration(to: .now)
        if let handshakeLimit {
            self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeLimit) {
                self.established.fail(ConnectionFailure.HandshakeTimeout())
                context.close(promise: nil)
            }
        } else {
            self.established.succeed(ConnectionTimes(transport: self.transport))
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent {
            self.timer?.cancel()
            let handshake = self.start.duration(to: .now) - self.transport
            self.established.succeed(ConnectionTimes(transport: self.transport, handshake: handshake))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Without effect when the connection was established; then the reader of the answer is told.
        self.established.fail(error)
        context.fireErrorCaught(error)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.timer?.cancel()
        self.established.fail(ChannelError.eof)
    }
}

/// A part of an answer and when it came.
struct TimedResponsePart: Sendable {
    let part: HTTPClientResponsePart
    let arrival: ContinuousClock.Instant
}

/// Notes the time of each part on the event loop: behind the hand-over to the reader it would be the reader's time.
private final class ResponseTimer: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = TimedResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        context.fireChannelRead(Self.wrapInboundOut(TimedResponsePart(part: part, arrival: .now)))
    }
}
