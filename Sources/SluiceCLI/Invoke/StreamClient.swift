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
    private let certificates: CertificateAuthorities
    private let connectLimit: TimeAmount?

    /// - Parameter connectLimit: `Limits.invokeConnectMilliseconds` by default.
    init(
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        certificates: CertificateAuthorities = .system,
        connectLimit: TimeAmount? = nil
    ) {
        self.group = group
        self.certificates = certificates
        self.connectLimit = connectLimit
    }

    /// Returns when the last event has been taken. `onEvent` is awaited for each, so a slow one slows the sender.
    ///
    /// - Throws: `CannotConnect`, or what `onEvent` throws, which ends the connection. All that goes wrong on a
    ///   connection that was made is an event, `.end(.broken)`.
    func run(_ request: StreamRequest, onEvent: (StreamEvent) async throws -> Void) async throws {
        var connection = ClientConnection(group: self.group, certificates: request.isSecure ? self.certificates : nil)
        if let connectLimit = self.connectLimit { connection.timeLimit = connectLimit }
        let (channel, times) = try await connection.open(request)
        var callerError: (any Error)?
        do {
            try await channel.executeThenClose { inbound, outbound in
                do {
                    try await onEvent(.connected(times))
                } catch {
                    callerError = error
                    return
                }
                let start = ContinuousClock.now
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

    private static func parts(of request: StreamRequest) -> [HTTPClientRequestPart] {
        var fields = HTTPHeaders(request.fields)
        if !fields.contains(name: "host") {
            fields.add(name: "Host", value: request.authority)
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
                let time = start.duration(to: timed?.arrival ?? .now)
                switch timed?.part {
                case .head(let head):
                    events = reply.head(status: Int(head.status.code), fields: HTTPFields(head.headers), at: time)
                case .body(let bytes):
                    events = reply.body(bytes, at: time)
                case .end:
                    events = reply.end(at: time)
                    isLast = true
                case nil:
                    events = reply.broken(.closed, at: time)
                    isLast = true
                }
            } catch {
                events = reply.broken(ConnectionFailure.end(error), at: start.duration(to: .now))
                isLast = true
            }
            for event in events {
                try await onEvent(event)
                if case .end = event { return }
            }
            if isLast { return }
        }
    }
}
