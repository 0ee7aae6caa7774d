// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer

/// Receives the body of a POST to `/response` for its relay.
final class ResponseReceiver: RequestReceiver {
    private let relay: InvocationRelay

    init(relay: InvocationRelay) { self.relay = relay }

    func received(_ bytes: ByteBuffer) { self.relay.bodyArrived(bytes) }
    func receivedEnd(trailers: HTTPFields) { self.relay.responseEnded(trailers: trailers) }
    func requestTruncated() { self.relay.requestTruncated() }
    func connectionLost() { self.relay.connectionLost() }
}
