// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOEmbedded
import SluiceHTTPServer
import SluiceRuntimeAPI
import SluiceServiceWire
import SluiceWire
import Testing

/// Pacing and faults of one response, from the runtime's bytes to what the caller hears. Time passes when the test says so.
@Suite struct PacedRelayTests {
    private let runtime = ScriptedRuntime()
    private let resource = "invocation/r1/response"

    private final class News { var told: [String] = [] }
    private let news = News()

    private struct Delivery {
        let connection: EmbeddedConnection
        let caller: RecordingCaller
        let relay: InvocationRelay
    }

    private func deliver(_ bandwidth: Bandwidth? = nil, fault: ByteFault? = nil, limitBytes: Int? = nil) throws
        -> Delivery
    {
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        let news = self.news
        let shaping = ResponseShaping(limitBytes: limitBytes, bandwidth: bandwidth, fault: fault) { event in
            switch event {
            case .slowed: news.told.append("slowed")
            case .errorAsText: news.told.append("an error as text")
            case .trailersTooLong(let bytes): news.told.append("trailers of \(bytes)")
            case .tooLarge(let bytes): news.told.append("over \(bytes)")
            case .struck(let fault): news.told.append("struck by \(fault.kind)")
            case .notReached(_, let bytes): news.told.append("only \(bytes)")
            }
        }
        let (caller, relay) = self.runtime.assign(shaping: shaping)
        _ = try connection.received()
        return Delivery(connection: connection, caller: caller, relay: relay)
    }

    private func pass(_ milliseconds: Int64) { self.runtime.server.loop.advanceTime(by: .milliseconds(milliseconds)) }

    private static let narrow = Bandwidth(burstBytes: 4, bytesPerSecond: 16)

    @Test func bytesBehindTheBurstWaitForTheirTimeAndTheEndForThem() throws {
        let delivery = try self.deliver(Self.narrow)
        let body = ScriptedRuntime.post(self.resource, chunks: ["ab", "cdef", "g"], trailers: [])
        try delivery.connection.send(body)
        #expect(delivery.caller.heard == ["began application/octet-stream", "ab", "cd"])
        #expect(delivery.relay.isHeldUpByCaller)
        self.pass(124)
        #expect(delivery.caller.heard.last == "cd")
        self.pass(1)
        #expect(delivery.caller.heard.last == "ef")
        #expect(try delivery.connection.received() == "", "not before all has passed")
        self.pass(125)
        #expect(delivery.caller.heard.suffix(2) == ["g", "completed"])
        #expect(try delivery.connection.received().hasPrefix("HTTP/1.1 202 "))
        #expect(self.news.told == ["slowed"])
        try delivery.connection.send(ScriptedRuntime.next())
        #expect(self.runtime.log.entries.last == "invocation finished")
    }

    @Test func theRuntimesConnectionIsNotReadWhileBytesWait() throws {
        let delivery = try self.deliver(Self.narrow)
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["abcdef"]))
        #expect(!delivery.connection.readIsLetThrough())
        self.pass(125)
        #expect(delivery.connection.readIsLetThrough())
    }

    @Test func trailersThatWaitedStillFailTheInvocation() throws {
        let delivery = try self.deliver(Self.narrow)
        let trailers = ["Lambda-Runtime-Function-Error-Type: Late", "Lambda-Runtime-Function-Error-Body: e30="]
        let head = [
            ScriptedRuntime.streaming,
            "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
        ]
        try delivery.connection.send(ScriptedRuntime.post(self.resource, head, chunks: ["abcdef"], trailers: trailers))
        self.pass(125)
        #expect(delivery.caller.heard.suffix(2) == ["ef", "failed Late"])
    }

    @Test func whatWaitedIsHeardWhenTheRuntimesConnectionIsLost() throws {
        let delivery = try self.deliver(Self.narrow)
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["abcdef"]))
        delivery.connection.lose()
        #expect(delivery.caller.heard.suffix(2) == ["ef", "failed Runtime.TruncatedResponse"])
    }

    @Test func whatWaitsAtATimeOutIsNeverHeard() throws {
        let delivery = try self.deliver(Self.narrow)
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["abcdef"], trailers: []))
        self.runtime.session.end(isTimeout: true) { .timedOut(requestID: $0, timeoutMilliseconds: 1) }
        #expect(delivery.caller.heard.suffix(2) == ["abcd", "failed Sandbox.Timedout"])
        self.pass(10_000)
        #expect(delivery.caller.heard.last == "failed Sandbox.Timedout")
    }

    @Test func aSmallerLimitThanLambdasBitesAtItsOwnNumber() throws {
        let delivery = try self.deliver(limitBytes: 3)
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["abcdef"]))
        #expect(delivery.caller.heard.suffix(2) == ["abc", "failed Function.ResponseSizeTooLarge"])
        #expect(delivery.caller.failure?.message.contains("(3 bytes)") == true)
        #expect(self.news.told == ["over 3"])
    }

    @Test func aKilledFunctionsCallerHasExactlyTheBytesUpToTheFault() throws {
        let delivery = try self.deliver(fault: ByteFault(.kill, atByte: 3))
        var killed = 0
        delivery.relay.onProcessFault { if $0.kind == .kill { killed += 1 } }
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["ab", "cdef"], trailers: []))
        #expect(killed == 1)
        #expect(delivery.caller.heard.last == "c")
        #expect(try delivery.connection.received() == "", "its end is not believed")
        self.runtime.session.end { .runtimeExited(requestID: $0, .signal(9)) }
        #expect(delivery.caller.heard.last == "failed Runtime.ExitError")
    }

    @Test func aDroppedCallerHearsNothingMoreAndTheFunctionRunsToItsEnd() throws {
        let delivery = try self.deliver(fault: ByteFault(.drop, atByte: 3))
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["abcdef"]))
        #expect(delivery.caller.heard.last == "abc")
        try delivery.connection.send(ScriptedRuntime.chunk("ghi") + ScriptedRuntime.end())
        #expect(delivery.caller.heard.last == "abc")
        #expect(delivery.relay.bytes == 9)
        #expect(try delivery.connection.received().hasPrefix("HTTP/1.1 202 "))
        #expect(self.news.told == ["struck by drop"])
    }

    @Test func aFaultBehindTheEndSaysThatItDidNotStrike() throws {
        let delivery = try self.deliver(fault: ByteFault(.kill, atByte: 30))
        try delivery.connection.send(ScriptedRuntime.response("r1", "hello"))
        #expect(delivery.caller.heard.last == "completed")
        #expect(self.news.told == ["only 5"])
    }
}
