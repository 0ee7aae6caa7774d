// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore

/// One request and its response, as the side that answers sees it.
///
/// It lives on its connection's event loop. After the response's end, or after the connection is lost, every call is
/// ignored: who answers need not know that the peer left.
package final class ServerExchange {
    private let connection: any ServerConnection
    private let answersHead: Bool
    private var state: State = .awaitingHead

    private enum State { case awaitingHead, streaming, over }

    package init(connection: any ServerConnection, answersHead: Bool) {
        self.connection = connection
        self.answersHead = answersHead
    }

    package var eventLoop: any EventLoop { self.connection.eventLoop }
    package var remoteAddress: SocketAddress? { self.connection.remoteAddress }
    package var localAddress: SocketAddress? { self.connection.localAddress }
    package var isWritable: Bool { self.connection.isWritable }
    /// Whether the response has begun.
    package var hasBegun: Bool { self.state != .awaitingHead }
    package var isOver: Bool { self.state == .over }

    /// A whole response with its length.
    package func respond(status: HTTPResponse.Status, fields: HTTPFields, body: ByteBuffer = ByteBuffer()) {
        guard self.state == .awaitingHead else { return }
        self.state = .over
        var fields = fields
        fields[.contentLength] = String(body.readableBytes)
        self.connection.writeHead(status: status, fields: fields)
        if body.readableBytes > 0 { self.connection.writeBody(body) }
        self.connection.writeEnd(trailers: [:])
    }

    /// Begins a response of unknown length; `write` and then `finish` or `abort` follow. The answer to a `HEAD` is
    /// whole with its head.
    package func begin(status: HTTPResponse.Status, fields: HTTPFields) {
        guard self.state == .awaitingHead else { return }
        self.state = self.answersHead ? .over : .streaming
        self.connection.writeHead(status: status, fields: fields)
        if self.answersHead { self.connection.writeEnd(trailers: [:]) }
    }

    /// What is written in one turn of the loop leaves together at its end.
    package func write(_ bytes: ByteBuffer) {
        guard self.state == .streaming, bytes.readableBytes > 0 else { return }
        self.connection.writeBody(bytes)
    }

    package func finish(trailers: HTTPFields = [:]) {
        guard self.state == .streaming else { return }
        self.state = .over
        self.connection.writeEnd(trailers: trailers)
    }

    /// Closes the connection once everything written has left, without the mark that ends a body,
    /// so that the peer can tell a broken response from a whole one.
    package func abort() {
        guard self.state != .over else { return }
        let hasBegun = self.hasBegun
        self.state = .over
        self.connection.abortResponse(hasBegun: hasBegun)
    }

    /// The same, in the middle of a chunk, where the response comes in chunks.
    package func tear() {
        guard self.state == .streaming else { return self.abort() }
        self.state = .over
        self.connection.tearResponse()
    }

    /// Stops reading from the connection, so that its peer has to wait.
    package func pauseReading() { self.connection.pauseReading(for: self) }
    package func resumeReading() { self.connection.resumeReading(for: self) }

    package func connectionLost() { self.state = .over }
}
