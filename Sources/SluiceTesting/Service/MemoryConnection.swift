// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import Sluice
internal import SluiceHTTP1
internal import SluiceHTTPServer
internal import SluiceWire

/// Both ends of a connection between a runtime and its service, without a socket between them: what one end sends the
/// other gets in a later turn of the loop, and what the service does not read holds the runtime up as a full socket
/// does. Confined to its loop.
final class MemoryConnection: RuntimeConnection, ServerConnection {
    private enum Part {
        case head(RuntimeAPIRequest)
        case body(ByteBuffer)
        case end(HTTPHeaders?)
    }

    /// The request under way.
    private struct Current {
        var receiver: any RequestReceiver
        let exchange: ServerExchange
        var requestEnded = false
        var responseEnded = false
    }

    private let time: LoopTime
    private let router: any RequestRouter
    weak var delegate: (any RuntimeConnectionDelegate)?

    private(set) var isOpen = true
    private(set) var isWritable = true
    private(set) var notedFlush: NIODeadline?
    private var notesFlush = false
    private var unflushed: [Part] = []
    private var onTheWay = CircularBuffer<Part>()
    private var bytes = 0
    private var isFlushScheduled = false

    private var current: Current?
    private var readsPaused = false
    private var reply: (status: Int, fields: HTTPFields, body: ByteBuffer)?

    init(_ time: LoopTime, _ router: any RequestRouter) {
        self.time = time
        self.router = router
    }

    // MARK: The runtime's end

    func sendHead(_ request: RuntimeAPIRequest) { self.unflushed.append(.head(request)) }

    func sendBody(_ bytes: ByteBuffer) {
        self.unflushed.append(.body(bytes))
        self.bytes += bytes.readableBytes
        if self.bytes > Limits.writeHighWatermarkBytes { self.isWritable = false }
    }

    func sendEnd(trailers: HTTPHeaders?) {
        self.unflushed.append(.end(trailers))
        self.flush()
    }

    func flush() {
        if self.notesFlush {
            self.notesFlush = false
            self.notedFlush = self.time.now
        }
        self.onTheWay.append(contentsOf: self.unflushed)
        self.unflushed = []
        self.inLaterTurn { $0.deliver() }
    }

    func flushSoon() {
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        self.inLaterTurn { connection in
            connection.isFlushScheduled = false
            connection.flush()
        }
    }

    func flushLeavingBytes() -> Bool {
        self.flush()
        return self.readsPaused && self.bytes > 0
    }

    func noteNextFlush() {
        self.notesFlush = true
        self.notedFlush = nil
    }

    func close() { self.end("the connection was closed") }

    /// The runtime hears of it in a later turn, as of a socket's end.
    private func end(_ reason: String) {
        guard self.isOpen else { return }
        self.isOpen = false
        let current = self.current
        self.current = nil
        current?.exchange.connectionLost()
        current?.receiver.connectionLost()
        let delegate = self.delegate
        self.delegate = nil
        self.inLaterTurn { _ in delegate?.connectionClosed(reason: reason) }
    }

    // MARK: On the way

    private func deliver() {
        while self.isOpen, !self.readsPaused, let part = self.onTheWay.popFirst() {
            switch part {
            case .head(let request): self.requestBegan(request)
            case .body(let bytes): self.current?.receiver.received(bytes)
            case .end(let trailers):
                self.current?.requestEnded = true
                self.current?.receiver.receivedEnd(trailers: HTTPFields(trailers ?? [:]))
                self.forgetIfOver()
            }
            if case .body(let bytes) = part { self.bytes -= bytes.readableBytes }
        }
        if !self.isWritable, self.bytes < Limits.writeLowWatermarkBytes {
            self.isWritable = true
            self.delegate?.becameWritable()
        }
    }

    private func requestBegan(_ request: RuntimeAPIRequest) {
        var fields = HTTPFields()
        for (name, value) in request.fields {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let exchange = ServerExchange(connection: self, answersHead: false)
        // The router may answer at once.
        self.current = Current(receiver: IgnoringReceiver(), exchange: exchange)
        let head = ServerRequest(method: request.method == .get ? .get : .post, target: request.path, fields: fields)
        let receiver = self.router.route(head, on: exchange)
        if self.current?.exchange === exchange { self.current?.receiver = receiver }
    }

    private func forgetIfOver() {
        guard let current = self.current, current.requestEnded, current.responseEnded else { return }
        self.current = nil
        self.resumeReading()
    }

    private func resumeReading() {
        guard self.readsPaused else { return }
        self.readsPaused = false
        self.inLaterTurn { $0.deliver() }
    }

    private func inLaterTurn(_ work: @escaping (MemoryConnection) -> Void) {
        self.time.loop.assumeIsolated().execute { work(self) }
    }

    // MARK: The service's end

    var eventLoop: any EventLoop { self.time.loop }
    var remoteAddress: SocketAddress? { nil }
    var localAddress: SocketAddress? { nil }

    func writeHead(status: HTTPResponse.Status, fields: HTTPFields) {
        self.reply = (status.code, fields, ByteBuffer())
    }

    func writeBody(_ bytes: ByteBuffer) { self.reply?.body.writeImmutableBuffer(bytes) }

    func writeEnd(trailers: HTTPFields) {
        guard let (status, fields, body) = self.reply else { return }
        self.reply = nil
        self.current?.responseEnded = true
        self.forgetIfOver()
        let reply = RuntimeReply(status: status, headers: HTTPHeaders(fields), body: body)
        self.inLaterTurn { $0.delegate?.replyArrived(reply) }
    }

    func abortResponse(hasBegun: Bool) {
        self.current = nil
        self.end("the service closed the connection")
    }

    func pauseReading(for exchange: ServerExchange) {
        if self.current?.exchange === exchange { self.readsPaused = true }
    }

    func resumeReading(for exchange: ServerExchange) {
        if self.current?.exchange === exchange { self.resumeReading() }
    }
}

/// For a request that was answered before its body came.
final class IgnoringReceiver: RequestReceiver {
    func received(_ bytes: ByteBuffer) {}
    func receivedEnd(trailers: HTTPFields) {}
    func connectionLost() {}
}
