// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The AWS command line, as its users run it.
@Suite struct AWSCommandLineTests {
    private struct Metadata: Decodable {
        var StatusCode: Int
        var ExecutedVersion: String?
        var FunctionError: String?
        var LogResult: Data?
    }

    /// What one run of `aws lambda invoke` left behind.
    private struct Run {
        let result: ProgramResult
        /// Of the output file, which the command makes for an answer only.
        let payload: String?

        func metadata() throws -> Metadata {
            try #require(self.result.exit == .code(0), "\(self.result)")
            return try JSONDecoder().decode(Metadata.self, from: Data(self.result.standardOutput))
        }
    }

    private static func invoke(
        _ sluice: SluiceProcess,
        _ script: String,
        function: String = FixtureFunction.name,
        _ options: [String] = []
    ) async throws -> Run {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Both versions of the command take a file's bytes as they are.
        let payload = folder.appending(path: "payload.json")
        let output = folder.appending(path: "output.json")
        try Data(#"{"script":\#(script)}"#.utf8).write(to: payload)

        var environment = RunEnvironment.all.filter { !$0.key.hasPrefix("AWS_") }
        environment["AWS_ACCESS_KEY_ID"] = "test"
        environment["AWS_SECRET_ACCESS_KEY"] = "test"
        environment["AWS_CONFIG_FILE"] = "/dev/null"
        environment["NO_PROXY"] = "*"
        environment["AWS_PAGER"] = ""
        let arguments = [
            "lambda", "invoke", "--endpoint-url", sluice.endpoint, "--region", "us-east-1", "--output", "json",
            "--function-name", function, "--payload", "fileb://\(payload.path)",
        ]
        let result = try await runProgram(
            try Tools.path(of: .aws),
            arguments + options + [output.path],
            environment: environment
        )
        let bytes = try? Data(contentsOf: output)
        return Run(result: result, payload: bytes.map { String(decoding: $0, as: UTF8.self) })
    }

    @Test(.requires(.aws, .python3), arguments: [true, false])
    func invokeWritesThePayloadAndTellsOfAFailure(isGood: Bool) async throws {
        try await withFixture { sluice in
            let script = isGood ? #"{"do":"return","value":{"a":1}}"# : #"{"do":"raise","type":"E","message":"m"}"#
            let run = try await Self.invoke(sluice, script)
            let metadata = try run.metadata()
            #expect(metadata.StatusCode == 200)
            #expect(metadata.ExecutedVersion == "$LATEST")
            #expect(metadata.FunctionError == (isGood ? nil : "Unhandled"))
            #expect(metadata.LogResult == nil)
            #expect(
                run.payload
                    == (isGood ? #"{"a": 1}"# : #"{"errorMessage": "m", "errorType": "E", "stackTrace": []}"#)
            )
        }
    }

    @Test(.requires(.aws, .python3))
    func theInvocationTypeDecidesWhatRunsAndWhatComesBack() async throws {
        try await withFixture { sluice in
            let dryRun = try await Self.invoke(sluice, #"{"do":"exit"}"#, ["--invocation-type", "DryRun"])
            #expect(try dryRun.metadata().StatusCode == 204)
            #expect(dryRun.payload == "")
            let event = try await Self.invoke(sluice, #"{"do":"size"}"#, ["--invocation-type", "Event"])
            #expect(try event.metadata().StatusCode == 202)
            #expect(event.payload == "")
            try await sluice.logLine { $0.contains("END RequestId: ") }
        }
    }

    @Test(.requires(.aws, .python3))
    func theLogComesWithTheAnswer() async throws {
        try await withFixture { sluice in
            let run = try await Self.invoke(
                sluice,
                #"{"do":"raise","type":"E","message":"m"}"#,
                ["--log-type", "Tail"]
            )
            let metadata = try run.metadata()
            #expect(metadata.FunctionError == "Unhandled")
            let log = String(decoding: try #require(metadata.LogResult), as: UTF8.self)
            #expect(log.hasPrefix("START RequestId: "), "\(log)")
            #expect(log.contains("\nREPORT RequestId: "), "\(log)")
        }
    }

    @Test(.requires(.aws, .python3))
    func theFunctionGetsItsContextAndIsFoundByItsQualifier() async throws {
        try await withFixture { sluice in
            // {"custom":{"a":1}}
            let options = ["--client-context", "eyJjdXN0b20iOnsiYSI6MX19", "--qualifier", "$LATEST"]
            let run = try await Self.invoke(sluice, #"{"do":"echo"}"#, options)
            #expect(try run.metadata().ExecutedVersion == "$LATEST")
            struct Echo: Decodable { var head: [String: String] }
            let echo = try JSONDecoder().decode(Echo.self, from: Data(try #require(run.payload).utf8))
            #expect(echo.head["lambda-runtime-client-context"] == #"{"custom":{"a":1}}"#)
        }
    }

    @Test(.requires(.aws, .python3))
    func aRefusedCallIsTheServicesErrorInItsWords() async throws {
        try await withFixture { sluice in
            let absent = try await Self.invoke(sluice, "{}", function: "absent")
            let arn = "arn:aws:lambda:us-east-1:123456789012:function:absent:$LATEST"
            let text = "(ResourceNotFoundException) when calling the Invoke operation: Function not found: \(arn)"
            #expect(absent.result.exit != .code(0))
            #expect(absent.result.errorText.contains(text), "\(absent.result)")
            let malformed = try await Self.invoke(sluice, "{")
            #expect(
                malformed.result.errorText.contains("(InvalidRequestContentException) when calling the Invoke"),
                "\(malformed.result)"
            )
        }
    }
}
