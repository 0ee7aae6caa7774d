// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The AWS command line, where it is installed.
@Suite struct AWSCommandLineTests {
    private struct Metadata: Decodable {
        var StatusCode: Int
        var ExecutedVersion: String?
        var FunctionError: String?
    }

    @Test(.requires(.aws, .python3), arguments: [true, false])
    func invokeWritesThePayloadAndTellsOfAFailure(isGood: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Both versions of the command take a file's bytes as they are.
        let payload = folder.appending(path: "payload.json")
        let output = folder.appending(path: "output.json")
        let script = isGood ? #"{"do":"return","value":{"a":1}}"# : #"{"do":"raise","type":"E","message":"m"}"#
        try Data(#"{"script":\#(script)}"#.utf8).write(to: payload)

        try await withFixture { sluice in
            var environment = RunEnvironment.all.filter { !$0.key.hasPrefix("AWS_") }
            environment["AWS_ACCESS_KEY_ID"] = "test"
            environment["AWS_SECRET_ACCESS_KEY"] = "test"
            environment["AWS_CONFIG_FILE"] = "/dev/null"
            environment["NO_PROXY"] = "*"
            environment["AWS_PAGER"] = ""
            let arguments = [
                "lambda", "invoke", "--endpoint-url", sluice.endpoint, "--region", "us-east-1", "--output", "json",
                "--function-name", FixtureFunction.name, "--payload", "fileb://\(payload.path)", output.path,
            ]
            let result = try await runProgram(try Tools.path(of: .aws), arguments, environment: environment)
            try #require(result.exit == .code(0), "\(result)")
            let metadata = try JSONDecoder().decode(Metadata.self, from: Data(result.standardOutput))
            #expect(metadata.StatusCode == 200)
            #expect(metadata.ExecutedVersion == "$LATEST")
            #expect(metadata.FunctionError == (isGood ? nil : "Unhandled"))
            let body = String(decoding: try Data(contentsOf: output), as: UTF8.self)
            #expect(
                body == (isGood ? #"{"a": 1}"# : #"{"errorMessage": "m", "errorType": "E", "stackTrace": []}"#)
            )
        }
    }
}
