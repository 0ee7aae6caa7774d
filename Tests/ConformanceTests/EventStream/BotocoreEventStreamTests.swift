// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import Foundation
import NIOCore
import Testing

/// botocore, the library under boto3 and the AWS CLI, reads what we write; we read what Python writes from the
/// specification with `struct` and `zlib`, and what botocore has read before us.
@Suite struct BotocoreEventStreamTests {
    private static let headers: [EventStreamHeader] = [
        EventStreamHeader(name: ":event-type", value: "PayloadChunk"),
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
    /// The same headers as botocore shows them.
    private static let headersInPython = """
        {':event-type': 'PayloadChunk', 't': True, 'f': False, 'byte': -2, 'short': -300, 'int': -70000, \
        'long': -5000000000, 'bytes': b'\\x00\\xff\\x01', 'ström': 'grüße 🌊', 'time': 1795000000123, \
        'uuid': b'\\x00\\x11"3DUfw\\x88\\x99\\xaa\\xbb\\xcc\\xdd\\xee\\xff'}
        """

    @Test func botocoreReadsWhatWeWrite() throws {
        let encoder = EventStreamEncoder()
        var buffer = ByteBuffer()
        let payload = ByteBuffer(bytes: (0..<1_000).map { UInt8(truncatingIfNeeded: $0) })
        try encoder.encode(EventStreamMessage(headers: Self.headers, payload: payload), into: &buffer)
        try encoder.encode(EventStreamMessage(headers: []), into: &buffer)
        let large = ByteBuffer(repeating: 120, count: 300_000)
        try encoder.encode(headers: EventStreamHeaderBlock([]), payload: large, into: &buffer)

        let output = try Self.python(Self.botocoreReader, input: Data(buffer.readableBytesView))
        // zlib.crc32(bytes(i & 255 for i in range(1000))) and zlib.crc32(b'x' * 300000)
        let checksums = ("74e3fb41", "b3c82acd")
        #expect(
            output == """
                \(Self.headersInPython) 1000 \(checksums.0)
                {} 0 00000000
                {} 300000 \(checksums.1)

                """
        )
    }
    @Test(arguments: [1, 7, 64, 1_000_000]) func weReadWhatPythonAndBotocoreAgreeOn(pieceBytes: Int) throws {
        let hexadecimal = try Self.python(Self.independentWriter, input: Data())
        var bytes = ByteBuffer()
        var digits = hexadecimal[...]
        while let byte = UInt8(digits.prefix(2), radix: 16) {
            bytes.writeInteger(byte)
            digits = digits.dropFirst(2)
        }
        var decoder = EventStreamDecoder()
        var messages: [EventStreamMessage] = []
        while let piece = bytes.readSlice(length: min(pieceBytes, bytes.readableBytes)), piece.readableBytes > 0 {
            decoder.append(piece)
            while let message = try decoder.next() {
                messages.append(message)
            }
        }
        try decoder.finish()
        #expect(
            messages == [
                EventStreamMessage(headers: Self.headers, payload: ByteBuffer(bytes: (0...255).map { UInt8($0) })),
                EventStreamMessage(headers: []),
                EventStreamMessage(
                    headers: [EventStreamHeader(name: String(repeating: "n", count: 255), value: .bool(true))],
                    payload: ByteBuffer(repeating: 120, count: 70_000)
                ),
            ]
        )
        // And written again by us they are the same bytes.
        var again = ByteBuffer()
        for message in messages {
            try EventStreamEncoder().encode(message, into: &again)
        }
        bytes.moveReaderIndex(to: 0)
        #expect(again == bytes)
    }

    private static let botocoreReader = """
        import sys, zlib
        from botocore.eventstream import EventStreamBuffer
        data = sys.stdin.buffer.read()
        buffer = EventStreamBuffer()
        for start in range(0, len(data), 1009):
            buffer.add_data(data[start:start + 1009])
            for event in buffer:
                sys.stdout.buffer.write(
                    f'{event.headers} {len(event.payload)} {zlib.crc32(event.payload):08x}\\n'.encode())
        assert not buffer._data, buffer._data
        """

    /// Writes frames from the specification alone, has botocore read them, then prints them in hexadecimal.
    private static let independentWriter = """
        import struct, zlib
        from botocore.eventstream import EventStreamBuffer
        def header(name, kind, value=b''):
            name = name.encode()
            return bytes([len(name)]) + name + bytes([kind]) + value
        def sized(value):
            return struct.pack('>H', len(value)) + value
        def frame(headers, payload):
            headers = b''.join(headers)
            prelude = struct.pack('>II', len(headers) + len(payload) + 16, len(headers))
            prelude += struct.pack('>I', zlib.crc32(prelude))
            message = prelude + headers + payload
            return message + struct.pack('>I', zlib.crc32(message))
        every = [
            header(':event-type', 7, sized(b'PayloadChunk')), header('t', 0), header('f', 1),
            header('byte', 2, struct.pack('>b', -2)), header('short', 3, struct.pack('>h', -300)),
            header('int', 4, struct.pack('>i', -70000)), header('long', 5, struct.pack('>q', -5000000000)),
            header('bytes', 6, sized(bytes([0, 255, 1]))), header('str\\u00f6m', 7, sized('gr\\u00fc\\u00dfe \\U0001f30a'.encode())),
            header('time', 8, struct.pack('>q', 1795000000123)),
            header('uuid', 9, bytes.fromhex('00112233445566778899aabbccddeeff')),
        ]
        data = frame(every, bytes(range(256))) + frame([], b'') + frame([header('n' * 255, 0)], b'x' * 70000)
        buffer = EventStreamBuffer()
        buffer.add_data(data)
        assert len(list(buffer)) == 3
        print(data.hex())
        """

    private static func python(_ script: String, input: Data) throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
        try input.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "python3 failed; it needs the package botocore")
        return String(decoding: data, as: UTF8.self)
    }
}
