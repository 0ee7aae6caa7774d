// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOHTTP1
internal import Sluice
internal import SluiceServiceWire
internal import SluiceWire

/// A runtime's connection whose chunks are noted as they leave: which way they take, a socket may join them or cut them
/// up. Confined to its loop.
final class RecordingConnection: RuntimeConnection, RuntimeConnectionDelegate {
    private let inner: any RuntimeConnection
    private let time: LoopTime
    private weak var service: TestService?
    weak var delegate: (any RuntimeConnectionDelegate)?

    /// The invocation that this connection was given last.
    private var requestID: String?
    private var sendsResponse = false
    private var asksForNext = false
    private var unflushedChunks: [Int] = []
    private var hasUnflushed = false
    private var isFlushScheduled = false

    init(_ inner: any RuntimeConnection, _ time: LoopTime, _ service: TestService) {
        self.inner = inner
        self.time = time
        self.service = service
        inner.delegate = self
    }

    var isOpen: Bool { self.inner.isOpen }
    var isWritable: Bool { self.inner.isWritable }
    var notedFlush: NIODeadline? { self.inner.notedFlush }

    func sendHead(_ request: RuntimeAPIRequest) {
        self.asksForNext = false
        switch RuntimeAPIRoute(path: request.path) {
        case .next:
            self.asksForNext = true
            self.sendsResponse = false
            self.service?.askedForNext(after: self.requestID)
            self.requestID = nil
        case .response:
            self.sendsResponse = true
        case .error, .initError, .ping, nil:
            self.sendsResponse = false
        }
        self.hasUnflushed = true
        self.inner.sendHead(request)
    }

    func sendBody(_ bytes: ByteBuffer) {
        if bytes.readableBytes > 0 { self.unflushedChunks.append(bytes.readableBytes) }
        self.hasUnflushed = true
        self.inner.sendBody(bytes)
    }

    func sendEnd(trailers: HTTPHeaders?) {
        self.noteChunks()
        if !self.asksForNext, let requestID = self.requestID { self.service?.answered(requestID, on: self) }
        self.inner.sendEnd(trailers: trailers)
    }

    func flush() {
        self.noteChunks()
        self.inner.flush()
    }

    func flushSoon() {
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        self.time.loop.assumeIsolated().execute {
            self.isFlushScheduled = false
            if self.hasUnflushed { self.flush() }
        }
    }

    func flushLeavingBytes() -> Bool {
        self.noteChunks()
        return self.inner.flushLeavingBytes()
    }

    private func noteChunks() {
        self.hasUnflushed = false
        let chunks = self.unflushedChunks
        self.unflushedChunks = []
        guard self.sendsResponse, let requestID = self.requestID else { return }
        self.service?.sent(chunks, by: requestID)
    }

    func noteNextFlush() { self.inner.noteNextFlush() }

    func close() {
        // Not when its end arrives: until then the runtime may have asked for its next invocation on another one.
        self.noteLoss()
        self.inner.close()
    }

    private func noteLoss() {
        guard let requestID = self.requestID else { return }
        self.requestID = nil
        self.service?.lostConnection(of: requestID)
    }

    // MARK: Events

    func replyArrived(_ reply: RuntimeReply) {
        self.service?.replied(on: self)
        if let requestID = reply.headers.first(name: RuntimeAPIHeader.requestID.rawName) {
            self.requestID = requestID
            self.service?.arrived(requestID)
        }
        self.delegate?.replyArrived(reply)
    }

    func becameWritable() { self.delegate?.becameWritable() }

    func connectionClosed(reason: String) {
        self.service?.replied(on: self)
        self.noteLoss()
        self.delegate?.connectionClosed(reason: reason)
    }
}

/// Connects a runtime with the service of a test.
struct TestConnector: RuntimeConnector {
    let service: NIOLoopBound<TestService>
    let manualTime: ManualTime?
    /// `nil` without sockets.
    let address: RuntimeAddress?

    var host: String { self.address?.text ?? "in-process:1" }

    func connect(_ time: LoopTime) async throws -> any RuntimeConnection {
        let service = self.service.value
        service.connectionBegan()
        defer { service.connectionEnded() }
        let connection: any RuntimeConnection =
            if let address = self.address {
                try await HTTP1RuntimeConnection.connect(to: address, time)
            } else {
                MemoryConnection(time, service)
            }
        return RecordingConnection(connection, time, service)
    }
}
