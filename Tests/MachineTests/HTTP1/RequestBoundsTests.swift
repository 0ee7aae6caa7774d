// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOEmbedded
import SluiceHTTPServer
import Testing

/// What a request may have, from both sides of each bound, and what is answered beyond it.
@Suite struct RequestBoundsTests {
    private let router = RecordingRouter()

    private func server(_ change: (inout ConnectionBounds) -> Void = { _ in }) -> EmbeddedServer {
        var bounds = ConnectionBounds.callers
        change(&bounds)
        self.router.onEnd = { $0.respond("ok") }
        return EmbeddedServer(router: self.router, bounds: bounds)
    }

    /// Sends the pieces on a connection of its own; answers what comes back.
    private func reply(_ server: EmbeddedServer, _ pieces: String...) throws -> String {
        let connection = try server.connect()
        for piece in pieces { try connection.send(piece) }
        let received = try connection.received()
        #expect(connection.isOpen == !received.contains("\r\nConnection: close\r\n"), "\(received.prefix(200))")
        return received
    }

    private func expect(_ reply: String, status: Int, _ words: String...) {
        #expect(reply.hasPrefix("HTTP/1.1 \(status) "), "\(reply.prefix(300))")
        for word in words { #expect(reply.contains(word), "\(reply.prefix(300))") }
    }

    private static let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: [ConnectionBounds.callers, .runtimes]) func aTarget(bounds: ConnectionBounds) throws {
        let server = self.server { $0 = bounds }
        let longest = "/" + String(repeating: "a", count: bounds.targetBytes - 1)
        self.expect(try self.reply(server, "GET \(longest) HTTP/1.1\r\n\r\n"), status: 200)
        self.expect(
            try self.reply(server, "GET \(longest)b HTTP/1.1\r\n\r\n"),
            status: 414,
            "application/json",
            #"{"message":"The request target is longer than 16384 bytes."#
        )
        let endless = String(repeating: "a", count: max(bounds.fieldBytes, bounds.targetBytes))
        self.expect(try self.reply(server, "GET /\(endless)"), status: 414)
        #expect(self.router.requests.count == 1)
        #expect(server.faults.count == 2)
    }

    @Test(arguments: [ConnectionBounds.callers, .runtimes]) func oneField(bounds: ConnectionBounds) throws {
        let server = self.server { $0 = bounds }
        let longest = String(repeating: "v", count: bounds.fieldBytes)
        self.expect(try self.reply(server, "GET / HTTP/1.1\r\nx: \(longest)\r\n\r\n"), status: 200)
        self.expect(
            try self.reply(server, "GET / HTTP/1.1\r\nx: \(longest)v\r\n\r\n"),
            status: 431,
            "256 fields of \(bounds.fieldBytes) bytes each"
        )
        self.expect(try self.reply(server, "GET / HTTP/1.1\r\n\(longest)nn"), status: 431)
    }

    @Test func theCountOfFields() throws {
        let server = self.server { $0.fields = 3 }
        self.expect(try self.reply(server, "GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n"), status: 200)
        self.expect(
            try self.reply(server, "GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n\r\n"),
            status: 431,
            "3 fields"
        )
    }

    @Test func aWholeHead() throws {
        let server = self.server { $0.headBytes = 64 }
        let head = "GET / HTTP/1.1\r\nab: " + String(repeating: "v", count: 40)
        self.expect(try self.reply(server, head, "v\r\n", "\r\n"), status: 200)
        self.expect(try self.reply(server, head + "vv\r\n\r\n", ""), status: 200)
        self.expect(try self.reply(server, head, "vvvv\r\n"), status: 431, "may have 64 bytes")
    }

    /// Spaces before a value and empty lines before a request are nothing that a parser would count.
    @Test(arguments: [("\r\n", "\r\n"), ("GET / HTTP/1.1\r\nx:", "  ")])
    func whatIsNotCountedByTheParserIsCountedToo(first: String, then next: String) throws {
        let server = self.server { $0.headBytes = 64 }
        let connection = try server.connect()
        try connection.send(first)
        var sent = first.utf8.count
        while connection.isOpen, sent < 1_000 {
            try connection.send(next)
            sent += 2
        }
        self.expect(try connection.received(), status: 431)
        #expect(sent == 66)
    }

    @Test func everyHeadOfAConnectionHasTheWholeBound() throws {
        let server = self.server { $0.headBytes = 64 }
        let connection = try server.connect()
        for _ in 0..<10 {
            try connection.send("GET / HTTP/1.1\r\n")
            try connection.send("x: " + String(repeating: "v", count: 30) + "\r\n\r\n")
            self.expect(try connection.received(), status: 200)
        }
        // The same, all at once.
        try connection.send(String(repeating: "GET / HTTP/1.1\r\nabcdefgh: ijklmn\r\n\r\n", count: 100))
        #expect(try connection.received().split(separator: "200 OK").count == 101)
        #expect(server.faults.isEmpty)
    }

    @Test func chunkExtensions() throws {
        let server = self.server { $0.framingBytes = 100 }
        let extended = "1;" + String(repeating: "e", count: 98)
        self.expect(try self.reply(server, Self.chunked, extended, "\r\nx\r\n0\r\n\r\n"), status: 200)
        self.expect(
            try self.reply(server, Self.chunked, extended + "e"),
            status: 400,
            "over 100 bytes of chunk sizes, extensions and trailers"
        )
        #expect(self.router.requests.map(\.losses) == [0, 1])
    }

    @Test func manySmallChunksWithExtensionsAddUp() throws {
        let server = self.server { $0.framingBytes = 1_000 }
        let connection = try server.connect()
        try connection.send(Self.chunked)
        let chunk = "1;" + String(repeating: "e", count: 50) + "\r\nx\r\n"
        for _ in 0..<24 { try connection.send(chunk) }
        #expect(connection.isOpen)
        for _ in 0..<24 where connection.isOpen { try connection.send(chunk) }
        self.expect(try connection.received(), status: 400)
    }

    @Test func chunksOfOneByteAreNoAbuse() throws {
        let server = self.server { $0.framingBytes = 100 }
        let connection = try server.connect()
        try connection.send(Self.chunked)
        for _ in 0..<1_000 { try connection.send("1\r\nx\r\n") }
        try connection.send("0\r\n\r\n")
        self.expect(try connection.received(), status: 200)
        #expect(self.router.requests[0].body.count == 1_000)
    }

    @Test func trailers() throws {
        let server = self.server { bounds in
            bounds.fields = 3
            bounds.fieldBytes = 20_000
        }
        self.expect(try self.reply(server, Self.chunked, "0\r\na: 1\r\nb: 2\r\n\r\n"), status: 200)
        self.expect(
            try self.reply(server, Self.chunked, "0\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n"),
            status: 431,
            "The trailers are too large"
        )
        let long = String(repeating: "v", count: ConnectionBounds.callers.framingBytes)
        self.expect(try self.reply(server, Self.chunked, "0\r\na: ", long), status: 400, "trailers beside its data")
    }

    @Test func aRuntimesTrailersAndCausesMayBeLong() throws {
        let server = self.server { $0 = .runtimes }
        let mebibyte = String(repeating: "v", count: 1024 * 1024)
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nCause: "
        self.expect(try self.reply(server, head + mebibyte, "\r\n\r\n0\r\n\r\n"), status: 200)
        self.expect(try self.reply(server, Self.chunked, "0\r\nBody: ", mebibyte, "\r\n\r\n"), status: 200)
        self.expect(try self.reply(server, Self.chunked, "0\r\nBody: ", mebibyte, "v\r\n\r\n"), status: 431)
    }

    @Test func aRestThatIsDropped() throws {
        self.router.onHead = { $0.respond("early", status: .contentTooLarge) }
        let server = self.server { $0.discardedBytes = 10 }
        self.router.onEnd = { _ in }
        for (length, isOpen) in [(10, true), (11, false)] {
            let connection = try server.connect()
            try connection.send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
            try connection.send(String(repeating: "x", count: length))
            #expect(connection.isOpen == isOpen)
            self.expect(try connection.received(), status: 413, "early")
        }
    }

    @Test func aRuntimesRestIsDroppedForAsLongAsItComes() throws {
        self.router.onHead = { $0.respond("early", status: .contentTooLarge) }
        let server = self.server { bounds in
            bounds = .runtimes
            bounds.discardedBytes = 10
        }
        let connection = try server.connect()
        try connection.send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
        try connection.send(String(repeating: "x", count: 50))
        server.loop.advanceTime(by: .hours(1))
        #expect(connection.isOpen)
    }

    @Test func requestsThatAreSentAhead() throws {
        let server = self.server { $0.pipelinedBytes = 18 }
        self.router.onEnd = { _ in }
        let connection = try server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        #expect(connection.isOpen)
        try connection.send("G")
        #expect(!connection.isOpen)
    }

    @Test func afterARequestToSpeakSomethingElseTheConnectionCloses() throws {
        let upgrade = "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        self.expect(try self.reply(self.server(), upgrade), status: 200, "Connection: close")
    }

    @Test func anAnswerThatHasBegunIsCutOff() throws {
        let server = self.server()
        self.router.onHead = { $0.exchange.begin(status: .ok, fields: [:]) }
        let connection = try server.connect()
        try connection.send(Self.chunked + "1\r\nx\r\n")
        try connection.send("zz\r\n")
        #expect(!connection.isOpen)
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    }

    @Test func aMalformedRequestBehindAGoodOneDoesNotTakeItsAnswerAway() throws {
        let server = self.server()
        self.router.onEnd = { _ in }
        let connection = try server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\nwhat is this\r\n\r\n")
        #expect(connection.isOpen)
        self.router.requests[0].respond("ok")
        let received = try connection.received()
        self.expect(received, status: 200, "\r\n\r\nokHTTP/1.1 400 ")
        #expect(!connection.isOpen)
    }

    @Test func theAnswerToAHeadHasNoBody() throws {
        let server = self.server()
        let received = try self.reply(server, "HEAD / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        self.expect(received, status: 400)
        #expect(received.hasSuffix("\r\n\r\n"))
    }
}
