// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Sluice
@testable import SluiceWire

/// When what a handler writes leaves for the socket: with the job that wrote it, and in one piece.
@Suite struct ConnectionFlushTests {
    private let channel = EmbeddedChannel()

    private func connection() throws -> HTTP1RuntimeConnection {
        let time = LoopTime(loop: self.channel.embeddedEventLoop, manual: nil)
        let connection = try HTTP1RuntimeConnection.add(to: self.channel.pipeline.syncOperations, time: time)
        let invocation = try NextInvocation(fields: [("Lambda-Runtime-Aws-Request-Id", "r")])
        connection.sendHead(.streamedResponse(to: invocation, contentType: "text/plain", host: "h"))
        return connection
    }

    /// What has left since it was asked last, each piece as it was handed to the socket.
    private func left() throws -> [String] {
        var pieces: [String] = []
        while let piece = try self.channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let bytes) = piece { pieces.append(String(buffer: bytes)) }
        }
        return pieces
    }

    @Test func nothingLeavesBeforeTheJobHasEndedAndThenAllOfItTogether() throws {
        let connection = try self.connection()
        for number in 1...3 {
            connection.sendBody(ByteBuffer(string: "chunk \(number)"))
            connection.flushSoon()
            #expect(try self.left().isEmpty, "\(number)")
        }
        self.channel.embeddedEventLoop.run()
        let pieces = try self.left()
        #expect(pieces.count == 1)
        #expect(pieces.first?.hasPrefix("POST /2018-06-01/runtime/invocation/r/response HTTP/1.1\r\n") == true)
        let chunks = (1...3).map { "7\r\nchunk \($0)\r\n" }.joined()
        #expect(pieces.first?.hasSuffix("\r\n\r\n" + chunks) == true, "\(pieces)")
    }

    /// A lone write: one turn of the loop is all that it waits, and the next one waits as long.
    @Test func eachLoneWriteLeavesInTheSameTurnOfTheLoop() throws {
        let connection = try self.connection()
        connection.flushSoon()
        self.channel.embeddedEventLoop.run()
        #expect(try self.left().count == 1, "the head")
        for number in 1...3 {
            connection.sendBody(ByteBuffer(string: "\(number)"))
            connection.flushSoon()
            self.channel.embeddedEventLoop.run()
            #expect(try self.left() == ["1\r\n\(number)\r\n"])
        }
    }

    @Test func theEndTakesWithItWhatHasGathered() throws {
        let connection = try self.connection()
        connection.sendBody(ByteBuffer(string: "x"))
        connection.flushSoon()
        connection.sendEnd(trailers: nil)
        let pieces = try self.left()
        #expect(pieces.count == 1 && pieces.first?.hasSuffix("1\r\nx\r\n0\r\n\r\n") == true, "\(pieces)")
        self.channel.embeddedEventLoop.run()
        #expect(try self.left().isEmpty, "and nothing is left for later")
    }
}
