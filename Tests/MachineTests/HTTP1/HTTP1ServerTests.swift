// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOEmbedded
import SluiceHTTPServer
import Testing

@Suite struct HTTP1ServerTests {
    private let router = RecordingRouter()
    private let server: EmbeddedServer

    init() { self.server = EmbeddedServer(router: self.router) }

    @Test func carriesAWholeRequestAndItsResponse() throws {
        self.router.onEnd = { $0.respond("hello") }
        let connection = try self.server.connect()
        try connection.send("POST /a%20b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo")
        #expect(try connection.received() == "")
        try connection.send("dy")
        let request = try #require(self.router.requests.first)
        #expect(request.head.method == .post)
        #expect(request.head.path == "/a%20b")
        #expect(request.head.target == "/a%20b?c=d")
        #expect(request.head.fields[.contentLength] == "4")
        #expect(request.body == "body")
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        #expect(connection.isOpen)
        #expect(request.exchange.isOver)
        connection.lose()
        #expect(request.losses == 0, "both sides were through")
    }

    @Test func sendsEachWriteAsAChunkAndTrailersAtTheEnd() throws {
        let connection = try self.server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        let request = try #require(self.router.requests.first)
        request.exchange.begin(status: .ok, fields: [:])
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        request.write("abc")
        #expect(try connection.received() == "3\r\nabc\r\n")
        request.write("")
        #expect(try connection.received() == "", "an empty chunk would end the body")
        request.exchange.finish(trailers: [.contentType: "x"])
        #expect(try connection.received() == "0\r\nContent-Type: x\r\n\r\n")
        request.write("late")
        request.exchange.finish()
        request.exchange.abort()
        #expect(try connection.received() == "")
        #expect(connection.isOpen)
    }

    @Test func receivesTrailers() throws {
        let connection = try self.server.connect()
        try connection.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-T: v\r\n\r\n")
        let request = try #require(self.router.requests.first)
        #expect(request.body == "ab")
        #expect(request.trailers.map { "\($0.name.rawName): \($0.value)" } == ["X-T: v"])
    }

    @Test func answersPipelinedRequestsInTheirOrder() throws {
        let connection = try self.server.connect()
        try connection.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
        #expect(self.router.requests.count == 1, "one at a time")
        self.router.requests[0].respond("one")
        self.server.loop.run()
        #expect(self.router.requests.count == 2)
        self.router.requests[0].respond("again")
        self.router.requests[1].respond("two")
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
        #expect(try connection.received() == length + "one" + length + "two")
    }

    @Test func answersPipelinedRequestsWithinTheirOwnCall() throws {
        self.router.onEnd = { $0.respond($0.head.target) }
        let connection = try self.server.connect()
        try connection.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n")
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
        #expect(try connection.received() == length + "/1" + length + "/2" + length + "/3")
        #expect(self.router.requests.map(\.ends) == [1, 1, 1])
    }

    @Test func anAnswerBeforeTheRequestsEndLeavesTheConnectionUsable() throws {
        self.router.onHead = { if $0.head.target == "/early" { $0.respond("no", status: .contentTooLarge) } }
        self.router.onEnd = { if $0.head.target != "/early" { $0.respond("yes") } }
        let connection = try self.server.connect()
        try connection.send("POST /early HTTP/1.1\r\nContent-Length: 4\r\n\r\n")
        #expect(try connection.received().hasPrefix("HTTP/1.1 413 "))
        try connection.send("body")
        try connection.send("GET /next HTTP/1.1\r\n\r\n")
        #expect(try connection.received().hasSuffix("\r\n\r\nyes"))
        #expect(self.router.requests[0].body == "body")
        #expect(self.router.requests[0].losses == 0)
    }

    @Test func aHeadOfAWholeResponseHasItsLengthAndNoBody() throws {
        self.router.onEnd = { $0.respond("hello") }
        let connection = try self.server.connect()
        try connection.send("HEAD / HTTP/1.1\r\n\r\n")
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        #expect(connection.isOpen)
    }

    /// Bytes behind the head would be taken for the next response.
    @Test func aHeadOfAStreamIsFollowedByNothing() throws {
        let connection = try self.server.connect()
        try connection.send("HEAD / HTTP/1.1\r\n\r\n")
        let request = try #require(self.router.requests.first)
        request.exchange.begin(status: .ok, fields: [:])
        request.write("body")
        request.exchange.finish()
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\n\r\n")
        #expect(connection.isOpen)
    }

    @Test(arguments: [204, 304]) func aStatusWithoutBodyHasNone(code: Int) throws {
        self.router.onEnd = { $0.respond("body", status: .init(code: code)) }
        let connection = try self.server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        let received = try connection.received()
        #expect(received.hasPrefix("HTTP/1.1 \(code) "))
        #expect(received.hasSuffix("\r\n\r\n"))
    }

    @Test func anOldClientsStreamEndsWithItsConnection() throws {
        let connection = try self.server.connect()
        try connection.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let request = try #require(self.router.requests.first)
        request.exchange.begin(status: .ok, fields: [:])
        request.write("abc")
        #expect(try connection.received() == "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nabc")
        #expect(connection.isOpen)
        request.exchange.finish()
        #expect(!connection.isOpen)
    }

    @Test func anOldClientIsClosedUnlessItAsksToBeKept() throws {
        self.router.onEnd = { $0.respond("a") }
        let closing = try self.server.connect()
        try closing.send("GET / HTTP/1.0\r\n\r\n")
        #expect(try closing.received() == "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na")
        #expect(!closing.isOpen)
        let kept = try self.server.connect()
        try kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try kept.received() == "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na")
        #expect(kept.isOpen)
    }

    @Test func closesWhereTheClientAsksForIt() throws {
        self.router.onEnd = { $0.respond("a") }
        let connection = try self.server.connect()
        connection.wire.hold()
        try connection.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        #expect(connection.isOpen, "not before the response has left")
        connection.wire.release()
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na")
        #expect(!connection.isOpen)
    }

    @Test func tellsAClientThatExpectsItToGoOn() throws {
        let connection = try self.server.connect()
        try connection.send("POST / HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        #expect(try connection.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        try connection.send("a")
        self.router.requests[0].respond("ok")
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    }

    @Test func whatIsNoHTTPIsAnsweredWith400() throws {
        let connection = try self.server.connect()
        // The parser's error comes out of the channel too.
        try? connection.send("what is this\r\n\r\n")
        #expect(try connection.received().hasPrefix("HTTP/1.1 400 "))
        #expect(!connection.isOpen)
        #expect(self.router.requests.isEmpty)
    }
}
