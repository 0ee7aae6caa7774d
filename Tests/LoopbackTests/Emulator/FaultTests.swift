// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// What goes wrong on purpose, for one request by its header or for all.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct FaultTests {
    private static let hello: [ScriptedFunction.Step] = [.chunk("hello "), .chunk("world"), .end]

    @Test func killsTheFunctionWhenItsCallerHasThatManyBytes() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.invoke(fault: "kill=8", Self.hello)
            #expect(reply.body == "hello wo")
            #expect(reply.failureType == "Runtime.ExitError")
            #expect(reply.failureMessage?.hasSuffix("Runtime exited with error: signal: killed") == true)
            _ = try await lambda.log.note("the fault kill strikes at byte 8")
            #expect(try await lambda.invoke(Self.hello).body == "hello world", "only that request")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    /// A runtime that exits at once, as it is told to, and one that has to be ended.
    @Test(arguments: [true, false]) func failsInTheRuntimesSight(exits: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let steps: [ScriptedFunction.Step] = [.chunk("hello world"), .tell, exits ? .exit(0) : .hang]
            let reply = try await lambda.invoke(fault: "error=5", steps)
            #expect(reply.body == "hello")
            #expect(reply.failureType == "Sandbox.Failure")
            let answer = try await lambda.log.answers(1)[0]
            #expect(answer.isRefusal(500, "InternalServerError", "Internal Server Error"), "\(answer)")
            #expect(try await lambda.log.endedEnvironment() == "the fault error")
            #expect(lambda.log.count { if case .invocationFailed = $0 { true } else { false } } == 1)
            #expect(try await lambda.log.reports(atLeast: 1)[0].errorType == "Sandbox.Failure")
            #expect(try await lambda.invoke(Self.hello).body == "hello world", "only that request")
        }
    }

    @Test func dropsTheCallersConnectionAndLetsTheFunctionRunToItsEnd() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for reply in [
                try await lambda.invoke(fault: "drop=3", Self.hello),
                try await lambda.request(fault: "drop=3", Self.hello),
            ] {
                #expect(reply.status == 200)
                #expect(reply.body == "hel")
                guard case .broken = reply.end else { return #expect(Bool(false), "\(String(describing: reply.end))") }
            }
            let reports = try await lambda.log.reports(atLeast: 2)
            #expect(reports.map(\.producedBytes) == [11, 11])
            #expect(reports.allSatisfy { $0.errorType == nil })
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test func aDroppedInvokeHasNoAnswerAtAll() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.invoke(streaming: false, fault: "drop=3", Self.hello)
            #expect(reply.status == nil)
        }
    }

    @Test func tearsAChunkThatItHasAnnounced() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let port = lambda.addresses.functionURLs[0].port
            let text = try await withRawClient(port: port) { caller in
                let event = try ScriptedFunction.Step.event(Self.hello)
                try await caller.send(
                    "POST / HTTP/1.1\r\nHost: h\r\nX-Sluice-Fault: truncate=6\r\n"
                        + "Content-Length: \(event.utf8.count)\r\n\r\n\(event)"
                )
                return String(decoding: try await caller.readToEnd(), as: UTF8.self)
            }
            #expect(text.hasSuffix("\r\n\r\n6\r\nhello \r\n1000\r\n"), "\(text)")
        }
    }

    private static var helloBehindAPrelude: ScriptedFunction.Step {
        var response = ScriptedFunction.Step.Request.of("response")
            .with("Content-Type", "application/vnd.awslambda.http-integration-response")
        response.body = Array((#"{"statusCode":201}"# + String(repeating: "\0", count: 8) + "hello").utf8)
        return .ask(response)
    }

    /// A caller of a URL gets status and headers in place of the prelude.
    @Test(arguments: ["drop=3", "stall=3/1"]) func bytesAreThoseOfTheBodyBehindAPrelude(fault: String) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.request(fault: fault, [Self.helloBehindAPrelude])
            #expect(reply.status == 201)
            #expect(reply.body == (fault.hasPrefix("drop") ? "hel" : "hello"))
            let short = try await lambda.request(fault: "kill=6", [Self.helloBehindAPrelude])
            #expect(short.body == "hello")
            _ = try await lambda.log.note("the fault kill=6 did not strike: the response has 5 bytes")
        }
    }

    @Test func freezesTheFunctionForAWhileAndItGoesOn() async throws {
        let gate = try await Gate.open()
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.invoke(
                fault: "freeze=6/20",
                [.chunk("hello "), .untilAccepted(port: gate.port), .chunk("world"), .end]
            ) { body in
                if body == "hello " { await gate.release() }
            }
            #expect(reply.body == "hello world")
            #expect(reply.end == .complete)
            _ = try await lambda.log.note("the fault freeze strikes at byte 6")
        }
    }

    @Test func aFunctionThatStaysFrozenTimesOut() async throws {
        var function = try ScriptedFunction.configuration()
        function.timeout = .seconds(1)
        let gate = try await Gate.open()
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke(
                fault: "freeze=5",
                [.chunk("hello"), .untilAccepted(port: gate.port), .chunk("never"), .end]
            ) { body in
                if body == "hello" { await gate.release() }
            }
            #expect(reply.body == "hello")
            #expect(reply.failureType == "Sandbox.Timedout")
        }
    }

    @Test func aStalledCallerHoldsTheFunctionUpUntilItsTimeOut() async throws {
        var function = try ScriptedFunction.configuration()
        function.timeout = .seconds(1)
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.request(fault: "stall=7", Self.hello)
            #expect(reply.body == "hello w")
            guard case .broken = reply.end else { return #expect(Bool(false), "\(String(describing: reply.end))") }
            _ = try await lambda.log.note("a fault makes that one slow")
        }
    }

    @Test func aCallerThatStallsForAWhileGetsTheRestAtOnce() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let start = ContinuousClock.now
            let reply = try await lambda.request(fault: "stall=7/100", Self.hello)
            #expect(reply.body == "hello world")
            #expect(reply.end == .complete)
            #expect(start.duration(to: .now) >= .milliseconds(100))
        }
    }

    @Test func aSlowCallerGetsAllOfIt() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let start = ContinuousClock.now
            let reply = try await lambda.invoke(fault: "slow=32", Self.hello)
            #expect(reply.body == "hello world")
            #expect(start.duration(to: .now) >= .milliseconds(250), "four bytes at once, and seven in two refills")
        }
    }

    @Test func throttlesEveryNthRequestAndSaysWhenToComeAgain() async throws {
        let faults = try FaultPlan(parsing: "throttle=3")
        try await LocalLambda.run(try ScriptedFunction.configuration(), faults: faults) { lambda in
            var statuses: [Int?] = []
            for number in 0..<6 {
                let reply =
                    number.isMultiple(of: 2)
                    ? try await lambda.invoke(Self.hello) : try await lambda.request(Self.hello)
                statuses.append(reply.status)
                if reply.status == 429 { #expect(reply.fields[.retryAfter] == "1") }
            }
            #expect(statuses == [200, 200, 429, 200, 200, 429])
            #expect(try await lambda.invoke(fault: "throttle", Self.hello).status == 429)
        }
    }

    @Test func crashesAColdStartAndNoWarmOne() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let cold = try await lambda.invoke(fault: "init-crash", Self.hello)
            #expect(cold.failureType == "Runtime.ExitError")
            #expect(cold.failureMessage?.hasSuffix("exit status 1") == true)
            #expect(try await lambda.invoke(Self.hello).body == "hello world")
            #expect(try await lambda.invoke(fault: "init-crash", Self.hello).body == "hello world")
        }
    }

    @Test func aHeaderThatNamesNoFaultIsRefused() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for reply in [
                try await lambda.invoke(fault: "explode", Self.hello),
                try await lambda.request(fault: "explode", Self.hello),
            ] {
                #expect(reply.status == 400)
                #expect(reply.fields[InvokeResponseHeader.errorType] == "InvalidParameterValueException")
            }
            #expect(lambda.log.startedEnvironments == 0)
        }
    }
}
