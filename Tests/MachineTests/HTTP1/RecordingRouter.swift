// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceHTTPServer

/// Writes down every request, and answers as the test says.
final class RecordingRouter: RequestRouter {
    private(set) var requests: [RecordedRequest] = []
    /// Called with each request when its head has come.
    var onHead: (RecordedRequest) -> Void = { _ in }
    /// Called with each request when it has come whole.
    var onEnd: (RecordedRequest) -> Void = { _ in }
    /// Called with each request whose peer stopped sending before it was whole.
    var onTruncation: (RecordedRequest) -> Void = { _ in }

    func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        let recorded = RecordedRequest(
            request,
            exchange,
            onEnd: { [weak self] in self?.onEnd($0) },
            onTruncation: { [weak self] in self?.onTruncation($0) }
        )
        self.requests.append(recorded)
        self.onHead(recorded)
        return recorded
    }
}

final class RecordedRequest: RequestReceiver {
    let head: ServerRequest
    let exchange: ServerExchange
    private let onEnd: (RecordedRequest) -> Void
    private let onTruncation: (RecordedRequest) -> Void
    private(set) var body = ""
    private(set) var ends = 0
    private(set) var trailers: HTTPFields = [:]
    private(set) var losses = 0
    private(set) var writability: [Bool] = []

    init(
        _ head: ServerRequest,
        _ exchange: ServerExchange,
        onEnd: @escaping (RecordedRequest) -> Void,
        onTruncation: @escaping (RecordedRequest) -> Void
    ) {
        self.head = head
        self.exchange = exchange
        self.onEnd = onEnd
        self.onTruncation = onTruncation
    }

    func received(_ bytes: ByteBuffer) { self.body += String(buffer: bytes) }

    func receivedEnd(trailers: HTTPFields) {
        self.ends += 1
        self.trailers = trailers
        self.onEnd(self)
    }

    func requestTruncated() { self.onTruncation(self) }
    func connectionLost() { self.losses += 1 }
    func writabilityChanged(isWritable: Bool) { self.writability.append(isWritable) }

    func respond(_ text: String, status: HTTPResponse.Status = .ok) {
        self.exchange.respond(status: status, fields: [:], body: ByteBuffer(string: text))
    }

    func write(_ text: String) { self.exchange.write(ByteBuffer(string: text)) }
}
