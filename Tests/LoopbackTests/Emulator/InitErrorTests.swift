// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// A runtime that cannot start says why at `/init/error`, or just ends.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct InitErrorTests {
    private static let report = #"{"errorMessage":"no model file","errorType":"Init.Model","stackTrace":[]}"#

    private static func failing(then last: ScriptedFunction.Step) throws -> FunctionConfiguration {
        try ScriptedFunction.configuration(initialisation: [.initError(type: "Init.Model", body: Self.report), last])
    }

    @Test func passesOnWhatTheRuntimeReported() async throws {
        try await LocalLambda.run(try Self.failing(then: .exit(1))) { lambda in
            let buffered = try await lambda.invoke(streaming: false, [.end])
            #expect(buffered.status == 200)
            #expect(buffered.fields[InvokeResponseHeader.functionError] == "Unhandled")
            #expect(buffered.body == Self.report)

            let streamed = try await lambda.invoke([.end])
            #expect(streamed.status == 200)
            #expect(streamed.end == .failed(type: "Init.Model", message: "no model file"))

            #expect(try await lambda.request([.end]).status == 502)
            // For each call it is tried again.
            #expect(lambda.log.startedEnvironments == 3)
        }
    }

    /// The protocol tells a runtime to exit after its report. This one does not.
    @Test func endsARuntimeThatStaysAfterItsReport() async throws {
        try await LocalLambda.run(try Self.failing(then: .hang)) { lambda in
            #expect(try await lambda.invoke(streaming: false, [.end]).body == Self.report)
            let reason = try await lambda.log.endedEnvironment()
            #expect(reason == "initialisation failed: Init.Model")
        }
    }

    @Test(arguments: [
        (ScriptedFunction.Step.exit(0), "Runtime exited without providing a reason"),
        (.exit(3), "Runtime exited with error: exit status 3"),
        (.kill("SIGSEGV"), "Runtime exited with error: signal: segmentation fault"),
    ])
    func saysHowAProcessEndedBeforeItAskedForAnInvocation(last: ScriptedFunction.Step, how: String) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(initialisation: [last])) { lambda in
            let reply = try await lambda.invoke(streaming: false, [.end])
            #expect(reply.failureType == "Runtime.ExitError")
            #expect(reply.failureMessage?.hasSuffix("Error: " + how) == true, "\(reply)")
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.errorType == "Runtime.ExitError")
            #expect(report.initDuration == nil, "it was a part of the invocation")
        }
    }
}
