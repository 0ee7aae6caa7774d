// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceWire
import TestSupport
import Testing

/// The short version of what `Benchmarks/run --loads` does for a minute: many slow streams at once, and none loses anything.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ManyManagedStreamsTests {
    private struct Result: Decodable {
        let events, lost, whole, refused: Int
        let privateKiBPerStream: Double?
    }

    private static func run(streams: Int, seconds: Int, _ more: [String] = []) async throws -> Result {
        let script = RepositoryRoot.url("Benchmarks/loads.py").path
        let arguments = [
            script, "--sluice", try SluiceProgram.path,
            "--function", "'\(try BuiltProducts.url(of: "SluiceDemoFunction").path)'",
            "--streams", "\(streams)", "--seconds", "\(seconds)",
            "--target", "/tokens?words={count}&gap={gap}", "--mark", "id: ", "--json",
        ]
        let python = try ScriptedFunction.command[0]
        let result = try await runProgram(python, arguments + more, environment: SluiceProgram.environment())
        return try JSONDecoder().decode(Result.self, from: Data(result.outputText.utf8))
    }

    /// Only Linux tells what is private of a process's memory.
    private static func expect(_ result: Result, lessThan bytes: Int) throws {
        #if os(Linux)
        let memory = try #require(result.privateKiBPerStream, "it was not measured")
        #expect(memory * 1024 <= Double(bytes))
        #endif
    }

    @Test func aThousandStreamsThroughOneEnvironmentLoseNothing() async throws {
        let result = try await Self.run(streams: 1_000, seconds: 3)
        #expect(result.refused == 0)
        #expect(result.events == 3_000 && result.lost == 0)
        #expect(result.whole == 1_000)
        try Self.expect(result, lessThan: Limits.memoryOfStreamBytes)
    }

    @Test func aHundredProcessesLoseNothing() async throws {
        let result = try await Self.run(streams: 100, seconds: 3, ["--processes"])
        #expect(result.refused == 0)
        #expect(result.events == 300 && result.lost == 0)
        #expect(result.whole == 100)
        // A whole environment for each, in a program that is built for debugging.
        try Self.expect(result, lessThan: 2 * Limits.memoryOfStreamBytes)
    }
}
