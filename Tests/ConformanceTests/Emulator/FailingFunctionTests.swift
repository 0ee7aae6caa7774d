// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Functions whose process misbehaves: the caller hears it as Lambda says it, and the service is as good as before.
@Suite struct FailingFunctionTests {
    private struct Report: Decodable, Equatable {
        var errorType: String
        var errorMessage: String
    }

    private func report(_ text: String?) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(try #require(text).utf8))
    }

    private func expectHealthy(_ boto: Boto) async throws {
        #expect(try await boto.invoke(#"{"do":"return","value":"well"}"#).payload == #""well""#)
    }

    @Test(.requires(.boto3))
    func aFunctionThatExitsOrIsKilledIsAnExitError() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let ends = [
                    (#"{"do":"exit","code":3}"#, "Runtime exited with error: exit status 3"),
                    (#"{"do":"exit","code":0}"#, "Runtime exited without providing a reason"),
                    (#"{"do":"kill"}"#, "Runtime exited with error: signal: killed"),
                ]
                for (script, text) in ends {
                    let reply = try await boto.invoke(script)
                    #expect(reply.functionError == "Unhandled")
                    let expected = Report(
                        errorType: "Runtime.ExitError",
                        errorMessage: "RequestId: \(reply.requestID ?? "") Error: \(text)"
                    )
                    #expect(try self.report(reply.payload) == expected)
                    try await self.expectHealthy(boto)
                }
            }
        }
    }

    @Test(.requires(.boto3), arguments: ["exit", "kill", "drop"])
    func aStreamWhoseFunctionDisappearsEndsWithAnErrorAfterWhatItHadSent(how: String) async throws {
        let command: Gate.Command =
            switch how {
            case "exit": .exit(code: 1)
            case "kill": .kill
            default: .drop
            }
        try await withGatedFixture { sluice, gates in
            try await withBoto(sluice) { boto in
                try await boto.beginStream(try FixtureFunction.gatedStream())
                let gate = try await gates.accept()
                _ = try await boto.line()
                try await gate.chunk("before")
                #expect(try await boto.line().chunk == "before")
                try await gate.send(command)
                let complete = try #require(try await boto.line().complete)
                #expect(complete.ErrorCode == "Runtime.TruncatedResponse")
                #expect(try self.report(complete.ErrorDetails).errorType == "Runtime.TruncatedResponse")
                #expect(try await boto.line().ended == true)
                try await self.expectHealthy(boto)
            }
        }
    }

    @Test(.requires(.boto3))
    func aTimeOutSaysSoInLambdasWordsAndEndsTheStreamToo() async throws {
        try await withScriptedServer { server in
            let options = ["--env", "GATE=127.0.0.1:\(server.port)"]
            try await withFixture(timeoutSeconds: 1, options: options) { sluice in
                try await withBoto(sluice) { boto in
                    let reply = try await boto.invoke(#"{"do":"hang"}"#)
                    #expect(reply.functionError == "Unhandled")
                    let text =
                        #"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: \#(reply.requestID ?? "")"#
                        + #" Error: Task timed out after 1.00 seconds"}"#
                    #expect(reply.payload == text)
                    try await sluice.logLine { $0.contains("REPORT RequestId: ") && $0.contains("Status: timeout") }
                    try await self.expectHealthy(boto)

                    try await boto.beginStream(try FixtureFunction.stream(chunks: ["before"], end: .hang))
                    #expect(try await boto.line().status == 200)
                    let (before, complete) = try await boto.finishStream()
                    #expect(before == "before")
                    #expect(complete.ErrorCode == "Sandbox.Timedout")
                    let details = try self.report(complete.ErrorDetails)
                    #expect(details.errorMessage.hasSuffix(" Error: Task timed out after 1.00 seconds"))
                    try await self.expectHealthy(boto)
                }
            }
        }
    }

    @Test(.requires(.boto3))
    func aCommandThatIsNotThereIsAnInvalidEntrypoint() async throws {
        try await withSluice(functions: ["missing=/no/such/program", "unnamed=sluice-has-no-such-program"]) { sluice in
            try await withBoto(sluice) { boto in
                for (function, program) in [
                    ("missing", "/no/such/program"), ("unnamed", "sluice-has-no-such-program"),
                ] {
                    for _ in 1...2 {
                        let reply = try await boto.invoke("{}", function: function)
                        #expect(reply.functionError == "Unhandled")
                        let report = try self.report(reply.payload)
                        #expect(report.errorType == "Runtime.InvalidEntrypoint")
                        #expect(report.errorMessage.contains(program))
                    }
                }
            }
        }
    }

    @Test(.requires(.boto3), arguments: [("exit:3", "exit status 3"), ("exit:0", "without providing a reason")])
    func aFunctionThatEndsBeforeItAsksForAnInvocationFailsEach(start: String, text: String) async throws {
        try await withFixture(options: ["--env", "START=\(start)"]) { sluice in
            try await withBoto(sluice) { boto in
                for _ in 1...2 {
                    let reply = try await boto.invoke("{}")
                    #expect(reply.functionError == "Unhandled")
                    let report = try self.report(reply.payload)
                    #expect(report.errorType == "Runtime.ExitError")
                    #expect(report.errorMessage.hasSuffix(text))
                }
            }
        }
    }

    @Test(.requires(.boto3))
    func aFunctionThatReportsAnInitErrorHandsItToTheCaller() async throws {
        try await withFixture(options: ["--env", "START=error"]) { sluice in
            try await withBoto(sluice) { boto in
                let reply = try await boto.invoke("{}")
                #expect(reply.functionError == "Unhandled")
                #expect(
                    try self.report(reply.payload)
                        == Report(errorType: "Function.ConfigurationInvalid", errorMessage: "no configuration")
                )
            }
        }
    }

    @Test(.requires(.curl, .python3), arguments: [FixtureFunction.InvokeMode.buffered, .streamed])
    func onAFunctionURLAFailureBeforeTheHeadIs502(mode: FixtureFunction.InvokeMode) async throws {
        try await withFixture(mode, timeoutSeconds: 1) { sluice in
            let url = try sluice.url()
            for script in [
                #"{"do":"raise","type":"E","message":"m"}"#, #"{"do":"exit"}"#, #"{"do":"kill"}"#, #"{"do":"hang"}"#,
            ] {
                let reply = try await curl(url, script: script)
                #expect(reply.exit == .code(0))
                #expect(reply.status == 502, "\(script): \(reply)")
                #expect(reply.text == "Internal Server Error", "\(script): \(reply)")
            }
            #expect(try await curl(url, script: #"{"do":"size"}"#).status == 200)
        }
    }
}
