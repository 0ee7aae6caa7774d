// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOEmbedded
import Testing

@testable import SluiceHTTPServer

/// What a connection waits for, and for how long; the time is the test's.
@Suite struct ConnectionTimeTests {
    private let router = RecordingRouter()
    private let server: EmbeddedServer
    private let bounds: ConnectionBounds

    init() {
        var bounds = ConnectionBounds.callers
        bounds.head = .seconds(3)
        bounds.bodyPause = .seconds(4)
        bounds.body = .seconds(10)
        bounds.idle = .seconds(6)
        bounds.discard = .seconds(2)
        self.bounds = bounds
        self.server = EmbeddedServer(router: self.router, bounds: bounds)
    }

    private func pass(_ seconds: Int64) { self.server.loop.advanceTime(by: .seconds(seconds)) }

    /// All but the last nanosecond of it.
    private func passAlmost(_ seconds: Int64) {
        self.server.loop.advanceTime(by: .seconds(seconds) - .nanoseconds(1))
    }

    private func passTheRest() { self.server.loop.advanceTime(by: .nanoseconds(1)) }

    @Test func aConnectionWithoutARequestClosesWithoutAWord() throws {
        let connection = try self.server.connect()
        self.passAlmost(6)
        #expect(connection.isOpen)
        self.passTheRest()
        #expect(!connection.isOpen)
        #expect(try connection.received() == "")
        #expect(self.server.faults.isEmpty)
    }

    @Test func aConnectionBetweenRequestsHasAllOfTheTimeAgain() throws {
        self.router.onEnd = { $0.respond("ok") }
        let connection = try self.server.connect()
        for _ in 0..<5 {
            self.pass(4)
            try connection.send("GET / HTTP/1.1\r\n\r\n")
            #expect(try connection.received().hasPrefix("HTTP/1.1 200 "))
        }
        self.passAlmost(6)
        #expect(connection.isOpen)
        self.passTheRest()
        #expect(!connection.isOpen)
    }

    @Test func aHeadHasItsTimeFromItsFirstByteWhateverComes() throws {
        let connection = try self.server.connect()
        self.pass(5)
        try connection.send("G")
        self.pass(2)
        try connection.send("ET / HTTP/1.1\r\n")
        self.passAlmost(1)
        #expect(connection.isOpen)
        self.passTheRest()
        #expect(!connection.isOpen)
        let received = try connection.received()
        #expect(received.hasPrefix("HTTP/1.1 408 "))
        #expect(received.contains("not whole after 3000 ms"))
    }

    /// Old clients send an empty line behind a body; it is no request (RFC 9112, section 2.2).
    @Test(arguments: [true, false]) func anEmptyLineBehindABodyBeginsNoRequest(whileAnswering: Bool) throws {
        let connection = try self.server.connect()
        try connection.send("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\na")
        if whileAnswering { try connection.send("\r\n") }
        self.router.requests[0].respond("ok")
        if !whileAnswering { try connection.send("\r\n") }
        _ = try connection.received()
        self.pass(5)
        #expect(connection.isOpen)
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        try #require(self.router.requests.count == 2)
        self.router.requests[1].respond("ok")
        _ = try connection.received()
        self.pass(6)
        #expect(!connection.isOpen)
        #expect(try connection.received() == "", "idle, and nothing was begun")
    }

    @Test func aBodyMayNotPause() throws {
        let connection = try self.server.connect()
        try connection.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        self.pass(3)
        try connection.send("a")
        self.passAlmost(4)
        #expect(connection.isOpen)
        self.passTheRest()
        #expect(try connection.received().contains("Nothing of the request body came for 4000 ms"))
        #expect(!connection.isOpen)
        #expect(self.router.requests[0].losses == 1)
    }

    @Test func aBodyMayNotTrickle() throws {
        let connection = try self.server.connect()
        try connection.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        for _ in 0..<9 where connection.isOpen {
            self.pass(2)
            if connection.isOpen { try connection.send("a") }
        }
        #expect(try connection.received().contains("not whole after 10000 ms"))
    }

    @Test func anAnswerHasAsMuchTimeAsItsFunction() throws {
        let connection = try self.server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        self.pass(900)
        #expect(connection.isOpen)
        self.router.requests[0].exchange.begin(status: .ok, fields: [:])
        self.pass(900)
        #expect(connection.isOpen)
        self.router.requests[0].exchange.finish()
        self.passAlmost(6)
        #expect(connection.isOpen)
        self.passTheRest()
        #expect(!connection.isOpen)
    }

    @Test func theRestOfAnAnsweredRequestIsNotWaitedForLong() throws {
        let connection = try self.server.connect()
        try connection.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        self.router.requests[0].respond("early")
        self.passAlmost(2)
        #expect(connection.isOpen)
        self.passTheRest()
        #expect(!connection.isOpen)
        #expect(try connection.received().hasSuffix("early"))
    }

    @Test func aRuntimeMayTakeAllTheTimeThereIs() throws {
        let server = EmbeddedServer(router: self.router, bounds: .runtimes)
        let connection = try server.connect()
        for piece in ["GET", " / HTTP/1.1\r\n\r\nPO", "ST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", "a", "b"] {
            server.loop.advanceTime(by: .hours(1))
            #expect(connection.isOpen)
            try connection.send(piece)
            if self.router.requests.count == 1 { self.router.requests[0].respond("ok") }
        }
        #expect(self.router.requests.last?.body == "ab")
    }

    @Test func nothingIsLeftOfAConnectionThatHasEnded() throws {
        weak var keeper: ConnectionGuard?
        do {
            let connection = try self.server.connect()
            keeper = try connection.channel.pipeline.syncOperations.handler(type: ConnectionGuard.self)
            #expect(keeper != nil)
            connection.lose()
        }
        #expect(keeper == nil, "its timer holds it")
    }

    // MARK: Half-close

    @Test func whoEndsItsSendingSideBehindARequestGetsAllOfTheAnswer() throws {
        let connection = try self.server.connect()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        connection.endInput()
        #expect(connection.isOpen)
        let request = self.router.requests[0]
        request.exchange.begin(status: .ok, fields: [:])
        request.write("abc")
        request.exchange.finish()
        #expect(
            try connection.received().hasSuffix(
                "Connection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            )
        )
        #expect(!connection.isOpen)
        #expect(request.losses == 0)
    }

    @Test func soDoesWhoSentSeveralRequests() throws {
        let connection = try self.server.connect()
        try connection.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
        connection.endInput()
        self.router.requests[0].respond("one")
        #expect(connection.isOpen)
        self.router.requests[1].respond("two")
        let received = try connection.received()
        #expect(received.contains("one") && received.hasSuffix("two"))
        #expect(!connection.isOpen)
    }

    @Test(arguments: ["", "GET / HT", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na"])
    func whoEndsItAnywhereElseIsGone(sent: String) throws {
        let connection = try self.server.connect()
        if !sent.isEmpty { try connection.send(sent) }
        connection.endInput()
        #expect(!connection.isOpen)
        #expect(try connection.received() == "")
        #expect(self.router.requests.allSatisfy { $0.losses == 1 && $0.ends == 0 })
        #expect(self.server.faults.isEmpty)
    }

    @Test func aRuntimeThatEndsItBehindARequestIsGone() throws {
        let server = EmbeddedServer(router: self.router, bounds: .runtimes)
        let connection = try server.connect()
        try connection.send("GET /next HTTP/1.1\r\n\r\n")
        connection.endInput()
        #expect(!connection.isOpen)
        #expect(self.router.requests[0].losses == 1)
    }

    @Test(arguments: [ConnectionBounds.callers, .runtimes])
    func whoEndsItInABodyMayBeToldSo(bounds: ConnectionBounds) throws {
        let server = EmbeddedServer(router: self.router, bounds: bounds)
        self.router.onTruncation = { $0.respond("too short", status: .badRequest) }
        let connection = try server.connect()
        try connection.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        connection.endInput()
        #expect(!connection.isOpen)
        let received = try connection.received()
        #expect(received.hasPrefix("HTTP/1.1 400 ") && received.hasSuffix("too short"))
        #expect(received.lowercased().contains("connection: close"))
        #expect(self.router.requests[0].ends == 0)
    }

    @Test func anEndedInputLosesNothingThatIsStillToLeave() throws {
        let connection = try self.server.connect()
        connection.wire.hold()
        try connection.send("GET / HTTP/1.1\r\n\r\n")
        self.router.requests[0].respond("all of it")
        connection.endInput()
        #expect(connection.isOpen)
        connection.wire.release()
        #expect(try connection.received().hasSuffix("all of it"))
        #expect(!connection.isOpen)
    }
}
