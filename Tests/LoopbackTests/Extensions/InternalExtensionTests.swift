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

/// Extensions in the function's own process: this library registers one for the work that a function has at its end.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct InternalExtensionTests {
    @Test func aFunctionsWorkAtTheEndIsDoneWhenItsEnvironmentEnds() async throws {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        let function = FunctionConfiguration(
            name: "scripted",
            command: [program, "shutdown"],
            workingDirectory: "/tmp"
        )
        let log = LocalLambda.Log()
        try await LocalLambda.run(function, log: log) { lambda in
            let reply = try await lambda.invoke([.end])
            #expect(reply.end == .complete)
            _ = try await lambda.log.reports(atLeast: 1)
        }
        #expect(log.story == ["END", "REPORT", "flushed"])
        let lines = log.all.compactMap { if case .extensions(let news) = $0.kind { news.line } else { nil } }
        #expect(lines.contains("EXTENSION\tName: sluice-shutdown\tState: Ready\tEvents: []"), "\(lines)")
    }

    @Test func whatThereIsToSayIsInTheLogAndInItsFeed() throws {
        let report = ExtensionReport(name: "e", state: "Ready", events: [.invoke, .shutdown], errorType: nil)
        let news: [(ExtensionNews, String, String)] = [
            (
                .output(environment: 2, name: "e", line: "hi"), "hi",
                #""type":"extension.output","name":"e","line":"hi","environment":2}"#
            ),
            (
                .initialised(environment: 2, report), "EXTENSION\tName: e\tState: Ready\tEvents: [INVOKE, SHUTDOWN]",
                #""type":"extension.initialised","name":"e","state":"Ready","events":["INVOKE","SHUTDOWN"],"#
                    + #""environment":2}"#
            ),
            (
                .subscribed(environment: 2, name: "e", types: [.platform, .function]),
                "TELEMETRY\tName: e\tState: Subscribed\tTypes: [Platform, Function]",
                #""type":"extension.subscribed","name":"e","types":["platform","function"],"environment":2}"#
            ),
            (
                .failed(environment: 2, .crashed("e", .code(0))), "Extension.Crash: exit code 0",
                #""type":"extension.failed","name":"e","errorType":"Extension.Crash","message":"exit code 0","#
                    + #""environment":2}"#
            ),
        ]
        for (news, line, json) in news {
            let event = LogEvent(epochMilliseconds: 0, function: nil, kind: .extensions(news))
            #expect(news.line == line)
            #expect(String(buffer: event.json(number: 1).serialized()).hasSuffix(json))
        }
    }
}
