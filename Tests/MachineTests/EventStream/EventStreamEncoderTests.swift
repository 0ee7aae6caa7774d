// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import NIOCore
import Testing

@Suite struct EventStreamEncoderTests {
    @Test func refusesNamesThatAreEmptyOrOver255Bytes() throws {
        #expect(Self.failure([EventStreamHeader(name: "", value: .bool(true))]) == .invalidHeaderName)
        let long = String(repeating: "é", count: 128)
        #expect(Self.failure([EventStreamHeader(name: long, value: .bool(true))]) == .invalidHeaderName)
        #expect(Self.failure([EventStreamHeader(name: long.dropLast() + "x", value: .bool(true))]) == nil)
    }

    @Test func refusesValuesOver32767Bytes() {
        let fits = ByteBuffer(repeating: 97, count: 32_767)
        let over = ByteBuffer(repeating: 97, count: 32_768)
        #expect(Self.failure([EventStreamHeader(name: "a", value: .bytes(fits))]) == nil)
        #expect(Self.failure([EventStreamHeader(name: "a", value: .bytes(over))]) == .headerValueTooLong)
        #expect(Self.failure([EventStreamHeader(name: "a", value: .string(String(buffer: fits)))]) == nil)
        #expect(
            Self.failure([EventStreamHeader(name: "a", value: .string(String(buffer: over)))]) == .headerValueTooLong
        )
    }

    @Test func refusesASecondHeaderOfTheSameName() {
        let header = EventStreamHeader(name: ":event-type", value: "a")
        let other = EventStreamHeader(name: ":Event-Type", value: "a")
        #expect(Self.failure([header, other]) == nil)
        #expect(Self.failure([header, other, header]) == .duplicateHeader)
    }

    @Test func refusesHeadersOver128KiBTogether() {
        // Four of these make 131,072 bytes: each is a name of one byte, its length, the type and a length of two.
        var headers = ["a", "b", "c", "d"].map {
            EventStreamHeader(name: $0, value: .bytes(ByteBuffer(repeating: 0, count: 32_763)))
        }
        #expect(Self.failure(headers) == nil)
        headers[0].value = .bytes(ByteBuffer(repeating: 0, count: 32_764))
        #expect(Self.failure(headers) == .headersTooLong)
    }

    @Test func refusesAPayloadOver24MiBAndLeavesTheBufferAsItWas() throws {
        var buffer = ByteBuffer(string: "before")
        let message = EventStreamMessage(headers: [], payload: ByteBuffer(repeating: 0, count: 25_165_825))
        let error = #expect(throws: EventStreamError.self) { try EventStreamEncoder().encode(message, into: &buffer) }
        #expect(error?.code == .payloadTooLong)
        #expect(error?.description == "payloadTooLong: the payload has 25165825 bytes; the limit is 25165824")
        #expect(String(buffer: buffer) == "before")
    }

    @Test func appendsBehindWhatTheBufferHas() throws {
        var buffer = ByteBuffer(string: "before")
        try EventStreamEncoder().encode(EventStreamMessage(headers: []), into: &buffer)
        #expect(buffer.readString(length: 6) == "before")
        #expect(try EventStreamSamples.decode([buffer]) == [EventStreamMessage(headers: [])])
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func whatIsWrittenIsReadBackHoweverItIsCut(seed: UInt64) throws {
        var random = EventStreamRandom(state: seed)
        let messages = (0..<20).map { _ in Self.randomMessage(using: &random) }
        var rest = try EventStreamSamples.encoded(messages)
        var pieces: [ByteBuffer] = []
        while rest.readableBytes > 0 {
            let largest = Bool.random(using: &random) ? 20 : 3_000
            let length = min(rest.readableBytes, Int.random(in: 0...largest, using: &random))
            pieces.append(rest.readSlice(length: length) ?? ByteBuffer())
        }
        #expect(try EventStreamSamples.decode(pieces) == messages, "seed \(seed)")
    }

    private static func failure(_ headers: [EventStreamHeader]) -> EventStreamError.Code? {
        var buffer = ByteBuffer()
        do throws(EventStreamError) {
            try EventStreamEncoder().encode(EventStreamMessage(headers: headers), into: &buffer)
            return nil
        } catch {
            #expect(buffer.readableBytes == 0)
            return error.code
        }
    }

    private static func randomMessage(using random: inout EventStreamRandom) -> EventStreamMessage {
        let headers = (0..<Int.random(in: 0...6, using: &random)).map { index in
            let name = "h\(index)" + String(repeating: "ø", count: Int.random(in: 0...20, using: &random))
            return EventStreamHeader(name: name, value: Self.randomValue(using: &random))
        }
        return EventStreamMessage(headers: headers, payload: Self.randomBytes(upTo: 2_000, using: &random))
    }

    private static func randomValue(using random: inout EventStreamRandom) -> EventStreamHeaderValue {
        switch Int.random(in: 0...9, using: &random) {
        case 0: .bool(true)
        case 1: .bool(false)
        case 2: .int8(.random(in: .min ... .max, using: &random))
        case 3: .int16(.random(in: .min ... .max, using: &random))
        case 4: .int32(.random(in: .min ... .max, using: &random))
        case 5: .int64(.random(in: .min ... .max, using: &random))
        case 6: .bytes(Self.randomBytes(upTo: 300, using: &random))
        case 7: .string(String(repeating: "añ🌊", count: Int.random(in: 0...40, using: &random)))
        case 8: .timestamp(millisecondsSinceEpoch: .random(in: .min ... .max, using: &random))
        default: .uuid(.random(in: .min ... .max, using: &random))
        }
    }

    private static func randomBytes(upTo count: Int, using random: inout EventStreamRandom) -> ByteBuffer {
        let length = Int.random(in: 0...count, using: &random)
        return ByteBuffer(bytes: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
}
