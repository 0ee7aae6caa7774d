// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

@Suite struct EnvironmentTests {
    /// Set by `.ci/run`: there, a test that was skipped for want of a tool would be a promise that nothing shows.
    @Test(.enabled(if: Tools.required, "SLUICE_REQUIRE_TOOLS is not 1"), arguments: Tool.required)
    func everyToolIsThere(tool: Tool) throws {
        _ = try Tools.path(of: tool)
    }

    @Test func theRepositoryIsFound() {
        #expect(FileManager.default.fileExists(atPath: RepositoryRoot.url("Package.swift").path))
    }

    @Test func theExecutablesLieBesideTheTests() throws {
        #expect(try BuiltProducts.url(of: "sluice").lastPathComponent == "sluice")
    }

    @Test func anExecutableThatWasNotBuiltIsNamed() {
        let error = #expect(throws: MissingProduct.self) { try BuiltProducts.url(of: "no-such-product") }
        #expect(error?.description.contains("no-such-product") == true)
    }

    @Test func theGeneratorRepeatsItselfAndNamesItsSeed() {
        var first = SeededGenerator(seed: 42)
        var second = SeededGenerator(seed: 42)
        var other = SeededGenerator(seed: 43)
        let drawn = first.bytes(64)
        #expect(drawn == second.bytes(64))
        #expect(drawn != other.bytes(64))
        #expect("\(first)".contains("SLUICE_TEST_SEED=42"))
        // SplitMix64's first output for seed 0, from its authors' reference code.
        var reference = SeededGenerator(seed: 0)
        #expect(reference.next() == 0xE220_A839_7B1D_CDAF)
    }

    @Test func aCancelledWaitEnds() async throws {
        let never = Watched(0)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    return try await never.first("nothing") { $0 == 1 ? true : nil }
                } catch is CancellationError {
                    return false
                } catch {
                    return true
                }
            }
            group.cancelAll()
            #expect(await group.next() == false)
        }
    }
}
