// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// The lines around a chunk (RFC 9112, section 7.1), as buffers of their own, for chunks that are too large to be copied.
/// Who writes large ones writes many of one size, and then nothing is allocated for them.
package struct ChunkLines {
    private var last: (size: Int, bytes: ByteBuffer) = (0, ByteBuffer())
    /// Behind a chunk's bytes.
    package let end = ByteBuffer(staticString: "\r\n")

    package init() {}

    /// Before a chunk's bytes.
    package mutating func size(_ size: Int) -> ByteBuffer {
        if self.last.size != size {
            var bytes = ByteBuffer()
            bytes.writeChunkSize(size)
            self.last = (size, bytes)
        }
        return self.last.bytes
    }
}

extension ByteBuffer {
    /// The line before a chunk's bytes.
    mutating func writeChunkSize(_ size: Int) {
        let digits = (Int.bitWidth - max(size, 1).leadingZeroBitCount + 3) / 4
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: digits + 2) { room in
            for index in 0..<digits {
                let digit = UInt8(truncatingIfNeeded: size >> (4 * (digits - 1 - index))) & 0xF
                room[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            room[digits] = UInt8(ascii: "\r")
            room[digits + 1] = UInt8(ascii: "\n")
            return digits + 2
        }
    }
}
