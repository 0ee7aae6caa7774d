// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestSupport
import Testing

@testable import SluiceWire

@Suite struct RequestFramingTests {
    /// Everything that leaves, piece by piece, in the order of leaving.
    private struct Wire {
        var framing = RequestFraming()
        private(set) var pieces: [ByteBuffer] = []

        mutating func body(_ bytes: ByteBuffer) {
            var sent: [ByteBuffer] = []
            self.framing.append(bytes) { sent.append($0) }
            self.pieces += sent
        }

        mutating func flush() {
            if !self.framing.isEmpty { self.pieces.append(self.framing.take()) }
        }

        var text: String { self.pieces.map { String(buffer: $0) }.joined() }
    }

    private static func streamed() throws -> RuntimeAPIRequest {
        let invocation = try NextInvocation(fields: [("Lambda-Runtime-Aws-Request-Id", "r-1")])
        return .streamedResponse(to: invocation, contentType: "a/b", host: "h:1")
    }

    private static func buffered(_ bytes: Int) throws -> RuntimeAPIRequest {
        let invocation = try NextInvocation(fields: [("Lambda-Runtime-Aws-Request-Id", "r-1")])
        return .bufferedResponse(to: invocation, contentType: "a/b", bodyBytes: bytes, host: "h:1")
    }

    @Test func aRequestWithoutBodyIsItsHead() {
        var wire = Wire()
        wire.framing.begin(.restoreNext(host: "h:1"))
        wire.framing.end()
        wire.flush()
        #expect(
            wire.text == "GET /2018-06-01/runtime/restore/next HTTP/1.1\r\nHost: h:1\r\nConnection: keep-alive\r\n\r\n"
        )
    }

    @Test func aSmallBodyLeavesInOnePieceWithItsHead() throws {
        var wire = Wire()
        wire.framing.begin(try Self.buffered(11))
        wire.body(ByteBuffer(string: "hello world"))
        wire.framing.end()
        wire.flush()
        #expect(wire.pieces.count == 1)
        #expect(
            wire.text == "POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\nContent-Type: a/b\r\n"
                + "Host: h:1\r\nConnection: keep-alive\r\nContent-Length: 11\r\n\r\nhello world"
        )
    }

    @Test func anEmptyChunkIsNoneSinceItWouldEndTheBody() throws {
        var wire = Wire()
        wire.framing.begin(try Self.streamed())
        let head = wire.framing.take()
        wire.body(ByteBuffer())
        wire.body(ByteBuffer(string: "ab"))
        wire.body(ByteBuffer())
        wire.framing.end()
        wire.flush()
        #expect(String(buffer: head).hasSuffix("Transfer-Encoding: chunked\r\n\r\n"))
        #expect(wire.text == "2\r\nab\r\n0\r\n\r\n")
    }

    @Test func trailersFollowTheLastChunkInTheirOrder() throws {
        var wire = Wire()
        wire.framing.begin(try Self.streamed())
        _ = wire.framing.take()
        wire.framing.end(trailers: [("A-Type", "x"), ("A-Body", "eyJ9")])
        wire.flush()
        #expect(wire.text == "0\r\nA-Type: x\r\nA-Body: eyJ9\r\n\r\n")
    }

    @Test func whatIsLargeIsNotCopied() throws {
        var wire = Wire()
        wire.framing.begin(try Self.streamed())
        let large = ByteBuffer(repeating: 0x78, count: Limits.gatheredChunkBytes + 1)
        wire.body(large)
        #expect(wire.pieces.count == 2)
        #expect(wire.pieces[0].readableBytesView.suffix(8).elementsEqual("\r\n2001\r\n".utf8))
        // The same memory, not merely the same bytes.
        let addresses = [large, wire.pieces[1]].map { $0.withUnsafeReadableBytes { $0.baseAddress } }
        #expect(addresses[0] == addresses[1])
        wire.framing.end()
        wire.flush()
        #expect(String(buffer: wire.pieces[2]) == "\r\n0\r\n\r\n")
    }

    @Test func manySmallChunksDoNotWaitForAFlush() throws {
        var wire = Wire()
        wire.framing.begin(try Self.streamed())
        for _ in 0..<17 { wire.body(ByteBuffer(repeating: 0x78, count: 4_096)) }
        #expect(wire.pieces.count == 1)
        #expect(wire.pieces[0].readableBytes >= Limits.gatheredChunksBytes)
        #expect(wire.pieces[0].readableBytes < Limits.gatheredChunksBytes + 8_192)
    }

    @Test func isByteForByteWhatTheEncoderOfSwiftNIOWrites() throws {
        var random = SeededGenerator()
        for _ in 0..<200 {
            let sizes = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                [0, 1, 15, 16, 255, 256, 8_191, 8_192, 8_193, 70_000].randomElement(using: &random)!
            }
            let isStreamed = Bool.random(using: &random)
            let request = try isStreamed ? Self.streamed() : Self.buffered(sizes.reduce(0, +))
            let trailers: HTTPHeaders = isStreamed && Bool.random(using: &random) ? ["T": "1", "U": "2"] : [:]
            var wire = Wire()
            wire.framing.begin(request)
            for size in sizes {
                wire.body(ByteBuffer(repeating: 0x78, count: size))
                if Bool.random(using: &random) { wire.flush() }
            }
            wire.framing.end(trailers: Array(trailers))
            wire.flush()
            #expect(wire.text == (try Self.encodedByNIO(request, sizes, trailers)), "\(sizes), \(random)")
        }
    }

    private static func encodedByNIO(_ request: RuntimeAPIRequest, _ sizes: [Int], _ trailers: HTTPHeaders) throws
        -> String
    {
        var configuration = HTTPRequestEncoder.Configuration()
        configuration.automaticallySetFramingHeaders = false
        let channel = EmbeddedChannel(handler: HTTPRequestEncoder(configuration: configuration))
        let head = HTTPRequestHead(
            version: .http1_1,
            method: request.method == .get ? .GET : .POST,
            uri: request.path,
            headers: HTTPHeaders(request.fields)
        )
        try channel.writeOutbound(HTTPClientRequestPart.head(head))
        for size in sizes where size > 0 {
            let part = HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(repeating: 0x78, count: size)))
            try channel.writeOutbound(part)
        }
        try channel.writeOutbound(HTTPClientRequestPart.end(trailers.isEmpty ? nil : trailers))
        var text = ""
        while let piece = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: piece) }
        _ = try channel.finish()
        return text
    }
}
