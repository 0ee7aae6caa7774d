// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// A function that ends while it has an invocation: its caller is told, the next one finds a healthy service.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct CrashTests {
    @Test func tellsOfAProcessThatEndsBeforeItsResponse() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let buffered = try await lambda.invoke(streaming: false, [.exit(7)])
            #expect(buffered.status == 200)
            #expect(buffered.failureType == "Runtime.ExitError")
            #expect(buffered.failureMessage?.hasSuffix("Error: Runtime exited with error: exit status 7") == true)

            let streamed = try await lambda.invoke([.kill("SIGKILL")])
            #expect(streamed.failureType == "Runtime.ExitError")
            #expect(try await lambda.request([.exit(0)]).status == 502)
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    @Test(arguments: [ScriptedFunction.Step.exit(1), .kill("SIGKILL"), .halfChunk])
    func tellsOfAProcessThatEndsInMidStream(last: ScriptedFunction.Step) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let streamed = try await lambda.invoke([.chunk("one "), .chunk("two "), last, .exit(1)])
            #expect(streamed.status == 200)
            #expect(streamed.body.hasPrefix("one two "))
            #expect(streamed.failureType != nil, "\(streamed)")

            let onURL = try await lambda.request([.chunk("one "), last, .exit(1)])
            #expect(onURL.body.hasPrefix("one "))
            guard case .broken = onURL.end else {
                Issue.record("the reader takes it for whole: \(onURL)")
                return
            }

            let buffered = try await lambda.invoke(streaming: false, [.chunk("one "), last, .exit(1)])
            #expect(buffered.failureType != nil)
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    /// Its process is gone before its last bytes are read; the response is whole all the same.
    @Test func takesAResponseAsWholeWhoseProcessEndedRightBehindIt() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let piece = String(repeating: "x", count: 1_000)
            for code in [0, 1] {
                for streaming in [true, false] {
                    let reply = try await lambda.invoke(
                        streaming: streaming,
                        [.chunk(piece, times: 300), .endUnread, .exit(code)]
                    )
                    #expect(reply.end == .complete)
                    #expect(reply.body.utf8.count == 300_000)
                }
            }
            #expect(lambda.log.startedEnvironments == 4)
            #expect(lambda.log.count { if case .invocationFailed = $0 { true } else { false } } == 0)
        }
    }

    /// It ended long ago when its caller reads the last of it.
    @Test func givesTheWholeResponseToASlowReaderAfterTheProcessEnded() async throws {
        var clock = try ScriptedFunction.configuration(name: "clock")
        clock.timeout = .milliseconds(Int64(Limits.lastBytesMilliseconds) + 500)
        try await LocalLambda.run(try ScriptedFunction.configuration(), clock) { lambda in
            let piece = String(repeating: "x", count: 1000)
            let event = try ScriptedFunction.Step.event([.chunk(piece, times: 6500), .endUnread, .exit(0)])
            let port = lambda.addresses.functionURLs[0].port
            try await withRawClient(port: port, reading: false, receiveBufferBytes: 4096) { caller in
                try await caller.send("POST / HTTP/1.0\r\nContent-Length: \(event.utf8.count)\r\n\r\n\(event)")
                // Longer than an ended process is waited for otherwise.
                #expect(try await lambda.invoke(of: "clock", [.hang]).failureType == "Sandbox.Timedout")
                try await caller.setReading(true)
                let bytes = try await caller.readToEnd()
                #expect(bytes.count { $0 == UInt8(ascii: "x") } >= 6_500_000)
            }
            let report = try await lambda.log.first("its report") {
                if case .report(let report) = $0, !report.timedOut { report } else { nil }
            }
            #expect(report.errorType == nil)
        }
    }

    /// A child in a session of its own keeps its connection open, so that what is left looks as if it were waiting.
    @Test func sendsNobodyToAnIdleFunctionWhoseProcessIsGone() async throws {
        let other = try ScriptedFunction.configuration(name: "other")
        try await LocalLambda.run(try ScriptedFunction.configuration(), other) { lambda in
            _ = try await lambda.invoke([.heir, .chunk("x"), .end])
            let children = try await lambda.log.children(2)
            _ = try await lambda.log.reports(atLeast: 1)
            defer { Processes.kill(group: children[1]) }
            Processes.kill(group: children[0])
            #expect(await Processes.eventually { !Processes.exists(children[0]) })
            // One that ends after it, and is heard of: then the service knows of the first one's end too.
            _ = try await lambda.invoke(of: "other", [.exit(0)])
            _ = try await lambda.log.endedEnvironment()
            let reply = try await lambda.invoke([.chunk("well"), .end])
            #expect(reply.body == "well", "\(reply)")
            #expect(lambda.log.startedEnvironments == 3)
        }
    }

    /// It ends between two invocations, and the next one must not be given to what is left of it.
    @Test func startsAnewAfterAnIdleProcessWasKilled() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.child(["sh", "-c", "sleep 1000"]), .chunk("x"), .end])
            let child = try await lambda.log.children()[0]
            _ = try await lambda.log.reports(atLeast: 1)
            Processes.kill(group: try #require(Processes.group(of: child)))
            #expect(try await lambda.log.endedEnvironment() == "signal: killed")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 2)
        }
    }
}
