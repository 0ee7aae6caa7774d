// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import EventStreamCoding
internal import NIOCore
internal import PlainSockets

/// Encodes and decodes messages as `InvokeWithResponseStream` sends them, of 64 KiB if nothing else is said, and copies as
/// many bytes beside that. Prints GB of payload a second.

let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let messages = numbers.first ?? 20_000
let payload = ByteBuffer(repeating: UInt8(ascii: "x"), count: numbers.count > 1 ? max(1, numbers[1]) : 65_536)

func rate(_ bytes: Int, since before: Moment) -> Double {
    Double(bytes) / 1e9 / Moment.now().seconds(since: before)
}

func copy() -> Double {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(payload.readableBytes)
    var checked = 0
    let before = Moment.now()
    for _ in 0..<messages {
        buffer.clear()
        buffer.writeImmutableBuffer(payload)
        checked += buffer.readableBytes
    }
    return rate(checked, since: before)
}

func encode() throws -> Double {
    let encoder = EventStreamEncoder()
    let headers = try EventStreamHeaderBlock(eventHeaders)
    var buffer = ByteBuffer()
    var encoded = 0
    let before = Moment.now()
    for _ in 0..<messages {
        buffer.clear()
        try encoder.encode(headers: headers, payload: payload, into: &buffer)
        encoded += payload.readableBytes
    }
    return rate(encoded, since: before)
}

/// In pieces of 64 KiB, as they come from a socket: most messages lie across two of them.
func decode() throws -> Double {
    let perBatch = max(1, min(messages, 3_276_800 / payload.readableBytes))
    var stream = ByteBuffer()
    for _ in 0..<perBatch {
        try EventStreamEncoder().encode(EventStreamMessage(headers: eventHeaders, payload: payload), into: &stream)
    }
    var decoded = 0
    let before = Moment.now()
    for _ in 0..<(messages / perBatch) {
        var decoder = EventStreamDecoder()
        var rest = stream
        while let piece = rest.readSlice(length: min(65_536, rest.readableBytes)), piece.readableBytes > 0 {
            decoder.append(piece)
            while let message = try decoder.next() { decoded += message.payload.readableBytes }
        }
        try decoder.finish()
    }
    return rate(decoded, since: before)
}

let eventHeaders = [
    EventStreamHeader(name: ":message-type", value: "event"),
    EventStreamHeader(name: ":event-type", value: "PayloadChunk"),
    EventStreamHeader(name: ":content-type", value: "application/octet-stream"),
]

print("copy \(copy())")
print("encode \(try encode())")
print("decode \(try decode())")
