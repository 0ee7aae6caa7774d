// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import FuzzTargets
import TestSupport
import Testing

/// What libFuzzer tries at length (`Fuzzing/run`), tried shortly with every test run: the inputs that it begins with,
/// those that it found a fault with once, and random changes of both.
@Suite struct FuzzTests {
    /// `SLUICE_FUZZ_CHANGES` asks for more.
    private static let changes = RunEnvironment["SLUICE_FUZZ_CHANGES"].flatMap { Int($0) } ?? 400

    private static func inputs(of target: FuzzTarget, in folder: String) -> [(name: String, bytes: [UInt8])] {
        let folder = RepositoryRoot.url("Fuzzing/\(folder)/\(target.rawValue)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            (try? Data(contentsOf: folder.appending(path: name))).map { (name, Array($0)) }
        }
    }

    @Test(arguments: FuzzTarget.allCases) func everyInputThatIsKeptHolds(target: FuzzTarget) throws {
        let corpus = Self.inputs(of: target, in: "Corpus")
        #expect(!corpus.isEmpty, "a target begins with inputs that show its format")
        for (name, bytes) in corpus + Self.inputs(of: target, in: "Regressions") {
            do { try target.run(bytes) } catch { Issue.record("\(name): \(error)") }
        }
        try target.run([])
    }

    @Test(arguments: FuzzTarget.allCases) func randomChangesOfThemHold(target: FuzzTarget) {
        var random = SeededGenerator()
        let seeds = (Self.inputs(of: target, in: "Corpus") + Self.inputs(of: target, in: "Regressions")).map(\.bytes)
        // Those that were changed before are changed again, or nothing far from the seeds would be tried.
        var pool = seeds
        for number in 0..<Self.changes {
            var bytes = pool.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                guard let mutation = FuzzMutation.allCases.randomElement(using: &random) else { break }
                bytes = mutation.of(bytes, and: seeds, &random)
            }
            bytes = Array(bytes.prefix(4_096))
            do {
                try target.run(bytes)
            } catch {
                let input = Data(bytes).base64EncodedString()
                Issue.record("change \(number), input \(input): \(error); \(random)")
                return
            }
            if pool.count < 256 { pool.append(bytes) } else { pool[number % 256] = bytes }
        }
    }
}
