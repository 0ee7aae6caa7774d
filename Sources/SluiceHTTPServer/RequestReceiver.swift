// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore

/// Chooses who receives a request, when its head has come. One router serves all connections of a listener.
///
/// Routers and receivers live on the event loop of their listener and are called there only.
package protocol RequestRouter: AnyObject {
    func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver
}

/// Receives the rest of one request, and learns what becomes of its connection.
package protocol RequestReceiver: AnyObject {
    func received(_ bytes: ByteBuffer)
    func receivedEnd(trailers: HTTPFields)
    /// The peer ended its sending side before its request was whole. An answer that is given now still reaches it;
    /// without one, the connection is lost.
    func requestTruncated()
    /// The connection ended before both sides were through: the peer left, or broke the protocol.
    /// It comes once, and nothing comes after it.
    func connectionLost()
    /// The response's way out is full, or has room again.
    func writabilityChanged(isWritable: Bool)
}

extension RequestReceiver {
    package func requestTruncated() {}
    package func writabilityChanged(isWritable: Bool) {}
}
