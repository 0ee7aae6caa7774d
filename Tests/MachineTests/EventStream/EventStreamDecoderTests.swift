// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import NIOCore
import Testing

@Suite struct EventStreamDecoderTests {
    private static let messages: [EventStreamMessage] = [
        EventStreamMessage(headers: EventStreamSamples.chunkHeaders, payload: ByteBuffer(string: "hello")),
        EventStreamMessage(headers: EventStreamSamples.everyType, payload: ByteBuffer(bytes: [0, 1, 2])),
        EventStreamMessage(headers: []),
        EventStreamMessage(headers: EventStreamSamples.completeHeaders, payload: ByteBuffer(string: "{}")),
    ]

    @Test func readsWholeMessages() throws {
        let pieces = try Self.messages.map { try EventStreamSamples.encoded([$0]) }
        #expect(try EventStreamSamples.decode(pieces) == Self.messages)
    }

    @Test func readsMessagesGluedTogether() throws {
        #expect(try EventStreamSamples.decode([EventStreamSamples.encoded(Self.messages)]) == Self.messages)
    }

    @Test func readsMessagesAByteAtATime() throws {
        let bytes = try EventStreamSamples.encoded(Self.messages)
        let pieces = bytes.readableBytesView.map { ByteBuffer(bytes: [$0]) }
        #expect(try EventStreamSamples.decode(pieces) == Self.messages)
    }

    @Test func readsMessagesCutInTwoAnywhere() throws {
        let bytes = try EventStreamSamples.encoded(Self.messages)
        for cut in 0...bytes.readableBytes {
            let first = try #require(bytes.getSlice(at: 0, length: cut))
            let second = try #require(bytes.getSlice(at: cut, length: bytes.readableBytes - cut))
            #expect(try EventStreamSamples.decode([first, second]) == Self.messages, "cut at \(cut)")
        }
    }

    @Test func readsPiecesThatWereAllGivenBeforeTheFirstWasRead() throws {
        var decoder = EventStreamDecoder()
        for byte in try EventStreamSamples.encoded(Self.messages).readableBytesView {
            decoder.append(ByteBuffer(bytes: [byte]))
        }
        for message in Self.messages {
            #expect(try decoder.next() == message)
        }
        #expect(try decoder.next() == nil)
        try decoder.finish()
    }

    @Test func noticesTheEndWithinAMessageAtEveryByte() throws {
        let bytes = try EventStreamSamples.encoded([Self.messages[1]])
        for length in 0..<bytes.readableBytes {
            let part = try #require(bytes.getSlice(at: bytes.readerIndex, length: length))
            #expect(EventStreamSamples.failure(of: part) == (length == 0 ? nil : .truncatedMessage), "\(length) bytes")
        }
    }

    @Test func noticesEveryFlippedBit() throws {
        let bytes = Array(try EventStreamSamples.encoded([Self.messages[1]]).readableBytesView)
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                let expected: EventStreamError.Code = index < 12 ? .invalidPreludeChecksum : .invalidMessageChecksum
                #expect(
                    EventStreamSamples.failure(of: ByteBuffer(bytes: damaged)) == expected,
                    "byte \(index), bit \(bit)"
                )
            }
        }
    }

    @Test func throwsTheSameErrorAgainWhateverComesAfterIt() throws {
        let good = try EventStreamSamples.encoded(Self.messages)
        var decoder = EventStreamDecoder()
        decoder.append(ByteBuffer(repeating: 7, count: 12))
        let first = #expect(throws: EventStreamError.self) { try decoder.next() }
        decoder.append(good)
        #expect(#expect(throws: EventStreamError.self) { try decoder.next() } == first)
        #expect(#expect(throws: EventStreamError.self) { try decoder.finish() } == first)
    }

    @Test func refusesAnnouncedLengthsOverTheLimitsBeforeTheyCome() throws {
        let limits = EventStreamLimits()
        let overHeaders = EventStreamSamples.frame(headers: [], total: 131_073 + 16, headerBytes: 131_073)
        #expect(EventStreamSamples.failure(of: overHeaders) == .headersTooLong)
        let overPayload = EventStreamSamples.frame(headers: [], total: 25_165_825 + 16)
        #expect(EventStreamSamples.failure(of: overPayload) == .payloadTooLong)
        // At the limits the message is waited for.
        let total = UInt32(limits.maximumHeaderBytes + limits.maximumPayloadBytes + 16)
        let atLimits = EventStreamSamples.frame(headers: [], total: total, headerBytes: 131_072)
        #expect(EventStreamSamples.failure(of: atLimits) == .truncatedMessage)
        let largest = EventStreamSamples.frame(headers: [], total: .max, headerBytes: .max)
        #expect(EventStreamSamples.failure(of: largest) == .invalidLength)
    }

    @Test func refusesLengthsThatContradictEachOther() {
        for (total, headers) in [(0, 0), (15, 0), (16, 1), (20, 5), (100, .max)] as [(UInt32, UInt32)] {
            let frame = EventStreamSamples.frame(headers: [], total: total, headerBytes: headers)
            #expect(EventStreamSamples.failure(of: frame) == .invalidLength, "\(total) and \(headers)")
        }
    }

    @Test func holdsToLimitsOfItsUser() throws {
        let bytes = try EventStreamSamples.encoded([
            EventStreamMessage(
                headers: [EventStreamHeader(name: "a", value: "b")],
                payload: ByteBuffer(string: "hello")
            )
        ])
        let exact = EventStreamLimits(maximumHeaderBytes: 6, maximumPayloadBytes: 5)
        #expect(EventStreamSamples.failure(of: bytes, limits: exact) == nil)
        let header = EventStreamLimits(maximumHeaderBytes: 5, maximumPayloadBytes: 5)
        #expect(EventStreamSamples.failure(of: bytes, limits: header) == .headersTooLong)
        let payload = EventStreamLimits(maximumHeaderBytes: 6, maximumPayloadBytes: 4)
        #expect(EventStreamSamples.failure(of: bytes, limits: payload) == .payloadTooLong)
    }

    @Test(
        arguments: [
            ([0, 0], .invalidHeaderName),
            ([1, 97, 10], .unknownHeaderType),
            ([1, 97, 255], .unknownHeaderType),
            ([1], .truncatedHeader),
            ([1, 97], .truncatedHeader),
            ([2, 97], .truncatedHeader),
            ([1, 97, 2], .truncatedHeader),
            ([1, 97, 3, 0], .truncatedHeader),
            ([1, 97, 4, 0, 0, 0], .truncatedHeader),
            ([1, 97, 5, 0, 0, 0, 0, 0, 0, 0], .truncatedHeader),
            ([1, 97, 6, 0], .truncatedHeader),
            ([1, 97, 6, 0, 1], .truncatedHeader),
            ([1, 97, 7, 255, 255, 97], .truncatedHeader),
            ([1, 97, 9] + [UInt8](repeating: 0, count: 15), .truncatedHeader),
            ([1, 255, 0], .invalidUTF8),
            ([1, 97, 7, 0, 2, 0xC0, 0x80], .invalidUTF8),
            ([1, 97, 7, 0, 3, 0xED, 0xA0, 0x80], .invalidUTF8),
            ([1, 97, 0, 1, 97, 1], .duplicateHeader),
        ] as [([UInt8], EventStreamError.Code)]
    )
    func refusesMalformedHeaders(block: [UInt8], code: EventStreamError.Code) {
        #expect(EventStreamSamples.failure(of: EventStreamSamples.frame(headers: block)) == code)
    }

    @Test func readsValuesOfUpTo65535Bytes() throws {
        let value = [UInt8](repeating: 97, count: 65_535)
        let frame = EventStreamSamples.frame(headers: [1, 97, 7, 255, 255] + value)
        let message = try #require(try EventStreamSamples.decode([frame]).first)
        #expect(message["a"]?.stringValue?.utf8.count == 65_535)
    }

    @Test func findsADuplicateAmongVeryManyHeaders() throws {
        var headers = (0..<5_000).map { EventStreamHeader(name: "h\($0)", value: .bool(true)) }
        let good = EventStreamMessage(headers: headers)
        #expect(try EventStreamSamples.decode([EventStreamSamples.encoded([good])]) == [good])
        headers.append(EventStreamHeader(name: "h3", value: .bool(true)))
        let error = #expect(throws: EventStreamError.self) { try EventStreamHeaderBlock(headers) }
        #expect(error?.code == .duplicateHeader)
    }

    @Test func namesThatOnlyLookTheSameAreTwoNames() throws {
        let composed = EventStreamHeader(name: "\u{e9}", value: .bool(true))
        let decomposed = EventStreamHeader(name: "e\u{301}", value: .bool(true))
        let message = EventStreamMessage(headers: [composed, decomposed])
        #expect(try EventStreamSamples.decode([EventStreamSamples.encoded([message])]) == [message])
    }

    /// The decoder remembers the last headers by their bytes.
    @Test func headersThatRepeatAndThoseThatDifferInOneByteAreRead() throws {
        let long = EventStreamHeader(name: "long", value: .string(String(repeating: "x", count: 2_000)))
        let sets: [[EventStreamHeader]] = [
            EventStreamSamples.chunkHeaders, EventStreamSamples.chunkHeaders, [], [],
            [EventStreamHeader(name: "a", value: "1")], [EventStreamHeader(name: "a", value: "2")],
            [EventStreamHeader(name: "b", value: "2")], [long], [long], EventStreamSamples.everyType,
            EventStreamSamples.everyType, EventStreamSamples.chunkHeaders,
        ]
        let messages = sets.map { EventStreamMessage(headers: $0, payload: ByteBuffer(string: "p")) }
        #expect(try EventStreamSamples.decode([EventStreamSamples.encoded(messages)]) == messages)
    }

    @Test func aMessageWithinOnePieceIsNotCopied() throws {
        let payload = ByteBuffer(repeating: 1, count: 100_000)
        let bytes = try EventStreamSamples.encoded([EventStreamMessage(headers: [], payload: payload)])
        let message = try #require(try EventStreamSamples.decode([bytes]).first)
        let inner = bytes.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        let read = message.payload.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(read == inner + 12)
    }
}
