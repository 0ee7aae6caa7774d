// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceWire
import TestSupport
import Testing

/// A reader that does not read keeps its function waiting, and nobody gathers what it leaves.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct SlowReaderTests {
    /// What a stream of 200 MiB may add to a process. A stream holds at most 256 KiB on its way through the service and
    /// 128 KiB in a function's writer; the rest is for the allocator and for code that is run for the first time.
    private static let mayGrowBytes = 24 * 1024 * 1024

    private struct Read: Decodable {
        let status: Int
        let bytes: Int
        let checksum: String
        let announcedChecksum: String?
        let isWhole: Bool
    }

    /// What the reader has in the end, and by how much the peaks of the two processes have grown.
    private static func read(
        from process: ChildProcess,
        _ ready: SluiceProgram.Ready,
        function: String,
        _ request: [String]
    ) async throws -> (Read, serviceGrewBy: Int, functionGrewBy: Int) {
        let url = try #require(ready.functionURLs[function].flatMap { URL(string: $0)?.port })
        let other = ["invoke", "other", "--endpoint", ready.endpoint]
        #expect(try await SluiceProgram.run(other).outputText == "{}")
        let before = process.livingProcesses()
        let script = RepositoryRoot.url("Tests/LoopbackTests/Emulator/Fixtures/slow_reader.py").path
        let python = try ScriptedFunction.command[0]
        return try await withChildProcess(python, ["-I", "-S", script, "\(url)"] + request) { reader in
            _ = try await reader.line { $0 == "asked" }
            _ = try await process.line(on: .standardError) { $0.contains(function) && $0.contains("START RequestId: ") }
            let writer = try #require(process.livingProcesses().first { !before.contains($0) })
            let both = [process.processID, writer]
            let own = try both.map { try #require(Processes.ownMemoryBytes(of: $0)) }
            for process in both { try Processes.forgetPeak(of: process) }
            let peaks = try both.map { try #require(Processes.peakBytes(of: $0)) }

            // Everything is full, and stays so while another function is called.
            try await Processes.waitUntilIdle(writer) {
                let reply = try await SluiceProgram.run(other)
                #expect(reply.outputText == "{}")
            }
            for (process, before) in zip(both, own) {
                let now = try #require(Processes.ownMemoryBytes(of: process))
                #expect(now - before < Self.mayGrowBytes, "\(process == writer ? "function" : "service")")
            }
            try await reader.write("go on\n")
            let line = try await reader.line(within: .seconds(120))
            let grown = try zip(both, peaks).map { try #require(Processes.peakBytes(of: $0)) - $1 }
            return (try JSONDecoder().decode(Read.self, from: Data(line.utf8)), grown[0], grown[1])
        }
    }

    @Test func memoryStaysWithinItsBoundAndEveryByteArrivesInTheEnd() async throws {
        // The prelude counts too.
        let bytes = Limits.maximumStreamedResponseBytes - Limits.maximumPreludeBytes
        let demo = try BuiltProducts.url(of: "SluiceDemoFunction").path
        let functions = ["--function", "demo='\(demo)'", "--timeout", "120"] + (try SluiceProgram.scripted("other"))
        try await SluiceProgram.serve(functions + ["--pacing", "off"]) { ready, process in
            let (read, serviceGrewBy, functionGrewBy) = try await Self.read(
                from: process,
                ready,
                function: "demo",
                ["GET", "/download?bytes=\(bytes)", ""]
            )
            #expect(read.status == 200)
            #expect(read.isWhole)
            #expect(read.bytes == bytes)
            #expect(read.checksum == read.announcedChecksum)
            #expect(serviceGrewBy < Self.mayGrowBytes)
            #expect(functionGrewBy < Self.mayGrowBytes)
            // It offers no more than can arrive.
            let url = try #require(ready.functionURLs["demo"])
            let more = try await SluiceProgram.run(["invoke", url + "download?bytes=\(bytes + 1)"])
            #expect(more.outputText.contains("from 0 to \(bytes)"), "\(more)")
        }
    }

    @Test(arguments: [0, 1])
    func aStreamIsCutBehindItsTwoHundredthMebibyte(bytesTooMany: Int) async throws {
        let functions = try SluiceProgram.scripted("big") + SluiceProgram.scripted("other") + ["--timeout", "120"]
        try await SluiceProgram.serve(functions + ["--pacing", "off"]) { ready, process in
            let most = Limits.maximumStreamedResponseBytes
            let script = try ScriptedFunction.Step.event([.numbered(bytes: most + bytesTooMany), .endAndTell])
            let (read, serviceGrewBy, _) = try await Self.read(
                from: process,
                ready,
                function: "big",
                ["POST", "/", script]
            )
            #expect(read.status == 200)
            #expect(read.bytes == most)
            #expect(read.isWhole == (bytesTooMany == 0))
            #expect(serviceGrewBy < Self.mayGrowBytes)

            if bytesTooMany == 0 {
                // What the function says it wrote.
                _ = try await process.line(on: .standardError) { $0.contains("wrote \(most) \(read.checksum)") }
                _ = try await process.line(on: .standardError) { $0.contains(#"answer {"status": 202"#) }
            } else {
                let failure = "failed: Function.ResponseSizeTooLarge: "
                _ = try await process.line(on: .standardError) { $0.contains(failure) && $0.contains("\(most) bytes") }
                _ = try await process.line(on: .standardError) { $0.contains(#"answer {"status": 413"#) }
            }
            // It is ready for the next.
            let next = ["invoke", "big", "--endpoint", ready.endpoint]
            #expect(try await SluiceProgram.run(next).outputText == "{}")
        }
    }
}
