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

/// The log tells what happened in the order in which it happened.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct EventOrderTests {
    private static func names(_ events: [LogEvent]) -> [String] {
        events.compactMap { event -> String? in
            switch event.kind {
            // Whether there is one depends on how soon the next call comes; FreezeTests has them.
            case .frozen, .thawed, .shuttingDown: nil
            case .environmentStarting: "starting"
            case .initFinished: "ready"
            case .snapshotTaken: "snapshot"
            case .restored: "restored"
            case .environmentEnded: "ended"
            case .output(_, let line): "output \(line)"
            case .start: "START"
            case .end: "END"
            case .report: "REPORT"
            case .initReport: "INIT_REPORT"
            case .invocationFailed(_, let type, _): "failed \(type)"
            case .request: "request"
            case .note: "note"
            case .renewed: "renewed"
            case .watch: "watch"
            case .extensions(let news): news.line
            }
        }
    }

    @Test func tellsOfTwoInvocationsOfOneEnvironment() async throws {
        let log = LocalLambda.Log()
        try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
            for number in 1...2 {
                _ = try await lambda.invoke([.chunk("x"), .end])
                _ = try await log.reports(atLeast: number)
            }
        }
        let invocation = ["START", "END", "REPORT"]
        let names = Self.names(log.all)
        #expect(names.filter { $0 != "request" } == ["starting", "ready"] + invocation + invocation + ["ended"])
        // Its caller's answer is through before or behind the runtime's next request.
        #expect(names.count { $0 == "request" } == 2)
        #expect(log.all.allSatisfy { $0.function == "scripted" })
        #expect(log.reports.allSatisfy { $0.producedBytes == 1 && $0.errorType == nil && !$0.timedOut })
        #expect(zip(log.all, log.all.dropFirst()).allSatisfy { $0.epochMilliseconds <= $1.epochMilliseconds })
    }

    @Test func namesTheSameInvocationInAllItsLines() async throws {
        let log = LocalLambda.Log()
        let requestID = try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
            let reply = try await lambda.invoke([.chunk("x"), .trailers(type: "Oh.No", body: "{}")])
            #expect(reply.failureType == "Oh.No")
            _ = try await log.reports(atLeast: 1)
            return try #require(reply.fields[InvokeResponseHeader.requestID])
        }
        let ids = log.all.compactMap { event -> String? in
            switch event.kind {
            case .start(let id), .end(let id), .invocationFailed(let id, _, _): id
            case .report(let report): report.requestID
            default: nil
            }
        }
        #expect(ids == Array(repeating: requestID, count: 4))
        #expect(log.reports.first?.errorType == "Oh.No")
    }

    @Test func tellsOfACrash() async throws {
        let log = LocalLambda.Log()
        try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
            _ = try await lambda.invoke([.chunk("x"), .exit(1)])
            _ = try await log.endedEnvironment()
        }
        let names = Self.names(log.all)
        #expect(names.prefix(3) == ["starting", "ready", "START"])
        #expect(names.suffix(3) == ["END", "REPORT", "ended"])
        #expect(Set(names.dropFirst(3).dropLast(3).map { $0.prefix(6) }) == ["reques", "failed"], "\(names)")
    }

    @Test func keepsLinesOfOutputWhole() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.print("one\ntwo\r\nthree"), .print(""), .chunk("x"), .end])
            _ = try await lambda.log.first("the last line") { if case .output(_, "") = $0 { true } else { nil } }
            #expect(
                Self.names(lambda.log.all).filter { $0.hasPrefix("output") } == [
                    "output one", "output two", "output three", "output ",
                ]
            )
        }
    }

    @Test func measuresEachRequest() async throws {
        let log = LocalLambda.Log()
        try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
            _ = try await lambda.request([.chunk("12345"), .chunk("67890"), .end])
        }
        let summary = try await log.first("a request") { if case .request(let summary) = $0 { summary } else { nil } }
        #expect(summary.method == "POST")
        #expect(summary.target == "/")
        #expect(summary.status == 200)
        #expect(summary.bytes == 10)
        #expect(summary.end == .complete)
        let firstByte = try #require(summary.timeToFirstByte)
        #expect(firstByte > .zero && firstByte <= summary.duration)
    }
}
