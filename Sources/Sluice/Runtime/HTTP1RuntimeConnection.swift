// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import NIOHTTP1
package import SluiceWire

/// The last handler of a connection to the Runtime API: sends requests, puts replies together. It decides nothing
/// about either. Confined to its loop.
package final class HTTP1RuntimeConnection: ChannelInboundHandler, RuntimeConnection {
    package typealias InboundIn = HTTPClientResponsePart
    package typealias OutboundOut = HTTPClientRequestPart

    private enum Reply {
        case none
        case arriving(HTTPResponseHead, ByteBuffer)
    }

    private var context: ChannelHandlerContext?
    /// What goes from there is on its way already framed.
    private var encoder: ChannelHandlerContext?
    /// Small chunks of the request under way, until they are flushed.
    private var gathered = GatheredChunks()
    private var isChunked = false
    private var reply = Reply.none
    private var failureReason = "the connection was closed"
    private var isFlushScheduled = false
    /// Something was written and not flushed yet.
    private var isGathering = false
    private var notesFlush = false
    /// When what was written before `noteNextFlush()` and behind it was handed to the socket.
    package private(set) var notedFlush: NIODeadline?
    private let time: LoopTime
    package weak var delegate: (any RuntimeConnectionDelegate)?

    init(time: LoopTime) {
        self.time = time
    }

    package var isOpen: Bool { self.context != nil }

    package var isWritable: Bool { self.context?.channel.isWritable ?? true }

    // MARK: Sending

    package func sendHead(_ request: RuntimeAPIRequest) {
        let head = HTTPRequestHead(
            version: .http1_1,
            method: request.method == .get ? .GET : .POST,
            uri: request.path,
            headers: HTTPHeaders(request.fields)
        )
        self.isGathering = true
        self.isChunked = request.isChunked
        self.context?.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    }

    package func sendBody(_ bytes: ByteBuffer) {
        self.isGathering = true
        guard !self.isChunked || !GatheredChunks.takes(bytes) else {
            self.gathered.append(bytes)
            if self.gathered.isFull { self.writeGathered() }
            return
        }
        self.writeGathered()
        self.context?.write(Self.wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
    }

    /// Before anything else that is written, and before a flush.
    private func writeGathered() {
        guard !self.gathered.isEmpty else { return }
        self.encoder?.write(NIOAny(IOData.byteBuffer(self.gathered.take())), promise: nil)
    }

    package func sendEnd(trailers: HTTPHeaders?) {
        self.writeGathered()
        self.context?.write(Self.wrapOutboundOut(.end(trailers)), promise: nil)
        self.flush()
    }

    package func flush() {
        self.isGathering = false
        self.writeGathered()
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
        self.encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPRequestEncoder.self)
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
        self.encoder = nil
        return delegate
    }
}
