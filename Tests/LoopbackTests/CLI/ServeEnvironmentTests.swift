// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Which variables a function sees.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ServeEnvironmentTests {
    /// What the function sees when `sluice serve` was started with these arguments and variables.
    private static func variables(_ arguments: [String], host: [String: String] = [:]) async throws -> [String: String]
    {
        let environment = SluiceProgram.environment(host)
        return try await SluiceProgram.serve(try SluiceProgram.scripted() + arguments, environment: environment) {
            ready,
            _ in
            let payload = try ScriptedFunction.Step.event([.variables])
            let reply = try await SluiceProgram.run(
                ["invoke", "scripted", "--endpoint", ready.endpoint, "--payload", payload]
            )
            #expect(reply.exit == .code(0), "\(reply)")
            return try JSONDecoder().decode([String: String].self, from: Data(reply.standardOutput))
        }
    }

    @Test func keepsTheShellsOwnVariablesOut() async throws {
        let seen = try await Self.variables([], host: ["SECRET": "1", "AWS_PROFILE": "dev", "TMPDIR": "/var/tmp"])
        #expect(seen["SECRET"] == nil)
        #expect(seen["COLUMNS"] == nil)
        #expect(seen["AWS_PROFILE"] == "dev")
        #expect(seen["TMPDIR"]?.hasPrefix("/var/tmp/sluice-") == true, "a folder of its own in it")
        #expect(seen["HOME"] == "/root")
        #expect(seen["AWS_LAMBDA_FUNCTION_NAME"] == "scripted")
    }

    @Test func passesAllOfThemOnWhenItIsAskedTo() async throws {
        let seen = try await Self.variables(
            ["--inherit-env"],
            host: ["SECRET": "a=b", "AWS_LAMBDA_FUNCTION_NAME": "x"]
        )
        #expect(seen["SECRET"] == "a=b")
        #expect(seen["COLUMNS"] == "80")
        #expect(seen["AWS_LAMBDA_FUNCTION_NAME"] == "scripted", "Lambda's own are never another's")
    }

    @Test func readsAFileOfVariables() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).env")
        defer { try? FileManager.default.removeItem(at: file) }
        let text =
            "# a comment\r\n\r\nPLAIN=a b = c\r\nexport EXPORTED=1\n  SPACED=x  \nDOUBLE=\"two words\"\n"
            + "SINGLE='it is'\nHALF=\"open\nEMPTY=\nHASH=a#b\nTWICE=file\nLAST=ö"
        try Data(text.utf8).write(to: file)
        let seen = try await Self.variables(["--env", "TWICE=option", "--env-file", file.path, "--env", "OWN=x=y"])
        let expected = [
            "PLAIN": "a b = c", "EXPORTED": "1", "SPACED": "x", "DOUBLE": "two words", "SINGLE": "it is",
            "HALF": "\"open", "EMPTY": "", "HASH": "a#b", "TWICE": "option", "LAST": "ö", "OWN": "x=y",
        ]
        #expect(seen.filter { expected.keys.contains($0.key) } == expected)
    }

    @Test func namesTheLineOfAFileThatItCannotRead() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).env")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("A=1\r\n\r\nno value\r\n".utf8).write(to: file)
        let arguments = ["serve", "--function", "a=true", "--port", "0", "--env-file", file.path]
        let result = try await SluiceProgram.run(arguments)
        #expect(result.exit == .code(64))
        #expect(result.errorText.contains("\(file.path), line 3: K=V is expected"), "\(result)")
    }

    /// Each in an environment of its own, or both in one.
    @Test(arguments: [true, false]) func startsEachColdWhenItIsAskedTo(cold: Bool) async throws {
        let arguments = try SluiceProgram.scripted() + (cold ? ["--cold"] : [])
        let streams = try await SluiceProgram.serve(arguments) { ready, _ in
            var streams: [String?] = []
            for _ in 0..<2 {
                let payload = try ScriptedFunction.Step.event([.variables])
                let reply = try await SluiceProgram.run(
                    ["invoke", "scripted", "--endpoint", ready.endpoint, "--payload", payload]
                )
                let seen = try JSONDecoder().decode([String: String].self, from: Data(reply.standardOutput))
                streams.append(seen["AWS_LAMBDA_LOG_STREAM_NAME"])
            }
            return streams
        }
        #expect(!streams.contains(nil) && Set(streams).count == (cold ? 2 : 1), "\(streams)")
    }
}
