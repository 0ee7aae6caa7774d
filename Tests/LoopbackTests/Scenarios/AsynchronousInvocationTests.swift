// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// `Invoke` of the type `Event`: nobody hears how it ends, and what fails is tried again.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AsynchronousInvocationTests {
    private static func configuration(
        retries: Int = 2,
        wait: TimeAmount = .milliseconds(10),
        concurrency: Int? = nil
    ) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration()
        function.asynchronousRetries = retries
        function.asynchronousRetryWait = wait
        function.reservedConcurrency = concurrency
        return function
    }

    /// Answers the request id.
    private static func send(
        _ steps: [ScriptedFunction.Step],
        fields: [String] = [],
        to lambda: LocalLambda
    ) async throws -> String {
        let event = Array(try ScriptedFunction.Step.event(steps).utf8)
        let reply = try await lambda.call(.invoke, fields: ["X-Amz-Invocation-Type: Event"] + fields, body: event)
        #expect(reply.status == 202)
        #expect(reply.text.isEmpty)
        return try #require(reply["x-amzn-requestid"].first)
    }

    private static func starts(_ log: LocalLambda.Log) -> [String] {
        log.all.compactMap { if case .start(let requestID) = $0.kind { requestID } else { nil } }
    }

    @Test func aFunctionThatFailsIsTriedTwiceMoreWithTheSameID() async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let id = try await Self.send([.error(type: "Function.Mine", body: "{}")], to: lambda)
            let end = try await lambda.log.note("given up after 3 attempts")
            #expect(
                end.hasPrefix("the asynchronous invocation \(id) failed (Function.Mine), and is given up"),
                "\(end)"
            )
            #expect(end.contains("on-failure destination or dead-letter queue"), "\(end)")
            let notes = lambda.log.notes.filter { $0.contains("is tried again in") }
            #expect(notes.count == 2)
            #expect(notes[0].hasSuffix("in 10 ms, as Lambda does") && notes[1].hasSuffix("in 20 ms, as Lambda does"))
            #expect(Self.starts(lambda.log) == [id, id, id])
        }
    }

    /// A time-out and a crash are the function's failures as well, and an initialisation that does not succeed.
    @Test(arguments: [[ScriptedFunction.Step.exit(1)], [.kill("SIGKILL")]])
    func whatAnAttemptHasMendedTheNextFindsDone(fails: [ScriptedFunction.Step]) async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            // The folder for temporary files outlives the crash.
            let id = try await Self.send([.once(name: "tried", fails), .print("well"), .respond("ok")], to: lambda)
            _ = try await lambda.log.first("the second attempt") {
                if case .output(_, "well") = $0 { true } else { nil }
            }
            #expect(Self.starts(lambda.log) == [id, id])
            #expect(lambda.log.notes.count { $0.contains("(Runtime.ExitError), and is tried again") } == 1)
        }
    }

    @Test func withoutRetriesNothingIsTriedAgain() async throws {
        try await LocalLambda.run(try Self.configuration(retries: 0)) { lambda in
            let id = try await Self.send([.error(type: "Function.Mine", body: "{}")], to: lambda)
            _ = try await lambda.log.note("given up after 1 attempt:")
            #expect(Self.starts(lambda.log) == [id])
        }
    }

    /// It is the request's, and its first attempt is struck.
    @Test func aFaultStrikesTheFirstAttempt() async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let steps: [ScriptedFunction.Step] = [.chunk("abc"), .print("well"), .chunk("def"), .end]
            let id = try await Self.send(steps, fields: ["X-Sluice-Fault: kill=2"], to: lambda)
            _ = try await lambda.log.reports(atLeast: 2)
            #expect(Self.starts(lambda.log) == [id, id])
            #expect(lambda.log.notes.count { $0.contains("is tried again in") } == 1)
        }
    }

    /// It goes back to the queue, and is served when there is room.
    @Test func whatIsThrottledIsServedLater() async throws {
        let gate = try await Gate.open()
        try await LocalLambda.run(try Self.configuration(concurrency: 1)) { lambda in
            async let first = lambda.invoke([.untilAccepted(port: gate.port), .chunk("first"), .end])
            try await gate.wait()
            // Its fault waits with it.
            let steps: [ScriptedFunction.Step] = [.chunk("abc"), .print("late"), .end]
            _ = try await Self.send(steps, fields: ["X-Sluice-Fault: kill=2"], to: lambda)
            let note = try await lambda.log.note("was throttled")
            #expect(
                note.contains("(ReservedFunctionConcurrentInvocationLimitExceeded), and is tried again in 1 s"),
                "\(note)"
            )
            await gate.release()
            #expect(try await first.body == "first")
            _ = try await lambda.log.first("the one that waited") {
                if case .output(_, "late") = $0 { true } else { nil }
            }
            _ = try await lambda.log.note("(Runtime.ExitError), and is tried again")
        }
    }

    @Test func aFunctionThatIsSwitchedOffGivesItUpAtOnce() async throws {
        try await LocalLambda.run(try Self.configuration(concurrency: 0)) { lambda in
            _ = try await Self.send([.respond("ok")], to: lambda)
            _ = try await lambda.log.note("given up at once, since nothing runs at a reserved concurrency of 0")
            #expect(Self.starts(lambda.log).isEmpty)
        }
    }

    /// What waits does not keep the service, which says what it drops.
    @Test func theServiceDoesNotWaitForIt() async throws {
        let log = LocalLambda.Log()
        try await LocalLambda.run(try Self.configuration(wait: .hours(1)), log: log) { lambda in
            for _ in 0..<2 { _ = try await Self.send([.error(type: "Function.Mine", body: "{}")], to: lambda) }
            try await log.wait(for: 2, "one that waits") {
                if case .note(let text) = $0, text.contains("tried again in 3600 s") { true } else { false }
            }
        }
        #expect(log.notes.contains("2 asynchronous invocations that waited to be tried again ended with the service"))
    }
}
