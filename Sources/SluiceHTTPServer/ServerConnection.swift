// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore

/// What an exchange writes to: HTTP/1.1 on a socket, or a test's memory. It frames and sends, and decides nothing.
/// Confined to its loop.
package protocol ServerConnection: AnyObject {
    var eventLoop: any EventLoop { get }
    var remoteAddress: SocketAddress? { get }
    var localAddress: SocketAddress? { get }
    var isWritable: Bool { get }

    func writeHead(status: HTTPResponse.Status, fields: HTTPFields)
    func writeBody(_ bytes: ByteBuffer)
    func writeEnd(trailers: HTTPFields)
    /// Ends the connection, so that a response that has begun is not taken for a whole one.
    func abortResponse(hasBegun: Bool)
    /// The same in the middle of a response, behind the size of a chunk that does not come.
    func tearResponse()

    /// Ignored from an exchange that is through.
    func pauseReading(for exchange: ServerExchange)
    func resumeReading(for exchange: ServerExchange)
}

extension ServerConnection {
    /// For those that have no chunks.
    package func tearResponse() { self.abortResponse(hasBegun: true) }
}
