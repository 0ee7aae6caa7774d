// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import NIOCore
import Testing

/// Frames built by hand and read back by botocore; the CRCs are zlib's.
@Suite struct EventStreamGoldenTests {
    private static let messageType = "0d3a6d6573736167652d747970650700056576656e74"
    private static let chunk =
        "0000006f0000005af5fe871f" + Self.messageType + "0b3a6576656e742d7479706507000c5061796c6f61644368756e6b"
        + "0d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f637465742d73747265616d"
        + "68656c6c6f4fe061f2"
    private static let completeHeaders =
        Self.messageType + "0b3a6576656e742d7479706507000e496e766f6b65436f6d706c657465"
        + "0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e"
    private static let complete = "00000066000000541f56c869" + Self.completeHeaders + "7b7dface259a"
    private static let completeWithLog =
        "000000740000005405760c8b" + Self.completeHeaders + "7b224c6f67526573756c74223a22227defc24f4f"
    private static let completeWithError =
        "00000093000000549f821744" + Self.completeHeaders
        + "7b224572726f72436f6465223a22556e68616e646c6564222c224572726f7244657461696c73223a22626f6f6d227dff764064"

    private static let frames: [(hexadecimal: String, headers: [EventStreamHeader], payload: String)] = [
        (Self.chunk, EventStreamSamples.chunkHeaders, "hello"),
        (Self.complete, EventStreamSamples.completeHeaders, "{}"),
        (Self.completeWithLog, EventStreamSamples.completeHeaders, #"{"LogResult":""}"#),
        (
            Self.completeWithError, EventStreamSamples.completeHeaders,
            #"{"ErrorCode":"Unhandled","ErrorDetails":"boom"}"#
        ),
    ]

    @Test(arguments: 0..<4) func writesTheFramesOfAnInvocationToTheByte(index: Int) throws {
        let golden = Self.frames[index]
        let message = EventStreamMessage(headers: golden.headers, payload: ByteBuffer(string: golden.payload))
        #expect(try Self.hexadecimal(EventStreamSamples.encoded([message])) == golden.hexadecimal)

        var fast = ByteBuffer()
        let block = try EventStreamHeaderBlock(golden.headers)
        try EventStreamEncoder().encode(headers: block, payload: message.payload, into: &fast)
        #expect(Self.hexadecimal(fast) == golden.hexadecimal)
    }

    @Test(arguments: 0..<4) func readsTheFramesOfAnInvocation(index: Int) throws {
        let golden = Self.frames[index]
        let messages = try EventStreamSamples.decode([Self.bytes(golden.hexadecimal)])
        #expect(messages == [EventStreamMessage(headers: golden.headers, payload: ByteBuffer(string: golden.payload))])
        #expect(messages.first?[":message-type"]?.stringValue == "event")
        #expect(messages.first?["absent"] == nil)
    }

    @Test func writesEachTypeToTheByte() throws {
        let expected: [String] = [
            "017400", "016601", "046279746502fe", "0573686f727403fed4", "03696e7404fffeee90",
            "046c6f6e6705fffffffed5fa0e00", "0562797465730600" + "0300ff01",
            "067374" + "72c3b66d07000c6772c3bcc39f6520f09f8c8a",
            "0474696d6508000001a1ee565e7b", "047575696409" + "00112233445566778899aabbccddeeff",
        ]
        for (header, hexadecimal) in zip(EventStreamSamples.everyType, expected) {
            let frame = try EventStreamSamples.encoded([EventStreamMessage(headers: [header])])
            let block = try #require(frame.getSlice(at: 12, length: frame.readableBytes - 16))
            #expect(Self.hexadecimal(block) == hexadecimal, "\(header)")
        }
        #expect(EventStreamSamples.everyType.count == expected.count)
    }

    private static func hexadecimal(_ buffer: ByteBuffer) -> String {
        buffer.readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ hexadecimal: String) -> ByteBuffer {
        var rest = hexadecimal[...]
        var buffer = ByteBuffer()
        while !rest.isEmpty {
            buffer.writeInteger(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return buffer
    }
}
