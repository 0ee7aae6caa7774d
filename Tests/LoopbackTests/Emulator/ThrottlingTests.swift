// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// One call more than the concurrency allows is refused, and nobody else is disturbed.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ThrottlingTests {
    private static let body = """
        {"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}
        """

    @Test func refusesTheCallThatIsOneTooManyWhileTheOthersGoOn() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(concurrency: 2)) { lambda in
            let gate = try await Gate.open()
            let script: [ScriptedFunction.Step] = [.chunk("a"), .untilAccepted(port: gate.port), .chunk("b"), .end]
            try await withThrowingTaskGroup(of: LocalLambda.Reply.self) { calls in
                for _ in 0..<2 { calls.addTask { try await lambda.invoke(script) } }
                try await gate.wait(for: 2)

                for streaming in [true, false] {
                    let head = try await Self.rawInvoke(lambda, streaming: streaming)
                    #expect(head.hasPrefix("HTTP/1.1 429 "), "\(head)")
                    #expect(head.contains("\r\nx-amzn-ErrorType: TooManyRequestsException\r\n"), "\(head)")
                    #expect(head.hasSuffix("\r\n\r\n" + Self.body), "\(head)")
                }
                let onURL = try await lambda.request([.end])
                #expect(onURL.status == 429)
                #expect(onURL.body == Self.body)

                await gate.release()
                for try await reply in calls {
                    #expect(reply.end == .complete)
                    #expect(reply.body == "ab")
                }
            }
            #expect(try await lambda.invoke([.chunk("again"), .end]).body == "again")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    /// Nobody reserved it: the ten at once are this service's own.
    @Test func aFunctionWithoutReservedConcurrencyHasNoneToExceed() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            let script: [ScriptedFunction.Step] = [.untilAccepted(port: gate.port), .chunk("b"), .end]
            try await withThrowingTaskGroup(of: LocalLambda.Reply.self) { calls in
                for _ in 0..<Limits.defaultConcurrency { calls.addTask { try await lambda.invoke(script) } }
                try await gate.wait(for: Limits.defaultConcurrency)
                let onURL = try await lambda.request([.end])
                #expect(onURL.status == 429)
                #expect(onURL.body.contains(#""Reason":"ConcurrentInvocationLimitExceeded""#), "\(onURL.body)")
                await gate.release()
                for try await reply in calls { #expect(reply.end == .complete) }
            }
        }
    }

    /// How a function is switched off.
    @Test func refusesEveryCallWhereNoConcurrencyIsReserved() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(concurrency: 0)) { lambda in
            let reply = try await lambda.request([.end])
            #expect(reply.status == 429)
            #expect(reply.body == Self.body)
            #expect(lambda.log.startedEnvironments == 0)
        }
    }

    @Test func refusesACallOverTheLimitOfTheAccount() async throws {
        let functions = (try ScriptedFunction.configuration(), try ScriptedFunction.configuration(name: "other"))
        try await LocalLambda.run(functions.0, functions.1, accountConcurrency: 1) { lambda in
            let gate = try await Gate.open()
            async let first = lambda.invoke([.chunk("a"), .untilAccepted(port: gate.port), .chunk("b"), .end])
            try await gate.wait()
            let refused = try await lambda.request(at: 1, [.end])
            #expect(refused.status == 429)
            #expect(refused.body.hasPrefix(#"{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User""#))
            await gate.release()
            #expect(try await first.body == "ab")
            #expect(try await lambda.invoke(of: "other", [.chunk("x"), .end]).body == "x")
        }
    }

    /// The whole answer, as it comes from the socket.
    private static func rawInvoke(_ lambda: LocalLambda, streaming: Bool) async throws -> String {
        let path =
            streaming
            ? "/2021-11-15/functions/scripted/response-streaming-invocations"
            : "/2015-03-31/functions/scripted/invocations"
        return try await withRawClient(port: lambda.addresses.endpointPort) { connection in
            try await connection.send(
                "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
            return String(decoding: try await connection.readToEnd(), as: UTF8.self)
        }
    }
}
