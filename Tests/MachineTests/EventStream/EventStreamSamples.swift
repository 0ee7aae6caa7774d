// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import NIOCore
import SluiceServiceWire

/// Messages and bytes that the tests of the event stream share.
enum EventStreamSamples {
    static let chunkHeaders = Self.headers("PayloadChunk", "application/octet-stream")
    static let completeHeaders = Self.headers("InvokeComplete", "application/json")

    private static func headers(_ event: String, _ contentType: String) -> [EventStreamHeader] {
        [
            EventStreamHeader(name: ":message-type", value: "event"),
            EventStreamHeader(name: ":event-type", value: .string(event)),
            EventStreamHeader(name: ":content-type", value: .string(contentType)),
        ]
    }

    static let everyType: [EventStreamHeader] = [
        EventStreamHeader(name: "t", value: .bool(true)),
        EventStreamHeader(name: "f", value: .bool(false)),
        EventStreamHeader(name: "byte", value: .int8(-2)),
        EventStreamHeader(name: "short", value: .int16(-300)),
        EventStreamHeader(name: "int", value: .int32(-70_000)),
        EventStreamHeader(name: "long", value: .int64(-5_000_000_000)),
        EventStreamHeader(name: "bytes", value: .bytes(ByteBuffer(bytes: [0, 255, 1]))),
        EventStreamHeader(name: "ström", value: "grüße 🌊"),
        EventStreamHeader(name: "time", value: .timestamp(millisecondsSinceEpoch: 1_795_000_000_123)),
        EventStreamHeader(name: "uuid", value: .uuid(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff)),
    ]

    static func encoded(_ messages: [EventStreamMessage]) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        for message in messages {
            try EventStreamEncoder().encode(message, into: &buffer)
        }
        return buffer
    }

    /// Feeds the pieces, takes messages after each, and finishes.
    static func decode(
        _ pieces: some Sequence<ByteBuffer>,
        limits: EventStreamLimits = EventStreamLimits()
    ) throws(EventStreamError) -> [EventStreamMessage] {
        var decoder = EventStreamDecoder(limits: limits)
        var messages: [EventStreamMessage] = []
        for piece in pieces {
            decoder.append(piece)
            while let message = try decoder.next() {
                messages.append(message)
            }
        }
        try decoder.finish()
        return messages
    }

    /// The code of the error that decoding `bytes` ends with, or `nil` if they are good.
    static func failure(of bytes: ByteBuffer, limits: EventStreamLimits = EventStreamLimits()) -> EventStreamError.Code?
    {
        do throws(EventStreamError) {
            _ = try self.decode([bytes], limits: limits)
            return nil
        } catch {
            return error.code
        }
    }

    /// A frame with right checksums around whatever lengths, headers and payload it is given.
    static func frame(headers: [UInt8], payload: [UInt8] = [], total: UInt32? = nil, headerBytes: UInt32? = nil)
        -> ByteBuffer
    {
        var buffer = ByteBuffer()
        buffer.writeInteger(total ?? UInt32(headers.count + payload.count + 16))
        buffer.writeInteger(headerBytes ?? UInt32(headers.count))
        buffer.writeInteger(Self.slowCRC(buffer))
        buffer.writeBytes(headers)
        buffer.writeBytes(payload)
        buffer.writeInteger(Self.slowCRC(buffer))
        return buffer
    }

    /// CRC-32 a bit at a time, from its definition.
    static func slowCRC(_ buffer: ByteBuffer) -> UInt32 {
        var state: UInt32 = 0xFFFF_FFFF
        for byte in buffer.readableBytesView {
            state ^= UInt32(byte)
            for _ in 0..<8 {
                state = state & 1 == 1 ? (state >> 1) ^ 0xEDB8_8320 : state >> 1
            }
        }
        return ~state
    }
}

/// A seeded generator (SplitMix64), so that a failure can be repeated from its seed.
struct EventStreamRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
