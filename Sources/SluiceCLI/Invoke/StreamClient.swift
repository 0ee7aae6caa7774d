// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SluiceHTTP1

/// Sends one request over a connection of its own and tells what comes back as it comes.
struct StreamClient: Sendable {
    private let group: any EventLoopGroup

    init(group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
        self.group = group
    }

    struct CannotConnect: Error, CustomStringConvertible {
        let host: String
        let port: Int
        let cause: any Error

        var description: String {
            "cannot connect to \(HTTPAddress.authority(host: self.host, port: self.port)): \(self.reason)"
        }

        private var reason: String {
            if let error = self.cause as? NIOConnectionError {
                // Of several addresses the first is the one that is meant; without any, the name has none.
                guard let first = error.connectionErrors.first else { return "the name is unknown" }
                return Self.reason(of: first.error)
            }
            return Self.reason(of: self.cause)
        }

        private static func reason(of error: any Error) -> String {
            switch error {
            case let error as IOError: StandardStreams.text(of: error.errnoCode)
            case ChannelError.connectTimeout: "no answer in time"
            default: "\(error)"
            }
        }
    }

    /// Returns when the last event has been taken. `onEvent` is awaited for each, so a slow one slows the sender.
    ///
    /// - Throws: `CannotConnect`, or what `onEvent` throws, which ends the connection. All that goes wrong on a
    ///   connection that was made is an event, `.end(.broken)`.
    func run(_ request: StreamRequest, onEvent: (StreamEvent) async throws -> Void) async throws {
        let start = ContinuousClock.now
        let channel: NIOAsyncChannel<TimedResponsePart, HTTPClientRequestPart>
        do {
            channel = try await self.connect(to: request)
        } catch {
            throw CannotConnect(host: request.host, port: request.port, cause: error)
        }
        var callerError: (any Error)?
        do {
            try await channel.executeThenClose { inbound, outbound in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        // A peer may answer early and stop reading: the reader sees that answer, or the broken
                        // connection, so an error of writing says nothing more.
                        try? await outbound.write(contentsOf: Self.parts(of: request))
                    }
                    do {
                        try await Self.read(inbound, request.kind, start: start, onEvent: onEvent)
                    } catch {
                        callerError = error
                    }
                    group.cancelAll()
                }
            }
        } catch  where callerError == nil {
            // Closing a connection that broke can fail; its breaking has been told by then.
        }
        if let callerError { throw callerError }
    }

    private func connect(
        to request: StreamRequest
    ) async throws -> NIOAsyncChannel<TimedResponsePart, HTTPClientRequestPart> {
        // Not every resolver knows the names below localhost (RFC 6761, section 6.3, asks for it).
        let isBelowLocalhost = request.host.lowercased().hasSuffix(".localhost")
        return try await ClientBootstrap(group: self.group).connect(
            host: isBelowLocalhost ? "127.0.0.1" : request.host,
            port: request.port
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(ResponseTimer())
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
        }
    }

    private static func parts(of request: StreamRequest) -> [HTTPClientRequestPart] {
        var fields = HTTPHeaders(request.fields)
        if !fields.contains(name: "host") {
            fields.add(name: "Host", value: HTTPAddress.authority(host: request.host, port: request.port))
        }
        if !fields.contains(name: "user-agent") {
            fields.add(name: "User-Agent", value: "sluice")
        }
        if !fields.contains(name: "accept") {
            fields.add(name: "Accept", value: "*/*")
        }
        let hasBody = request.body.readableBytes > 0
        fields.remove(name: "content-length")
        if hasBody || request.method == .post || request.method == .put || request.method == .patch {
            fields.add(name: "Content-Length", value: String(request.body.readableBytes))
        }
        let head = HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: request.method.rawValue),
            uri: request.target,
            headers: fields
        )
        return [.head(head)] + (hasBody ? [.body(.byteBuffer(request.body))] : []) + [.end(nil)]
    }

    private static func read(
        _ inbound: NIOAsyncChannelInboundStream<TimedResponsePart>,
        _ kind: StreamRequest.Kind,
        start: ContinuousClock.Instant,
        onEvent: (StreamEvent) async throws -> Void
    ) async throws {
        var reply = StreamReply(kind: kind)
        var iterator = inbound.makeAsyncIterator()
        while true {
            let events: [StreamEvent]
            var isLast = false
            do {
                let timed = try await iterator.next()
                let time = (timed?.arrival ?? .now) - start
                switch timed?.part {
                case .head(let head):
                    events = reply.head(status: Int(head.status.code), fields: HTTPFields(head.headers), at: time)
                case .body(let bytes):
                    events = reply.body(bytes, at: time)
                case .end:
                    events = reply.end(at: time)
                    isLast = true
                case nil:
                    events = reply.broken("the connection closed before the answer was complete", at: time)
                    isLast = true
                }
            } catch {
                events = reply.broken(Self.reason(error), at: .now - start)
                isLast = true
            }
            for event in events {
                try await onEvent(event)
                if case .end = event { return }
            }
            if isLast { return }
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? HTTPParserError {
        case .invalidEOFState: "the connection closed before the last chunk"
        case .some(let error): "the answer is not HTTP: \(error)"
        case nil: "the connection broke: \(error)"
        }
    }
}

extension ContinuousClock.Instant {
    fileprivate static func - (end: Self, start: Self) -> Duration { start.duration(to: end) }
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
