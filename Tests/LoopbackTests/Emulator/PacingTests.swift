// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// Streams as fast as Lambda lets them be, and limits by their names.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct PacingTests {
    private static let mebibyte = String(repeating: "x", count: 1024 * 1024)

    /// Two refills' worth behind the burst cannot have passed before the second one.
    private static let steps: [ScriptedFunction.Step] = [
        .chunk(mebibyte, times: 6), .chunk(String(repeating: "y", count: 2 * 262_144)), .end,
    ]

    @Test(arguments: [true, false])
    func slowsAStreamBehindItsFirstSixMebibytesAndSaysSo(isURL: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(), limits: .lambda) { lambda in
            let start = ContinuousClock.now
            let reply = isURL ? try await lambda.request(Self.steps) : try await lambda.invoke(Self.steps)
            #expect(start.duration(to: .now) >= .milliseconds(250))
            #expect(reply.end == .complete)
            #expect(reply.body.utf8.count == 6_815_744)
            let note = try await lambda.log.note("stream-bytes-per-second")
            #expect(
                note == """
                    the stream is slowed behind its first 6291456 bytes: limit stream-bytes-per-second, \
                    2097152 bytes a second, as on Lambda
                    """
            )
            #expect(lambda.log.notes.count == 1)
        }
    }

    @Test func deliversTheBurstAtOnceAndTheRestInTheOrderOfTheirTimes() async throws {
        var limits = ServiceLimits.lambda
        try limits.change("stream-burst-bytes=3")
        try limits.change("stream-bytes-per-second=16")
        try await LocalLambda.run(try ScriptedFunction.configuration(), limits: limits) { lambda in
            let reply = try await lambda.invoke([.chunk("abcdefgh"), .end])
            #expect(reply.end == .complete)
            #expect(reply.body == "abcdefgh")
        }
    }

    @Test func doesNotSlowABufferedResponse() async throws {
        var limits = ServiceLimits.lambda
        try limits.change("stream-burst-bytes=0")
        try limits.change("stream-bytes-per-second=1")
        try await LocalLambda.run(try ScriptedFunction.configuration(), limits: limits) { lambda in
            let reply = try await lambda.invoke(streaming: false, [.chunk("abcdefgh", times: 1_000), .end])
            #expect(reply.body.utf8.count == 8_000)
            #expect(lambda.log.notes == [])
        }
    }

    @Test func aStreamThatWaitsForItsTimeStillEndsAtTheFunctionsTimeOut() async throws {
        var limits = ServiceLimits.lambda
        try limits.change("stream-burst-bytes=4")
        try limits.change("stream-bytes-per-second=8")
        var function = try ScriptedFunction.configuration()
        function.timeout = .seconds(1)
        try await LocalLambda.run(function, limits: limits) { lambda in
            let reply = try await lambda.invoke([.chunk(String(repeating: "x", count: 1_000)), .end])
            #expect(reply.failureType == "Sandbox.Timedout")
            #expect((4...20).contains(reply.body.utf8.count), "\(reply.body.utf8.count)")
        }
    }

    @Test func eachLimitBitesAtItsNumberAndTheLogNamesItAndLambdas() async throws {
        var limits = ServiceLimits.unpaced
        for change in ["request-bytes=60", "async-request-bytes=50", "response-bytes=5", "stream-bytes=7"] {
            try limits.change(change)
        }
        try await LocalLambda.run(try ScriptedFunction.configuration(), limits: limits) { lambda in
            let streamed = try await lambda.invoke([.chunk("123456789"), .end])
            #expect(streamed.body == "1234567")
            #expect(streamed.failureType == "Function.ResponseSizeTooLarge")
            _ = try await lambda.log.note("limit stream-bytes, 7 bytes; Lambda's is 209715200")
            let buffered = try await lambda.invoke(streaming: false, [.chunk("123456"), .end])
            #expect(buffered.body.contains("(5 bytes)"))
            _ = try await lambda.log.note("limit response-bytes, 5 bytes; Lambda's is 6291556")
            let refused = try await lambda.invoke(streaming: false, [.print(String(repeating: "p", count: 60)), .end])
            #expect(refused.status == 413)
            _ = try await lambda.log.note("limit request-bytes, 60 bytes; Lambda's is 6291456")
            #expect(try await lambda.request([.end]).status == 413)
            let event = Array(String(repeating: " ", count: 49).utf8) + Array("{}".utf8)
            let asynchronous = try await lambda.call(.invoke, fields: ["X-Amz-Invocation-Type: Event"], body: event)
            #expect(asynchronous.status == 413, "\(asynchronous)")
            _ = try await lambda.log.note("limit async-request-bytes, 50 bytes; Lambda's is 1048576")
        }
    }

    @Test func aFunctionsVariablesMayTakeFourKibibytes() async throws {
        var function = try ScriptedFunction.configuration()
        function.variables = ["NAME": String(repeating: "v", count: 4_092)]
        try await LocalLambda.run(function) { _ in }
        function.variables = ["NAME": String(repeating: "v", count: 4_093)]
        let tooMuch = function
        let error = await #expect(throws: EmulatorError.self) { try await LocalLambda.run(tooMuch) { _ in } }
        #expect(error?.message.contains("take 4097 bytes") == true)
        #expect(error?.message.hasSuffix("limit environment-bytes, 4096 bytes, as on Lambda") == true)
        var limits = ServiceLimits.unpaced
        try limits.change("environment-bytes=off")
        try await LocalLambda.run(function, limits: limits) { _ in }
    }
}
