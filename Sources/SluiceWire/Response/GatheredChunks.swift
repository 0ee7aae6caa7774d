// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// Small chunks that leave in the same turn of the loop, framed one behind the other in one buffer.
///
/// By NIO's encoder each chunk is three writes of their own, which cost more than copying a few thousand bytes. Every
/// chunk stays one: who reads them can tell them apart as before.
package struct GatheredChunks {
    private var bytes = ByteBuffer()

    package init() {}

    package var isEmpty: Bool { self.bytes.readableBytes == 0 }
    package var isFull: Bool { self.bytes.readableBytes >= Limits.gatheredChunksBytes }

    /// Larger ones are better off as they are.
    package static func takes(_ chunk: ByteBuffer) -> Bool {
        // An empty one would be the mark of the body's end.
        (1...Limits.gatheredChunkBytes).contains(chunk.readableBytes)
    }

    /// Size, bytes and line ends, as RFC 9112 (section 7.1) has them.
    package mutating func append(_ chunk: ByteBuffer) {
        // One chunk alone takes what it needs; behind the first, more can be expected.
        let room = self.isEmpty ? chunk.readableBytes + 12 : Limits.gatheredChunksBytes + Limits.gatheredChunkBytes + 12
        self.bytes.reserveCapacity(room)
        self.bytes.writeChunkSize(chunk.readableBytes)
        self.bytes.writeImmutableBuffer(chunk)
        self.bytes.writeStaticString("\r\n")
    }

    /// All of them; what comes next is gathered anew.
    package mutating func take() -> ByteBuffer {
        let bytes = self.bytes
        self.bytes = ByteBuffer()
        return bytes
    }
}
