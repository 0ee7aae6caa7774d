// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CZlib
package import NIOCore

/// Compresses a body piece by piece, so that what has gone in can come out whole at the other end at once.
package final class GzipStream {
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Throws: when there is no memory for it.
    package init() throws(NoMemory) {
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        // The fastest level: a stream waits for nobody, and text shrinks to a third by it.
        guard sluice_gzip_begin(self.stream, 1) == Z_OK else {
            self.stream.deallocate()
            throw NoMemory()
        }
    }

    package struct NoMemory: Error {}

    deinit {
        deflateEnd(self.stream)
        self.stream.deallocate()
    }

    /// What has to be sent so that the reader has all of `bytes`.
    package func compress(_ bytes: ByteBuffer) -> ByteBuffer { self.run(bytes, Z_SYNC_FLUSH) }

    /// The last of it.
    package func finish() -> ByteBuffer { self.run(ByteBuffer(), Z_FINISH) }

    private func run(_ bytes: ByteBuffer, _ flush: Int32) -> ByteBuffer {
        var bytes = bytes
        var output = ByteBuffer()
        output.reserveCapacity(max(64, bytes.readableBytes / 2))
        bytes.readWithUnsafeMutableReadableBytes { input in
            self.stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
            self.stream.pointee.avail_in = UInt32(input.count)
            var isDone = false
            while !isDone {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: 1_024) { room in
                    self.stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
                    self.stream.pointee.avail_out = UInt32(min(room.count, Int(UInt32.max)))
                    let before = self.stream.pointee.avail_out
                    let result = deflate(self.stream, flush)
                    // Room that is left says that nothing more is due.
                    isDone = self.stream.pointee.avail_out > 0 || result == Z_STREAM_END || result == Z_BUF_ERROR
                    return Int(before - self.stream.pointee.avail_out)
                }
            }
            return input.count
        }
        return output
    }
}
