// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceRuntimeAPI
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct RuntimeAPISessionTests {
    private let runtime = ScriptedRuntime()

    @Test func nextWaitsUntilThereIsAnInvocation() throws {
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        #expect(try connection.received() == "")
        #expect(self.runtime.log.entries == ["init finished"])
        self.runtime.assign(payload: #"{"a":1}"#)
        let reply = try connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(reply.contains("\r\nLambda-Runtime-Aws-Request-Id: r1\r\n"))
        #expect(reply.contains("\r\nLambda-Runtime-Invocation-Id: delivery-r1\r\n"))
        #expect(reply.contains("\r\nLambda-Runtime-Invoked-Function-Arn: arn:f\r\n"))
        #expect(!reply.contains("Client-Context"), "what is empty is left out")
        #expect(reply.hasSuffix("\r\n\r\n" + #"{"a":1}"#))
        #expect(self.runtime.log.entries == ["init finished", "delivered r1"])
    }

    @Test func anInvocationWaitsForTheFirstNext() throws {
        self.runtime.assign()
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        #expect(try connection.received().hasSuffix("\r\n\r\n{}"))
        #expect(self.runtime.log.entries == ["init finished", "delivered r1"])
    }

    @Test func oneInvocationAfterTheOtherOnOneConnection() throws {
        let connection = try self.runtime.connect()
        for id in ["r1", "r2"] {
            try connection.send(ScriptedRuntime.next())
            let (caller, _) = self.runtime.assign(id)
            #expect(try connection.received().contains("Request-Id: \(id)\r\n"))
            try connection.send(ScriptedRuntime.response(id, "hi " + id))
            #expect(try connection.received().hasSuffix("\r\n\r\n" + "{\"status\":\"OK\"}\n"))
            #expect(caller.heard == ["began application/octet-stream", "hi " + id, "completed"])
        }
        try connection.send(ScriptedRuntime.next())
        let each = ["response finished well", "invocation finished"]
        #expect(self.runtime.log.entries == ["init finished", "delivered r1"] + each + ["delivered r2"] + each)
    }

    @Test func aSecondAssignmentIsRefusedAndTheFirstGoesOn() throws {
        let (first, _) = self.runtime.assign("r1")
        let (second, _) = self.runtime.assign("r2")
        #expect(second.heard == ["failed Sandbox.Failure"])
        let connection = try self.delivered(first)
        try connection.send(ScriptedRuntime.response("r1"))
        #expect(first.heard.last == "completed")
    }

    private func delivered(_ caller: RecordingCaller) throws -> EmbeddedConnection {
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        #expect(try connection.received().hasPrefix("HTTP/1.1 200 "))
        #expect(caller.heard.isEmpty)
        return connection
    }

    @Test func nextDuringAnInvocationIs403() throws {
        let (caller, _) = self.runtime.assign()
        let connection = try self.delivered(caller)
        try connection.send(ScriptedRuntime.next())
        let reply = try connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 403 "))
        #expect(reply.contains("from RuntimeRunning to RuntimeReady"))
        try connection.send(ScriptedRuntime.response())
        #expect(caller.heard.last == "completed")
    }

    @Test func aSecondNextBesideTheOpenOneIs403() throws {
        let first = try self.runtime.connect()
        let second = try self.runtime.connect()
        try first.send(ScriptedRuntime.next())
        try second.send(ScriptedRuntime.next())
        #expect(try second.received().hasPrefix("HTTP/1.1 403 "))
        second.lose()
        self.runtime.assign()
        #expect(try first.received().hasPrefix("HTTP/1.1 200 "), "the open one is not touched")
    }

    @Test func aResponseToAnotherIDIs400AndChangesNothing() throws {
        let (caller, _) = self.runtime.assign()
        let connection = try self.delivered(caller)
        try connection.send(ScriptedRuntime.response("other"))
        let reply = try connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 400 "))
        #expect(reply.contains("InvalidRequestID"))
        #expect(caller.heard.isEmpty)
        try connection.send(ScriptedRuntime.response())
        #expect(caller.heard.last == "completed")
    }

    @Test func aResponseOfAnotherDeliveryIs410() throws {
        let (caller, _) = self.runtime.assign()
        let connection = try self.delivered(caller)
        try connection.send(ScriptedRuntime.response("r1", "hi", ["Lambda-Runtime-Invocation-Id: stale"]))
        let reply = try connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 410 "))
        #expect(reply.contains("InvokeTimeout"))
        #expect(caller.heard.isEmpty)
        try connection.send(ScriptedRuntime.response("r1", "hi", ["Lambda-Runtime-Invocation-Id: delivery-r1"]))
        #expect(caller.heard.last == "completed")
    }

    @Test func aResponseWithoutAnInvocationIs403() throws {
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.response())
        #expect(try connection.received().contains("from RuntimeStarted to RuntimeInvocationResponse"))
        try connection.send(ScriptedRuntime.next())
        let other = try self.runtime.connect()
        try other.send(ScriptedRuntime.post("invocation/r1/error", chunks: ["{}"], trailers: []))
        #expect(try other.received().contains("from RuntimeReady to RuntimeInvocationErrorResponse"))
    }

    /// The process is being ended, but what it had on its way arrives.
    @Test func aResponseAfterTheTimeOutIs410() throws {
        let (caller, _) = self.runtime.assign()
        let connection = try self.delivered(caller)
        self.runtime.session.end(isTimeout: true) { .timedOut(requestID: $0, timeoutMilliseconds: 1000) }
        #expect(caller.heard == ["failed Sandbox.Timedout"])
        for resource in ["invocation/r1/response", "invocation/r1/error"] {
            try connection.send(ScriptedRuntime.post(resource, chunks: ["{}"], trailers: []))
            let reply = try connection.received()
            #expect(reply.hasPrefix("HTTP/1.1 410 "))
            #expect(reply.hasSuffix(#"{"errorMessage":"Invoke timeout","errorType":"InvokeTimeout"}"# + "\n"))
        }
        #expect(caller.heard.count == 1)
    }

    @Test func aResponseAfterAnotherEndIs403() throws {
        let (caller, _) = self.runtime.assign()
        let connection = try self.delivered(caller)
        self.runtime.session.end { .serviceStopped(requestID: $0) }
        try connection.send(ScriptedRuntime.response())
        #expect(try connection.received().contains("from RuntimeExited to RuntimeInvocationResponse"))
    }

    @Test func aCauseForTheTracingServiceIsNotPassedOn() throws {
        let (caller, _) = self.runtime.assign()
        let connection = try self.delivered(caller)
        let body = #"{"errorMessage":"m","errorCause":{"paths":[]},"errorType":"T"}"#
        let type = "Content-Type: application/vnd.aws.lambda.error.cause+json"
        try connection.send(ScriptedRuntime.post("invocation/r1/error", [type], chunks: [body], trailers: []))
        #expect(caller.failure?.payload == ByteBuffer(string: #"{"errorMessage":"m","errorType":"T"}"#))
        #expect(caller.failure?.errorType == "T")
    }

    @Test func pingIsAnswered() throws {
        let connection = try self.runtime.connect()
        try connection.send("GET /2018-06-01/ping HTTP/1.1\r\n\r\n")
        let reply = try connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 200 ") && reply.hasSuffix("\r\n\r\npong"))
    }

    @Test(arguments: [
        ("GET /nothing", 404), ("GET /2018-06-01/runtime/invocation//response", 404),
        ("POST /2018-06-01/runtime/invocation/next", 405), ("GET /2018-06-01/runtime/init/error", 405),
        ("GET /2018-06-01/runtime/invocation/r1/response", 405),
    ])
    func whatIsNoResourceIsRefused(line: String, status: Int) throws {
        let connection = try self.runtime.connect()
        try connection.send("\(line) HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        #expect(try connection.received().hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test func aNextThatBreaksMayComeBackAndLosesNothing() throws {
        let first = try self.runtime.connect()
        try first.send(ScriptedRuntime.next())
        first.lose()
        let (caller, _) = self.runtime.assign()
        #expect(self.runtime.log.entries == ["init finished"], "held, not delivered to nobody")
        let second = try self.delivered(caller)
        #expect(self.runtime.log.entries == ["init finished", "delivered r1"])
        try second.send(ScriptedRuntime.response())
        #expect(caller.heard.last == "completed")
    }

    @Test func theEndOfTheProcessIsToldToWhoWaits() throws {
        let (held, _) = self.runtime.assign()
        self.runtime.session.end { .runtimeExited(requestID: $0, .code(1)) }
        #expect(held.heard == ["failed Runtime.ExitError"])
        #expect(held.failure?.message == "RequestId: r1 Error: Runtime exited with error: exit status 1")
        #expect(self.runtime.log.entries == ["response finished Runtime.ExitError"])
        self.runtime.session.end { .runtimeExited(requestID: $0, .code(2)) }
        #expect(held.heard.count == 1)
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        #expect(try connection.received().hasPrefix("HTTP/1.1 403 "))
    }

    @Test func theEndBehindAWholeResponseTellsNothingMore() throws {
        let (caller, _) = self.runtime.assign()
        let connection = try self.delivered(caller)
        try connection.send(ScriptedRuntime.response())
        self.runtime.session.end { .runtimeExited(requestID: $0, .code(1)) }
        #expect(caller.heard.last == "completed")
        #expect(self.runtime.log.entries.last == "response finished well")
    }

    @Test func anInitErrorEndsTheEnvironmentBeforeTheFirstNextOnly() throws {
        let connection = try self.runtime.connect()
        let body = #"{"errorMessage":"m","errorType":"T"}"#
        try connection.send(ScriptedRuntime.post("init/error", chunks: [body], trailers: []))
        #expect(try connection.received().hasPrefix("HTTP/1.1 202 "))
        #expect(self.runtime.log.entries == ["init failed T"])

        let late = ScriptedRuntime()
        let ready = try late.connect()
        try ready.send(ScriptedRuntime.next())
        let other = try late.connect()
        try other.send(ScriptedRuntime.post("init/error", chunks: [body], trailers: []))
        #expect(try other.received().contains("from RuntimeReady to InitError"))
        #expect(late.log.entries == ["init finished"])
    }
}
