// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// Requests a second: each test calls until it is refused, or let in again, since only that tells how time passes.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct RequestRateTests {
    private static let oneEach: ServiceLimits = {
        var limits = ServiceLimits.unpaced
        limits[.requestsPerSecond] = 1
        return limits
    }()

    private static func body(_ reason: String) -> String {
        #"{"Reason":"\#(reason)","Type":"User","message":"Rate Exceeded."}"#
    }

    enum Way: CaseIterable { case invoke, stream, url }

    private static func call(_ lambda: LocalLambda, _ way: Way) async throws -> LocalLambda.Reply {
        switch way {
        case .invoke: try await lambda.invoke(streaming: false, [.end])
        case .stream: try await lambda.invoke([.end])
        case .url: try await lambda.request([.end])
        }
    }

    @Test(arguments: Way.allCases)
    func refusesWhatIsOverThatOfTheReservedConcurrencyAndLetsInAgain(way: Way) async throws {
        let function = try ScriptedFunction.configuration(concurrency: 1)
        try await LocalLambda.run(function, limits: Self.oneEach) { lambda in
            var reply = try await Self.call(lambda, .url)
            #expect(reply.status == 200, "the first one is within the number")
            while reply.status != 429 { reply = try await Self.call(lambda, way) }
            if way == .url { #expect(reply.body == Self.body("ReservedFunctionInvocationRateLimitExceeded")) }
            let note = try await lambda.log.note("limit requests-per-second")
            #expect(
                note == "a request was refused: with a reserved concurrency of 1 it is one too many within a second: "
                    + "limit requests-per-second, 1 for each of the concurrency; Lambda's is 10"
            )
            while reply.status != 200 { reply = try await Self.call(lambda, way) }
        }
    }

    /// Lambda's own number, which is on where nothing is said.
    @Test func keepsLambdasNumberByDefault() async throws {
        var configuration = EmulatorConfiguration(
            functions: [try ScriptedFunction.configuration(concurrency: 1)],
            hostVariables: ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin"]
        )
        configuration.port = 0
        let log = LocalLambda.Log()
        try await Emulator.run(configuration, onEvent: { log.record($0) }) { addresses in
            let lambda = LocalLambda(addresses: addresses, log: log)
            var answered = 0
            while try await lambda.request([.end]).status == 200 { answered += 1 }
            #expect(answered >= 10)
            let note = try await log.note("requests-per-second")
            #expect(note.hasSuffix(", 10 for each of the concurrency, as on Lambda"), "\(note)")
        }
    }

    @Test func countsRequestsOfAllFunctionsForTheAccount() async throws {
        let functions = (try ScriptedFunction.configuration(), try ScriptedFunction.configuration(name: "other"))
        try await LocalLambda.run(functions.0, functions.1, accountConcurrency: 1, limits: Self.oneEach) { lambda in
            var reply = try await lambda.request([.end])
            #expect(reply.status == 200)
            while reply.status != 429 {
                // Neither has a number of its own.
                _ = try await lambda.request([.end])
                reply = try await lambda.request(at: 1, [.end])
            }
            #expect(reply.body == Self.body("FunctionInvocationRateLimitExceeded"))
            let note = try await lambda.log.note("requests-per-second")
            #expect(note.contains("with an account concurrency of 1 "), "\(note)")
        }
    }

    @Test func asynchronousOnesAreNotCounted() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(), accountConcurrency: 3, limits: Self.oneEach) {
            lambda in
            let body = Array(try ScriptedFunction.Step.event([.end]).utf8)
            for count in 1...12 {
                let reply = try await lambda.call(.invoke, fields: ["X-Amz-Invocation-Type: Event"], body: body)
                #expect(reply.status == 202)
                // One at a time, so that none is dropped for the concurrency.
                _ = try await lambda.log.reports(atLeast: count)
            }
            #expect(try await lambda.request([.end]).status == 200, "nothing is used up")
            #expect(lambda.log.notes.isEmpty)
        }
    }

    @Test func managedInstancesHaveNone() async throws {
        var function = try ScriptedFunction.configuration(concurrency: 1)
        function.managedConcurrency = 2
        function.memoryMegabytes = 2_048
        try await LocalLambda.run(function, limits: Self.oneEach) { lambda in
            for _ in 0..<5 {
                let reply = try await lambda.invoke([.chunk("x"), .end])
                #expect(reply.body == "x")
            }
        }
    }

    /// What a busy function refuses is not what it let in: the number is there when it is free.
    @Test func whatIsRefusedForTheConcurrencyIsNotCounted() async throws {
        var limits = ServiceLimits.unpaced
        limits[.requestsPerSecond] = 2
        try await LocalLambda.run(try ScriptedFunction.configuration(concurrency: 1), limits: limits) { lambda in
            let gate = try await Gate.open()
            async let first = lambda.invoke([.chunk("a"), .untilAccepted(port: gate.port), .chunk("b"), .end])
            try await gate.wait()
            let busy = Self.body("ReservedFunctionConcurrentInvocationLimitExceeded")
            for _ in 0..<10 {
                let reply = try await lambda.request([.end])
                #expect(reply.body == busy)
            }
            await gate.release()
            #expect(try await first.body == "ab")
        }
    }
}
