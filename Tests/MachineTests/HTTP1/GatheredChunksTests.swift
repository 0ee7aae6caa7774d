// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOEmbedded
import Testing

@testable import SluiceHTTPServer

@Suite struct GatheredChunksTests {
    private let router = RecordingRouter()
    private let server: EmbeddedServer

    init() { self.server = EmbeddedServer(router: self.router) }

    @Test(arguments: [1, 9, 10, 15, 16, 17, 255, 256, 4_095, 4_096, 8_191, 8_192, 8_193, 65_536])
    func aChunkOfAnySizeIsFramedAsItIs(size: Int) throws {
        let connection = try self.begin()
        let bytes = String(repeating: "x", count: size)
        try #require(self.router.requests.first).write(bytes)
        #expect(try connection.received() == String(size, radix: 16) + "\r\n" + bytes + "\r\n")
    }

    @Test func chunksOfOneTurnStayApartAndInOrderWhateverTheirSizes() throws {
        let connection = try self.begin()
        let request = try #require(self.router.requests.first)
        var expected = ""
        for (index, size) in [3, 8_192, 20_000, 1, 8_193, 4_096, 60_000, 2].enumerated() {
            let bytes = String(repeating: String(index), count: size)
            request.write(bytes)
            expected += String(size, radix: 16) + "\r\n" + bytes + "\r\n"
        }
        request.exchange.finish()
        #expect(try connection.received() == expected + "0\r\n\r\n")
    }

    @Test func leaveTogetherAtTheEndOfTheTurn() throws {
        let connection = try self.begin()
        let request = try #require(self.router.requests.first)
        for _ in 0..<4 { request.write("ab") }
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self) == nil)
        self.server.loop.run()
        let first = try connection.channel.readOutbound(as: ByteBuffer.self)
        #expect(first.map(String.init(buffer:)) == String(repeating: "2\r\nab\r\n", count: 4))
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func thatAreManyDoNotWaitForTheEndOfTheTurn() throws {
        let connection = try self.begin()
        let request = try #require(self.router.requests.first)
        let bytes = String(repeating: "x", count: 8_000)
        for _ in 0..<9 { request.write(bytes) }
        connection.channel.flush()
        let first = try #require(try connection.channel.readOutbound(as: ByteBuffer.self))
        #expect(first.readableBytes > 65_536 && first.readableBytes < 65_536 + 8_192)
    }

    @Test(arguments: [false, true])
    func leaveBeforeAResponseThatIsBrokenOff(inTheMiddleOfAChunk: Bool) throws {
        let connection = try self.begin()
        let request = try #require(self.router.requests.first)
        request.write("ab")
        if inTheMiddleOfAChunk { request.exchange.tear() } else { request.exchange.abort() }
        #expect(try connection.received() == "2\r\nab\r\n" + (inTheMiddleOfAChunk ? "1000\r\n" : ""))
        #expect(!connection.isOpen)
    }

    /// A body with a length has no chunks.
    @Test func areNoneWhereALengthIsGiven() throws {
        let connection = try self.server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        let request = try #require(self.router.requests.first)
        request.exchange.begin(status: .ok, fields: [.contentLength: "4"])
        request.write("ab")
        request.write("cd")
        request.exchange.finish()
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")
    }

    private func begin() throws -> EmbeddedConnection {
        let connection = try self.server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        try #require(self.router.requests.first).exchange.begin(status: .ok, fields: [:])
        _ = try connection.received()
        return connection
    }
}
