// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// The first twelve bytes of a message, believed only once their checksum and the limits have been checked.
struct MessagePrelude {
    let totalBytes: Int
    let headerBytes: Int
    /// The checksum of the prelude with its own checksum behind it, to go on from.
    let running: CRC32

    /// Reads nothing: the prelude stays at the front of `buffer`, which must have its twelve bytes, else `nil`.
    init?(at buffer: ByteBuffer, limits: EventStreamLimits) throws(EventStreamError) {
        guard
            let (total, headers, expected) = buffer.getMultipleIntegers(
                at: buffer.readerIndex,
                as: (UInt32, UInt32, UInt32).self
            )
        else { return nil }
        var checksum = CRC32()
        checksum.update(total)
        checksum.update(headers)
        guard checksum.checksum == expected else {
            throw EventStreamError(
                .invalidPreludeChecksum,
                "the checksum of a message's first 8 bytes is wrong: damaged, or not an event stream"
            )
        }
        checksum.update(expected)
        self.running = checksum

        let (totalBytes, headerBytes) = (Int64(total), Int64(headers))
        let payloadBytes = totalBytes - headerBytes - Int64(EventStreamLimits.overheadBytes)
        guard payloadBytes >= 0 else {
            throw EventStreamError(
                .invalidLength,
                "a message of \(totalBytes) bytes cannot have \(headerBytes) bytes of headers"
            )
        }
        guard headerBytes <= limits.maximumHeaderBytes else {
            throw .headersTooLong(Int(clamping: headerBytes), limit: limits)
        }
        guard payloadBytes <= limits.maximumPayloadBytes else {
            throw .payloadTooLong(Int(clamping: payloadBytes), limit: limits)
        }
        self.totalBytes = Int(clamping: totalBytes)
        self.headerBytes = Int(clamping: headerBytes)
    }
}
