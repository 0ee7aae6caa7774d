// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceRuntimeAPI
import SluiceServiceWire
import SluiceWire
import Testing

/// One response through session and relay, from the runtime's bytes to what the caller hears.
@Suite struct InvocationRelayTests {
    private let runtime = ScriptedRuntime()

    private struct Delivery {
        let connection: EmbeddedConnection
        let caller: RecordingCaller
        let relay: InvocationRelay
    }

    private func deliver(_ mode: RelayMachine.Mode = .streaming) throws -> Delivery {
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        let (caller, relay) = self.runtime.assign(mode: mode)
        _ = try connection.received()
        return Delivery(connection: connection, caller: caller, relay: relay)
    }

    private let resource = "invocation/r1/response"

    @Test func everyChunkIsHeardBeforeTheNextIsWritten() throws {
        let delivery = try self.deliver()
        let head = ScriptedRuntime.post(self.resource, [ScriptedRuntime.streaming, "Content-Type: text/plain"])
        try delivery.connection.send(head)
        #expect(delivery.caller.heard == ["began text/plain"])
        try delivery.connection.send(ScriptedRuntime.chunk("one"))
        #expect(delivery.caller.heard.last == "one")
        try delivery.connection.send(ScriptedRuntime.chunk("two"))
        #expect(delivery.caller.heard.last == "two")
        #expect(try delivery.connection.received() == "", "no answer before the end")
        try delivery.connection.send(ScriptedRuntime.end())
        #expect(delivery.caller.heard.last == "completed")
        #expect(try delivery.connection.received().hasPrefix("HTTP/1.1 202 "))
        #expect(delivery.relay.bytes == 6)
        #expect(delivery.relay.chunks == 2)
    }

    @Test func anotherModeIs400AndFailsTheInvocation() throws {
        let delivery = try self.deliver()
        let header = "Lambda-Runtime-Function-Response-Mode: Streaming"
        try delivery.connection.send(ScriptedRuntime.response("r1", "hi", [header]))
        #expect(try delivery.connection.received().contains("InvalidFunctionResponseMode"))
        #expect(delivery.caller.heard == ["failed Runtime.InvalidResponseModeHeader"])
        try delivery.connection.send(ScriptedRuntime.next())
        #expect(self.runtime.log.entries.last == "invocation finished")
    }

    @Test func aSecondResponseIs400AndNothingOfItIsHeard() throws {
        let delivery = try self.deliver()
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["one"]))
        let other = try self.runtime.connect()
        try other.send(ScriptedRuntime.response("r1", "two"))
        #expect(try other.received().contains("InvalidRequestID"))
        other.lose()
        try delivery.connection.send(ScriptedRuntime.end())
        try delivery.connection.send(ScriptedRuntime.response("r1", "three"))
        #expect(delivery.caller.heard == ["began application/octet-stream", "one", "completed"])
    }

    @Test func aBufferedResponseOverTheLimitIs413WhileItsBodyStillFlows() throws {
        let delivery = try self.deliver(.buffered)
        try delivery.connection.send(ScriptedRuntime.post(self.resource))
        let piece = String(repeating: "x", count: 1 << 20)
        for _ in 1...6 { try delivery.connection.send(ScriptedRuntime.chunk(piece)) }
        #expect(try delivery.connection.received() == "")
        try delivery.connection.send(ScriptedRuntime.chunk(String(repeating: "y", count: 101)))
        #expect(try delivery.connection.received().hasPrefix("HTTP/1.1 413 "))
        #expect(delivery.caller.heard.last == "failed Function.ResponseSizeTooLarge")
        let heard = delivery.caller.heard.count
        for _ in 1...3 { try delivery.connection.send(ScriptedRuntime.chunk(piece)) }
        try delivery.connection.send(ScriptedRuntime.end())
        try delivery.connection.send(ScriptedRuntime.next())
        #expect(delivery.caller.heard.count == heard)
        #expect(self.runtime.log.entries.last == "invocation finished")
        #expect(delivery.connection.isOpen)
    }

    @Test func aBufferedResponseExactlyAtTheLimitIsWhole() throws {
        let delivery = try self.deliver(.buffered)
        let body = String(repeating: "x", count: Limits.maximumBufferedResponseBytes)
        try delivery.connection.send(ScriptedRuntime.response("r1", body))
        #expect(delivery.caller.heard.last == "completed")
        #expect(delivery.caller.bytes == 6_291_556)
    }

    @Test func trailersFailAStream() throws {
        let delivery = try self.deliver()
        let trailers = [
            "Lambda-Runtime-Function-Error-Type: TypeError",
            "Lambda-Runtime-Function-Error-Body: "
                + "eyJlcnJvclR5cGUiOiJUeXBlRXJyb3IiLCJlcnJvck1lc3NhZ2UiOiJib29tIn0=",
        ]
        try delivery.connection.send(
            ScriptedRuntime.post(self.resource, [ScriptedRuntime.streaming], chunks: ["a"], trailers: trailers)
        )
        #expect(delivery.caller.heard.suffix(2) == ["a", "failed TypeError"])
        #expect(delivery.caller.failure?.message == "boom")
        #expect(
            delivery.caller.failure.map { String(buffer: $0.payload) }
                == #"{"errorType":"TypeError","errorMessage":"boom"}"#
        )
        #expect(try delivery.connection.received().hasPrefix("HTTP/1.1 202 "))
        #expect(self.runtime.log.entries.last == "response finished TypeError")
    }

    /// One released runtime sends these words where base64 belongs.
    @Test func trailersThatAreNoBase64AreKeptAsText() throws {
        let delivery = try self.deliver()
        let trailers = [
            "Lambda-Runtime-Function-Error-Type: Unhandled", "Lambda-Runtime-Function-Error-Body: Requires base64",
        ]
        try delivery.connection.send(
            ScriptedRuntime.post(self.resource, [ScriptedRuntime.streaming], chunks: ["a"], trailers: trailers)
        )
        #expect(delivery.caller.heard.last == "failed Unhandled")
        #expect(delivery.caller.failure?.message == "Requires base64")
    }

    @Test func trailersThatWereNotAnnouncedDoNotFailABufferedResponse() throws {
        let delivery = try self.deliver(.buffered)
        let trailers = ["Lambda-Runtime-Function-Error-Type: TypeError"]
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["a"], trailers: trailers))
        #expect(delivery.caller.heard.last == "completed")
    }

    @Test func aConnectionThatEndsBeforeTheLastChunkIsATruncatedResponse() throws {
        let delivery = try self.deliver()
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["a"]))
        delivery.connection.lose()
        #expect(delivery.caller.heard == ["began application/octet-stream", "a", "failed Runtime.TruncatedResponse"])
        #expect(self.runtime.log.entries.last == "response finished Runtime.TruncatedResponse")
        let other = try self.runtime.connect()
        try other.send(ScriptedRuntime.next())
        #expect(self.runtime.log.entries.last == "invocation finished", "the runtime may come back")
    }

    @Test func anErrorInChunksIsPassedOnToTheByte() throws {
        let delivery = try self.deliver()
        let body = #"{"errorMessage":"m","errorType":"T","stackTrace":[]}"#
        let header = "Lambda-Runtime-Function-Error-Type: Function.T"
        try delivery.connection.send(
            ScriptedRuntime.post("invocation/r1/error", [header], chunks: [body], trailers: [])
        )
        #expect(try delivery.connection.received().hasPrefix("HTTP/1.1 202 "))
        #expect(delivery.caller.heard == ["failed Function.T"])
        #expect(delivery.caller.failure.map { String(buffer: $0.payload) } == body)
    }

    @Test func anErrorThatIsNoJSONIsPassedOnToo() throws {
        let delivery = try self.deliver()
        try delivery.connection.send(ScriptedRuntime.post("invocation/r1/error", chunks: ["oh ", "no"], trailers: []))
        #expect(delivery.caller.heard == ["failed Runtime.Unknown"])
        #expect(delivery.caller.failure?.message == "oh no")
    }

    @Test func anErrorBehindAResponseIs403() throws {
        let delivery = try self.deliver()
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["a"]))
        let other = try self.runtime.connect()
        try other.send(ScriptedRuntime.post("invocation/r1/error", chunks: ["{}"], trailers: []))
        #expect(try other.received().hasPrefix("HTTP/1.1 403 "))
        try delivery.connection.send(ScriptedRuntime.end())
        #expect(delivery.caller.heard.last == "completed")
    }

    @Test func anErrorOverItsLimitIs413AndFailsTheInvocationAtOnce() throws {
        let delivery = try self.deliver()
        let body = String(repeating: "x", count: Limits.maximumErrorReportBytes + 1)
        try delivery.connection.send(ScriptedRuntime.post("invocation/r1/error", chunks: [body], trailers: []))
        let reply = try delivery.connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 413 "))
        #expect(reply.contains("(1048576 bytes)"))
        #expect(delivery.caller.heard == ["failed Runtime.Unknown"])
    }

    @Test func aFullCallerHasTheRuntimeWait() throws {
        let delivery = try self.deliver()
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["a"]))
        #expect(delivery.connection.readIsLetThrough())
        delivery.relay.callerWritabilityChanged(isWritable: false)
        #expect(!delivery.connection.readIsLetThrough())
        delivery.relay.callerWritabilityChanged(isWritable: true)
        #expect(delivery.connection.readIsLetThrough())
    }

    @Test func aCallerThatIsFullBeforeTheResponseHasTheRuntimeWait() throws {
        let delivery = try self.deliver()
        delivery.relay.callerWritabilityChanged(isWritable: false)
        #expect(delivery.connection.readIsLetThrough(), "the runtime has not begun")
        try delivery.connection.send(ScriptedRuntime.post(self.resource))
        #expect(!delivery.connection.readIsLetThrough())
        delivery.relay.callerWritabilityChanged(isWritable: true)
        #expect(delivery.connection.readIsLetThrough())
    }

    @Test func aCallerThatLeftHoldsNobodyBackAndHearsNothing() throws {
        let delivery = try self.deliver()
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["a"]))
        delivery.relay.callerWritabilityChanged(isWritable: false)
        delivery.relay.callerDisappeared()
        #expect(delivery.connection.readIsLetThrough())
        try delivery.connection.send(ScriptedRuntime.chunk("b") + ScriptedRuntime.end())
        #expect(try delivery.connection.received().hasPrefix("HTTP/1.1 202 "))
        #expect(delivery.caller.heard == ["began application/octet-stream", "a"])
        #expect(self.runtime.log.entries.last == "response finished well")
    }

    /// The next call on that connection would wait for ever.
    @Test func theEndOfAResponseLetsAPausedConnectionGo() throws {
        let delivery = try self.deliver()
        try delivery.connection.send(ScriptedRuntime.post(self.resource, chunks: ["a"]))
        delivery.relay.callerWritabilityChanged(isWritable: false)
        delivery.relay.runtimeEnded(.timedOut(requestID: "r1", timeoutMilliseconds: 3_000))
        #expect(delivery.caller.heard.last == "failed Sandbox.Timedout")
        #expect(delivery.connection.readIsLetThrough())
        try delivery.connection.send(ScriptedRuntime.chunk("late"))
        #expect(delivery.caller.heard.last == "failed Sandbox.Timedout")
    }
}
