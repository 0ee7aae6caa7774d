// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// `LogType=Tail` brings the end of the invocation's log, its REPORT line included.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct LogTailTests {
    private static func decoded(_ text: String?) throws -> String {
        let base64 = try #require(text)
        let data = try #require(Data(base64Encoded: base64))
        #expect(data.count <= 4096)
        return String(decoding: data, as: UTF8.self)
    }

    private static func names(_ log: String) -> [String] {
        log.split(separator: "\n").map { String($0.prefix { $0 != " " && $0 != "\t" }) }
    }

    @Test func standsInTheHeaderOfABufferedCall() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for number in 1...2 {
                let reply = try await lambda.invoke(
                    streaming: false,
                    tail: true,
                    [.print("line \(number)"), .respond("{}")]
                )
                let log = try Self.decoded(reply.fields[InvokeResponseHeader.logResult])
                #expect(Self.names(log) == ["START", "line", "END", "REPORT"], "\(log)")
                #expect(log.contains("line \(number)\n"))
                let requestID = try #require(reply.fields[InvokeResponseHeader.requestID])
                #expect(log.hasPrefix("START RequestId: \(requestID) Version: $LATEST\n"))
                #expect(log.contains("\tMemory Size: 128 MB\t"))
                #expect(log.contains("Init Duration") == (number == 1), "\(log)")
            }
        }
    }

    /// What a function has printed before its response stands in the log, however the loop comes to read it.
    @Test func missesNothingOfWhatWasPrintedBefore() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for number in 1...50 {
                let reply = try await lambda.invoke(
                    streaming: false,
                    tail: true,
                    [.print("a\nb\n\(number)"), .respond("{}")]
                )
                let log = try Self.decoded(reply.fields[InvokeResponseHeader.logResult])
                #expect(Self.names(log) == ["START", "a", "b", "\(number)", "END", "REPORT"], "\(log)")
            }
        }
    }

    @Test func keepsTheLast4KBAndNoHalfCharacter() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let lines = (1...3000).map { "\($0)é" }.joined(separator: "\n")
            let reply = try await lambda.invoke(streaming: false, tail: true, [.print(lines), .respond("{}")])
            let log = try Self.decoded(reply.fields[InvokeResponseHeader.logResult])
            #expect(log.utf8.count > 4090)
            #expect(!log.contains("\u{FFFD}"), "\(log.prefix(10))")
            #expect(log.contains("3000é\nEND RequestId"))
        }
    }

    @Test func saysWhyTheFunctionFailed() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.invoke(streaming: false, tail: true, [.print("last words"), .exit(7)])
            #expect(reply.failureType == "Runtime.ExitError")
            let log = try Self.decoded(reply.fields[InvokeResponseHeader.logResult])
            #expect(Self.names(log) == ["START", "last", "RequestId:", "Runtime.ExitError", "END", "REPORT"], "\(log)")
            #expect(log.contains(" Error: Runtime exited with error: exit status 7\n"))
            #expect(log.contains("Status: error\tError Type: Runtime.ExitError\n"))
        }
    }

    @Test func saysThatTheTimeWasOver() async throws {
        var function = try ScriptedFunction.configuration()
        function.timeout = .milliseconds(300)
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke(streaming: false, tail: true, [.hang])
            let log = try Self.decoded(reply.fields[InvokeResponseHeader.logResult])
            let requestID = try #require(reply.fields[InvokeResponseHeader.requestID])
            #expect(log.contains("Z \(requestID) Task timed out after 0.30 seconds\n\nEND RequestId"), "\(log)")
            #expect(log.hasSuffix("Status: timeout\n"))
        }
    }

    @Test func standsInTheLastEventOfAStream() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let good = try await lambda.invokeRaw(tail: true, [.chunk("x"), .print("well"), .end])
            #expect(Self.names(try Self.decoded(good.logResult)) == ["START", "well", "END", "REPORT"])
            #expect(good.errorCode == nil)
            let bad = try await lambda.invokeRaw(tail: true, [.chunk("x"), .trailers(type: "Oh.No", body: "{}")])
            #expect(Self.names(try Self.decoded(bad.logResult)) == ["START", "END", "REPORT"])
            #expect(bad.errorCode == "Oh.No")
            #expect(try await lambda.invokeRaw(tail: false, [.end]).logResult == nil)
        }
    }

    @Test func standsThereTooWhenTheFunctionCannotStart() async throws {
        let function = try ScriptedFunction.configuration(initialisation: [.print("no luck"), .exit(1)])
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke(streaming: false, tail: true, [.end])
            #expect(reply.failureType == "Runtime.ExitError")
            #expect(try Self.decoded(reply.fields[InvokeResponseHeader.logResult]).contains("no luck\n"))
        }
    }
}
