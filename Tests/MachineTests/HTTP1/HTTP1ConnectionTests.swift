// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceHTTPServer
import Testing

/// What becomes of a connection: how it is held back, and the ways in which it ends.
@Suite struct HTTP1ConnectionTests {
    private let router = RecordingRouter()
    private let server: EmbeddedServer

    init() { self.server = EmbeddedServer(router: self.router) }

    private func postUnderWay() throws -> (EmbeddedConnection, RecordedRequest) {
        let connection = try self.server.connect()
        try connection.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
        return (connection, try #require(self.router.requests.last))
    }

    @Test func aPausedConnectionIsNotReadUntilItIsResumed() throws {
        let (connection, request) = try self.postUnderWay()
        #expect(connection.readIsLetThrough())
        request.exchange.pauseReading()
        #expect(!connection.readIsLetThrough())
        #expect(!connection.readIsLetThrough())
        let reads = connection.wire.reads
        request.exchange.resumeReading()
        #expect(connection.wire.reads == reads + 1, "the one that was held back")
        #expect(connection.readIsLetThrough())
        request.exchange.resumeReading()
        #expect(connection.wire.reads == reads + 2, "nothing was held back")
    }

    @Test func theEndOfAnExchangeResumesItsConnection() throws {
        let (connection, request) = try self.postUnderWay()
        request.exchange.pauseReading()
        #expect(!connection.readIsLetThrough())
        request.respond("early")
        try connection.send("defghi")
        #expect(connection.readIsLetThrough())
    }

    /// Whoever waited for room would wait for ever: a receiver hears nothing behind its exchange.
    @Test func theEndOfAnExchangeLetsItsWriterGoOn() throws {
        let (connection, request) = try self.postUnderWay()
        try connection.send("defghi")
        connection.setWritable(false)
        request.respond("whole")
        connection.setWritable(true)
        #expect(request.writability == [false, true])
    }

    @Test func anExchangeThatIsThroughCannotPauseTheNextOne() throws {
        let (connection, first) = try self.postUnderWay()
        first.respond("a")
        try connection.send("defghi")
        try connection.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
        first.exchange.pauseReading()
        #expect(connection.readIsLetThrough())
        self.router.requests[1].exchange.pauseReading()
        first.exchange.resumeReading()
        #expect(!connection.readIsLetThrough())
    }

    @Test func anAbortedResponseLeavesWithoutItsLastChunkAndThenCloses() throws {
        let (connection, request) = try self.postUnderWay()
        request.exchange.begin(status: .ok, fields: [:])
        #expect(try connection.received().hasSuffix("chunked\r\n\r\n"))
        connection.wire.hold()
        request.write("abc")
        request.exchange.abort()
        #expect(connection.isOpen, "what was written has not left")
        #expect(try connection.received() == "")
        connection.wire.release()
        #expect(try connection.received() == "3\r\nabc\r\n")
        #expect(!connection.isOpen)
        #expect(request.losses == 0, "it was not the peer")
    }

    @Test func anAbortBeforeTheHeadClosesAtOnce() throws {
        let connection = try self.server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        try #require(self.router.requests.first).exchange.abort()
        #expect(!connection.isOpen)
        #expect(try connection.received() == "")
    }

    @Test func anAbortOfAPausedConnectionReadsOnSoThatItSeesItsPeerLeave() throws {
        let (connection, request) = try self.postUnderWay()
        request.exchange.begin(status: .ok, fields: [:])
        request.exchange.pauseReading()
        connection.wire.hold()
        request.exchange.abort()
        #expect(connection.readIsLetThrough())
    }

    @Test func aLostConnectionIsToldOnceAndSilencesTheExchange() throws {
        let (connection, request) = try self.postUnderWay()
        request.exchange.begin(status: .ok, fields: [:])
        connection.lose()
        #expect(request.losses == 1)
        #expect(request.exchange.isOver)
        request.write("late")
        request.exchange.finish()
        request.exchange.abort()
        #expect(request.losses == 1)
    }

    @Test func anErrorAndTheCloseBehindItAreOneLoss() throws {
        struct Reset: Error {}
        let (connection, request) = try self.postUnderWay()
        connection.fail(Reset())
        #expect(!connection.isOpen)
        #expect(request.losses == 1)
        #expect(request.ends == 0)
    }

    @Test func aBodyThatBreaksOffIsALossAndNoEnd() throws {
        let (connection, request) = try self.postUnderWay()
        connection.lose()
        #expect(request.body == "abc")
        #expect(request.ends == 0)
        #expect(request.losses == 1)
    }

    @Test func aRequestThatIsAnsweredButNotWholeIsLostToo() throws {
        let (connection, request) = try self.postUnderWay()
        request.respond("early")
        connection.lose()
        #expect(request.losses == 1)
    }

    @Test func aBrokenChunkEndsTheRequestAsALoss() throws {
        let connection = try self.server.connect()
        try? connection.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n")
        let request = try #require(self.router.requests.first)
        #expect(!connection.isOpen)
        #expect(request.losses == 1)
        #expect(request.ends == 0)
    }

    @Test func theReceiverHearsWhenTheWayOutIsFull() throws {
        let (connection, request) = try self.postUnderWay()
        #expect(request.exchange.isWritable)
        connection.setWritable(false)
        #expect(!request.exchange.isWritable)
        connection.setWritable(true)
        #expect(request.writability == [false, true])
    }

    @Test func afterTheResponseNobodyHearsOfTheWayOut() throws {
        let (connection, request) = try self.postUnderWay()
        request.respond("a")
        try connection.send("defghi")
        connection.setWritable(false)
        #expect(request.writability.isEmpty)
    }
}
