// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOEmbedded
import SluiceHTTPServer
import SluiceRuntimeAPI
import SluiceServiceWire
import Testing

/// The Runtime API of Managed Instances without sockets, against bytes that are written by hand.
@Suite struct ManagedRuntimeSessionTests {
    private let session = ManagedRuntimeSession(workers: 2)
    private let log = SessionLog()
    private let server: EmbeddedServer

    init() {
        self.server = EmbeddedServer(router: self.session, bounds: .runtimes(workers: 2))
        self.session.delegate = self.log
    }

    @discardableResult
    private func assign(_ requestID: String, context: String? = nil) -> RecordingCaller {
        let caller = RecordingCaller()
        let relay = InvocationRelay(mode: .streaming, caller: caller)
        let invocation = Invocation(
            requestID: requestID,
            invocationID: "delivery-\(requestID)",
            payload: ByteBuffer(string: "{}"),
            invokedFunctionARN: "arn:aws:lambda:r:1:function:f:alias",
            traceID: "Root=1",
            clientContext: context,
            timeout: .seconds(3)
        )
        self.session.assign(invocation, relay: relay)
        self.server.loop.run()
        return caller
    }

    /// A worker that has the invocation.
    private func worker(with requestID: String) throws -> EmbeddedConnection {
        let worker = try self.server.connect()
        try worker.send(ScriptedRuntime.next())
        let reply = try worker.received()
        #expect(reply.contains("Lambda-Runtime-Aws-Request-Id: \(requestID)\r\n"), "\(reply)")
        return worker
    }

    private func timeIsOver(_ requestID: String) {
        self.session.timeIsOver(requestID, timedOut: .timedOut(requestID: requestID, timeoutMilliseconds: 3000))
        self.server.loop.run()
    }

    @Test func severalWorkersWaitAndEachGetsOneInvocation() throws {
        let workers = try [self.server.connect(), self.server.connect()]
        for worker in workers { try worker.send(ScriptedRuntime.next()) }
        let callers = [self.assign("r1"), self.assign("r2")]
        for (number, worker) in workers.enumerated() {
            let reply = try worker.received()
            #expect(reply.hasPrefix("HTTP/1.1 200 ") && reply.contains("Aws-Request-Id: r\(number + 1)\r\n"))
        }
        try workers[1].send(ScriptedRuntime.response("r2", "two", [ScriptedRuntime.streaming]))
        #expect(callers[1].heard.suffix(2) == ["two", "completed"])
        #expect(callers[0].heard == [])
        try workers[1].send(ScriptedRuntime.next())
        try workers[0].send(ScriptedRuntime.response("r1", "one", [ScriptedRuntime.streaming]))
        #expect(callers[0].heard.suffix(2) == ["one", "completed"])
        #expect(
            self.log.entries == [
                "init finished", "worker idle", "worker idle", "delivered r1", "delivered r2", "response finished well",
                "worker idle", "response finished well",
            ]
        )
    }

    @Test func moreWaitingCallsThanWorkersAre500() throws {
        for _ in 0..<2 { try self.server.connect().send(ScriptedRuntime.next()) }
        let third = try self.server.connect()
        try third.send(ScriptedRuntime.next())
        let reply = try third.received()
        #expect(reply.hasPrefix("HTTP/1.1 500 "))
        #expect(reply.contains(#""errorType":"Runtime.TooManyIdleRuntimes""#))
    }

    @Test func aTimeOutEndsItsOwnInvocationAndItsWorkerHears410() throws {
        let callers = [self.assign("r1"), self.assign("r2")]
        let slow = try self.worker(with: "r1")
        let other = try self.worker(with: "r2")
        self.timeIsOver("r1")
        #expect(callers[0].heard == ["failed Sandbox.Timedout"])
        #expect(callers[1].heard == [])
        try slow.send(ScriptedRuntime.response("r1", "late"))
        #expect(try slow.received().hasPrefix("HTTP/1.1 410 "))
        try slow.send(ScriptedRuntime.post("invocation/r1/error", chunks: ["{}"], trailers: []))
        #expect(try slow.received().hasPrefix("HTTP/1.1 410 "))
        try other.send(ScriptedRuntime.response("r2", "well"))
        #expect(callers[1].heard.last == "completed")
        try slow.send(ScriptedRuntime.next())
        self.assign("r3")
        #expect(try slow.received().contains("Aws-Request-Id: r3\r\n"))
    }

    /// Otherwise its worker would wait for an answer for ever.
    @Test func aTimeOutInTheMiddleOfAResponseAnswersIt() throws {
        let caller = self.assign("r1")
        let worker = try self.worker(with: "r1")
        try worker.send(ScriptedRuntime.post("invocation/r1/response", [ScriptedRuntime.streaming], chunks: ["begun"]))
        self.timeIsOver("r1")
        #expect(caller.heard.suffix(2) == ["begun", "failed Sandbox.Timedout"])
        #expect(try worker.received().hasPrefix("HTTP/1.1 410 "))
        try worker.send(ScriptedRuntime.chunk("more") + ScriptedRuntime.end() + ScriptedRuntime.next())
        let next = self.assign("r2")
        #expect(try worker.received().contains("Aws-Request-Id: r2\r\n"))
        #expect(next.heard == [])
    }

    @Test func anErrorDuringTheResponseEndsIt() throws {
        let caller = self.assign("r1")
        let worker = try self.worker(with: "r1")
        try worker.send(ScriptedRuntime.post("invocation/r1/response", [ScriptedRuntime.streaming], chunks: ["begun"]))
        let aside = try self.server.connect()
        let body = #"{"errorMessage":"m","errorType":"T"}"#
        try aside.send(ScriptedRuntime.post("invocation/r1/error", chunks: [body], trailers: []))
        #expect(try aside.received().hasPrefix("HTTP/1.1 202 "))
        #expect(caller.heard.suffix(2) == ["begun", "failed T"])
        #expect(try worker.received().hasPrefix("HTTP/1.1 400 "))
    }

    @Test func whatIsNoInvocationOfAWorkerIs400() throws {
        self.assign("r1")
        let worker = try self.worker(with: "r1")
        self.assign("held")
        for requestID in ["other", "held"] {
            try worker.send(ScriptedRuntime.response(requestID))
            #expect(try worker.received().contains("InvalidRequestID"), "\(requestID)")
        }
        try worker.send(ScriptedRuntime.response("r1"))
        #expect(try worker.received().hasPrefix("HTTP/1.1 202 "))
        try worker.send(ScriptedRuntime.response("r1"))
        #expect(try worker.received().contains("InvalidRequestID"))
    }

    @Test func anAnswerForAnotherDeliveryIs410() throws {
        self.assign("r1")
        let worker = try self.worker(with: "r1")
        try worker.send(ScriptedRuntime.response("r1", "x", ["Lambda-Runtime-Invocation-Id: delivery-r0"]))
        #expect(try worker.received().hasPrefix("HTTP/1.1 410 "))
        try worker.send(ScriptedRuntime.response("r1", "x", ["Lambda-Runtime-Invocation-Id: delivery-r1"]))
        #expect(try worker.received().hasPrefix("HTTP/1.1 202 "))
    }

    @Test func emptyFieldsAreSentAndTheQualifierIsNot() throws {
        self.assign("r1")
        let worker = try self.server.connect()
        try worker.send(ScriptedRuntime.next())
        let reply = try worker.received()
        #expect(reply.contains("Lambda-Runtime-Client-Context: \r\n"), "\(reply)")
        #expect(reply.contains("Lambda-Runtime-Cognito-Identity: \r\n"), "\(reply)")
        #expect(reply.contains("Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:r:1:function:f\r\n"), "\(reply)")
    }

    @Test func oneThatNoWorkerTookInTimeIsToldSo() throws {
        let caller = self.assign("r1")
        self.timeIsOver("r1")
        #expect(caller.heard == ["failed Runtime.Unavailable"])
        #expect(self.log.entries == ["response finished Runtime.Unavailable"])
    }

    @Test func theSameIdTwiceIsRefused() {
        let first = self.assign("r1")
        #expect(self.assign("r1").heard == ["failed Client.DuplicatedInvokeId"])
        #expect(first.heard == [])
    }

    @Test func theEndOfTheProcessIsToldToAllWhoWait() throws {
        let callers = [self.assign("r1"), self.assign("r2"), self.assign("r3")]
        _ = try self.worker(with: "r1")
        self.session.end { .runtimeExited(requestID: $0, .code(1)) }
        for caller in callers { #expect(caller.heard == ["failed Runtime.ExitError"]) }
        self.session.end { .runtimeExited(requestID: $0, .code(2)) }
        #expect(callers.allSatisfy { $0.heard.count == 1 })
    }

    @Test func aLostConnectionIsAWorkerLess() throws {
        let worker = try self.server.connect()
        try worker.send(ScriptedRuntime.next())
        worker.lose()
        let caller = self.assign("r1")
        #expect(caller.heard == [])
        #expect(self.log.entries == ["init finished", "worker idle", "worker lost"], "held, not delivered to nobody")
        _ = try self.worker(with: "r1")
    }

    @Test func anInitErrorCountsUntilTheFirstWorkerIsReady() throws {
        let first = try self.server.connect()
        let body = #"{"errorMessage":"m","errorType":"T"}"#
        try first.send(ScriptedRuntime.post("init/error", chunks: [body], trailers: []))
        #expect(try first.received().hasPrefix("HTTP/1.1 202 "))
        #expect(self.log.entries == ["init failed T"])
        let second = try self.server.connect()
        try second.send(ScriptedRuntime.next())
        let third = try self.server.connect()
        try third.send(ScriptedRuntime.post("init/error", chunks: [body], trailers: []))
        #expect(try third.received().hasPrefix("HTTP/1.1 403 "))
    }
}
