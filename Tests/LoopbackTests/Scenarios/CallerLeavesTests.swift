// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// A function is not told that its caller left: it runs to its end, and is there for the next.
/// (Lambda Developer Guide, "Response streaming": streams "are not interrupted or stopped".)
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct CallerLeavesTests {
    private static let mebibyte = String(repeating: "x", count: 1024 * 1024)

    private static func send(
        _ steps: [ScriptedFunction.Step],
        _ kind: CallKind,
        _ lambda: LocalLambda,
        on client: RawConnection
    )
        async throws
    {
        let body = try ScriptedFunction.Step.event(steps)
        try await client.send(lambda.head(kind) + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// The log's word on a caller that left.
    private static func expectCallerLeft(_ lambda: LocalLambda) async throws {
        try await lambda.log.first("the caller's leaving") { kind in
            if case .request(let summary) = kind, summary.end == .callerLeft { () } else { nil }
        }
    }

    /// The function has come to its end and the same environment takes the next call.
    private static func expectWholeRun(_ lambda: LocalLambda, bytes: Int) async throws {
        #expect(try await lambda.log.answers(1)[0].isAccepted)
        let report = try await lambda.log.reports(atLeast: 1)[0]
        #expect(report.producedBytes == bytes)
        #expect(report.errorType == nil)
        #expect(!report.timedOut)
        #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        #expect(lambda.log.startedEnvironments == 1)
    }

    @Test(arguments: CallKind.allCases, [true, false])
    func inMidStreamTheFunctionRunsOn(kind: CallKind, withReset: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            try await withRawClient(port: lambda.port(for: kind)) { client in
                let after: [ScriptedFunction.Step] = [.chunk(Self.mebibyte, times: 3), .endAndTell]
                try await Self.send([.chunk("one"), .untilAccepted(port: gate.port)] + after, kind, lambda, on: client)
                // `Invoke` has nothing to read before the end.
                if kind != .invoke { _ = try await client.read(until: "one") }
                try await gate.wait()
                if withReset { try await client.abort() }
            }
            // One that only says nothing more may still be listening, until something is written to it.
            if withReset { try await Self.expectCallerLeft(lambda) }
            await gate.release()
            try await Self.expectWholeRun(lambda, bytes: 3 + 3 * 1024 * 1024)
        }
    }

    @Test(arguments: CallKind.allCases)
    func beforeTheHeadTheFunctionRunsOn(kind: CallKind) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            try await withRawClient(port: lambda.port(for: kind)) { client in
                let steps: [ScriptedFunction.Step] = [.untilAccepted(port: gate.port), .chunk("unheard"), .endAndTell]
                try await Self.send(steps, kind, lambda, on: client)
                try await gate.wait()
                try await client.abort()
            }
            try await Self.expectCallerLeft(lambda)
            await gate.release()
            try await Self.expectWholeRun(lambda, bytes: 7)
        }
    }

    /// Its function stands still at that moment, since nobody takes what it writes.
    @Test(arguments: [CallKind.stream, .functionURL])
    func aReaderThatLeftWithoutReadingKeepsNobodyWaiting(kind: CallKind) async throws {
        let other = try ScriptedFunction.configuration(name: "other")
        try await LocalLambda.run(try ScriptedFunction.configuration(), other) { lambda in
            try await withRawClient(port: lambda.port(for: kind), reading: false) { client in
                let steps: [ScriptedFunction.Step] = [.processID, .chunk(Self.mebibyte, times: 32), .endAndTell]
                try await Self.send(steps, kind, lambda, on: client)
                let writer = try await lambda.log.children()[0]
                try await Processes.waitUntilIdle(writer) {
                    for _ in 0..<20 { _ = try await lambda.invoke(of: "other", [.chunk("x"), .end]) }
                }
                #expect(
                    lambda.log.count { if case .output(_, let line) = $0 { line.hasPrefix("answer") } else { false } }
                        == 0
                )
                try await client.abort()
            }
            #expect(try await lambda.log.answers(1)[0].isAccepted)
            let report = try await lambda.log.first("the report of it all") { kind in
                if case .report(let report) = kind, report.producedBytes > 1 { report } else { nil }
            }
            #expect(report.producedBytes == 32 * 1024 * 1024)
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }
}
