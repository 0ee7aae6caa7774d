// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import NIOHTTP1
package import SluiceWire

/// The last handler of a connection to the Runtime API: sends requests, puts replies together. It decides nothing
/// about either. Confined to its loop.
package final class HTTP1RuntimeConnection: ChannelInboundHandler, RuntimeConnection {
    package typealias InboundIn = HTTPClientResponsePart

    private enum Reply {
        case none
        case arriving(HTTPResponseHead, ByteBuffer)
    }

    private var context: ChannelHandlerContext?
    /// What is written from there goes to the socket as it is.
    private var wire: ChannelHandlerContext?
    private let decoder: HTTPResponseDecoder
    private let decoding: ByteToMessageHandler<HTTPResponseDecoder>
    private var framing = RequestFraming()
    private var reply = Reply.none
    private var failureReason = "the connection was closed"
    private var isFlushScheduled = false
    /// Something was written and not flushed yet.
    private var isGathering = false
    private var notesFlush = false
    /// When what was written before `noteNextFlush()` and behind it was handed to the socket.
    package private(set) var notedFlush: NIODeadline?
    private let time: LoopTime
    /// Not weak, which would cost each of them a table on the side. It may hold this connection in turn: the next request
    /// has another one, and the connection's end lets go of it.
    package var delegate: (any RuntimeConnectionDelegate)?

    private init(time: LoopTime) {
        self.time = time
        self.decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)
        self.decoding = ByteToMessageHandler(self.decoder)
    }

    /// A connection on a channel that has no handlers yet.
    package static func add(to pipeline: ChannelPipeline.SynchronousOperations, time: LoopTime) throws
        -> HTTP1RuntimeConnection
    {
        let connection = HTTP1RuntimeConnection(time: time)
        try pipeline.addHandler(connection.decoding)
        try pipeline.addHandler(connection)
        return connection
    }

    /// All that the decoder looks at is the method.
    private static let get = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    private static let post = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")

    package var isOpen: Bool { self.context != nil }

    package var isWritable: Bool { self.context?.channel.isWritable ?? true }

    // MARK: Sending

    package func sendHead(_ request: RuntimeAPIRequest) {
        // Replies are told apart by what they answer.
        self.decoder.write(data: .head(request.method == .get ? Self.get : Self.post))
        self.isGathering = true
        self.framing.begin(request)
    }

    package func sendBody(_ bytes: ByteBuffer) {
        self.isGathering = true
        self.framing.append(bytes, send: self.write)
    }

    package func sendEnd(trailers: HTTPHeaders?) {
        self.framing.end(trailers: trailers.map(Array.init) ?? [])
        self.flush()
    }

    private func write(_ bytes: ByteBuffer) {
        self.wire?.write(NIOAny(IOData.byteBuffer(bytes)), promise: nil)
    }

    package func flush() {
        self.isGathering = false
        if !self.framing.isEmpty { self.write(self.framing.take()) }
        if self.notesFlush {
            self.notesFlush = false
            self.notedFlush = self.time.now
        }
        self.context?.flush()
    }

    /// Flushes, and says whether the socket has not taken all that was written.
    package func flushLeavingBytes() -> Bool {
        self.flush()
        let bytes = try? self.context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
        return (bytes ?? 0) > 0
    }

    /// For those who observe a response: the clock is read at the next flush, and at no other.
    package func noteNextFlush() {
        self.notesFlush = true
        self.notedFlush = nil
    }

    /// What was written leaves when the job that runs now on the loop has ended, together with what it still writes.
    package func flushSoon() {
        guard !self.isFlushScheduled, let context = self.context else { return }
        self.isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            if self.isGathering { self.flush() }
        }
    }

    package func close() {
        self.context?.close(promise: nil)
    }

    // MARK: Events of the channel

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.wire = try? context.pipeline.syncOperations.context(handler: self.decoding)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        self.ended()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (Self.unwrapInboundIn(data), self.reply) {
        case (.head(let head), _):
            self.reply = .arriving(head, ByteBuffer())
        case (.body(var part), .arriving(let head, var body)):
            guard body.readableBytes + part.readableBytes <= Limits.maximumNextReplyBytes else {
                self.failureReason = "a reply is larger than \(Limits.maximumNextReplyBytes) bytes"
                return context.close(promise: nil)
            }
            if body.readableBytes == 0 {
                self.reply = .arriving(head, part)
            } else {
                self.reply = .none
                body.writeBuffer(&part)
                self.reply = .arriving(head, body)
            }
        case (.end, .arriving(let head, let body)):
            self.reply = .none
            let reply = RuntimeReply(status: Int(head.status.code), headers: head.headers, body: body)
            if head.isKeepAlive {
                self.delegate?.replyArrived(reply)
            } else {
                // Forgotten before the delegate learns of the reply: it must not send on this connection again.
                let delegate = self.forget()
                context.close(promise: nil)
                delegate?.replyArrived(reply)
                delegate?.connectionClosed(reason: "the service closes the connection")
            }
        case (.body, .none), (.end, .none):
            break
        }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            self.delegate?.becameWritable()
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.failureReason = "\(error)"
        context.close(promise: nil)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.ended()
    }

    private func ended() {
        self.forget()?.connectionClosed(reason: self.failureReason)
    }

    /// From here on the connection is closed for its owner. Who listened hears nothing more of the channel.
    private func forget() -> (any RuntimeConnectionDelegate)? {
        let delegate = self.delegate
        self.delegate = nil
        self.context = nil
        self.wire = nil
        return delegate
    }
}
