// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import NIOCore

extension FuzzTarget {
    private struct Outcome: Equatable {
        var messages: [EventStreamMessage] = []
        var failure: EventStreamError.Code?
    }

    private static func decode(_ pieces: [ByteBuffer]) -> Outcome {
        var outcome = Outcome()
        // Small, so that lengths over them are met.
        var decoder = EventStreamDecoder(
            limits: EventStreamLimits(maximumHeaderBytes: 1_024, maximumPayloadBytes: 4_096)
        )
        do throws(EventStreamError) {
            for piece in pieces {
                decoder.append(piece)
                while let message = try decoder.next() { outcome.messages.append(message) }
            }
            try decoder.finish()
        } catch {
            outcome.failure = error.code
        }
        return outcome
    }

    /// However the bytes are cut, the same messages come, and the same error; and what was read can be written and read.
    static func tryEventStream(_ input: [UInt8]) throws(FuzzFinding) {
        let whole = Self.decode(FuzzPieces.whole.of(input))
        for pieces in FuzzPieces.allCases {
            let outcome = Self.decode(pieces.of(input))
            try require(outcome == whole, "\(pieces): \(outcome), whole: \(whole)")
        }
        var written = ByteBuffer()
        var messages: [EventStreamMessage] = []
        for message in whole.messages {
            // Longer values are read than are written.
            guard (try? EventStreamEncoder().encode(message, into: &written)) != nil else { continue }
            messages.append(message)
        }
        let again = Self.decode([written])
        try require(again == Outcome(messages: messages), "written and read: \(again), before: \(messages)")
    }

    /// The checksums keep a fuzzer out, so here they are made for it: the first two bytes are the length of the headers,
    /// then these, then the payload.
    static func tryEventStreamHeaders(_ input: [UInt8]) throws(FuzzFinding) {
        var input = FuzzInput(input)
        let wanted = Int(input.byte()) << 8 | Int(input.byte())
        let rest = input.bytes
        let headerBytes = min(wanted, rest.count)
        var frame = ByteBuffer()
        frame.writeInteger(UInt32(rest.count + 16))
        frame.writeInteger(UInt32(headerBytes))
        frame.writeInteger(Self.checksum(frame))
        frame.writeBytes(rest)
        frame.writeInteger(Self.checksum(frame))
        try Self.tryEventStream(Array(frame.readableBytesView))
    }

    /// CRC-32 once more, bit by bit: what the decoder has must be the standard's (ISO 3309).
    private static func checksum(_ bytes: ByteBuffer) -> UInt32 {
        var checksum: UInt32 = 0xFFFF_FFFF
        for byte in bytes.readableBytesView {
            checksum ^= UInt32(byte)
            for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
        }
        return ~checksum
    }
}
