// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI

/// Passes on the body of a response until its fault is due. Confined to its loop.
final class FaultyReceiver: RequestReceiver {
    private let inner: any RequestReceiver
    private let fault: ResponseFault
    private let exchange: ServerExchange
    private var bytesLeft: Int
    private var hasFailed = false

    init(_ inner: any RequestReceiver, _ fault: ResponseFault, _ exchange: ServerExchange) {
        self.inner = inner
        self.fault = fault
        self.exchange = exchange
        self.bytesLeft = fault.afterBytes
        if fault.afterBytes == 0 { self.fail() }
    }

    func received(_ bytes: ByteBuffer) {
        guard !self.hasFailed else { return }
        var bytes = bytes
        if let part = bytes.readSlice(length: min(self.bytesLeft, bytes.readableBytes)) {
            self.bytesLeft -= part.readableBytes
            self.inner.received(part)
        }
        if self.bytesLeft == 0 { self.fail() }
    }

    private func fail() {
        self.hasFailed = true
        switch self.fault.kind {
        case .connectionLost: self.exchange.abort()
        case .refused(let status): self.exchange.respond(status: HTTPResponse.Status(code: status), fields: [:])
        }
        self.inner.connectionLost()
    }

    func receivedEnd(trailers: HTTPFields) {
        if !self.hasFailed { self.inner.receivedEnd(trailers: trailers) }
    }

    func connectionLost() {
        if !self.hasFailed { self.inner.connectionLost() }
    }
}
