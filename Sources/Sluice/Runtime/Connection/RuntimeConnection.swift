// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import NIOHTTP1
package import SluiceWire

/// A connection to the Runtime API, which carries one request after the other: a socket, or a test's memory. It decides
/// nothing about what it carries. Confined to its loop.
package protocol RuntimeConnection: AnyObject {
    var isOpen: Bool { get }
    var isWritable: Bool { get }
    var delegate: (any RuntimeConnectionDelegate)? { get set }

    func sendHead(_ request: RuntimeAPIRequest)
    func sendBody(_ bytes: ByteBuffer)
    func sendEnd(trailers: HTTPHeaders?)

    func flush()
    /// What was written leaves when the job that runs now on the loop has ended, together with what it still writes.
    func flushSoon()
    /// Flushes, and says whether not all that was written has been taken.
    func flushLeavingBytes() -> Bool

    /// For those who observe a response: the clock is read at the next flush, and at no other.
    func noteNextFlush()
    /// When what was written before `noteNextFlush()` and behind it was handed on.
    var notedFlush: NIODeadline? { get }

    func close()
}

extension RuntimeConnection {
    func sendEnd() { self.sendEnd(trailers: nil) }
}

/// What hears of the events of a connection. All calls come on the connection's loop.
package protocol RuntimeConnectionDelegate: AnyObject {
    func replyArrived(_ reply: RuntimeReply)
    func becameWritable()
    /// Once, and nothing comes after it.
    func connectionClosed(reason: String)
}

/// One reply of the Runtime API, complete.
package struct RuntimeReply: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: ByteBuffer

    package init(status: Int, headers: HTTPHeaders, body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
