// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@Suite struct RelayWorldTests {
    /// Many invocations one after the other. Answers what was seen.
    private static func walk(
        steps: Int,
        _ random: inout SeededGenerator,
        tamper: @escaping (RelayDecision) -> RelayDecision = { $0 }
    ) throws -> Set<String> {
        var seen: Set<String> = []
        var world = RelayWorld(mode: .streaming, tamper: tamper)
        for step in 1...steps {
            do {
                try world.step(&random)
            } catch {
                throw Illegal("step \(step): \(error)")
            }
            if world.isThrough {
                seen.formUnion(world.seen)
                world = RelayWorld(mode: Bool.random(using: &random) ? .streaming : .buffered, tamper: tamper)
            }
        }
        return seen
    }

    @Test func nothingIllegalHappensInTwentyThousandSteps() throws {
        var random = SeededGenerator()
        do {
            let seen = try Self.walk(steps: 20_000, &random)
            let stories: Set<String> = [
                "complete", "trailers", "truncated", "exit", "error", "refused mode", "over the limit",
                "paused", "left", "left while full", "complete, unheard",
            ]
            #expect(stories.subtracting(seen).isEmpty, "never seen; \(random)")
        } catch {
            Issue.record("\(error); \(random)")
        }
    }

    /// Rules that are broken on purpose: a world that does not notice them proves nothing about the right ones.
    enum BrokenRule: CaseIterable {
        case neverResumes, neverPauses, forwardsToNobody, dropsBytes, takesASecondResponse, ignoresTheExit,
            ignoresTrailers

        func tamper(_ decision: RelayDecision) -> RelayDecision {
            switch (self, decision) {
            case (.neverResumes, .flow(.resumeRuntime)), (.neverPauses, .flow(.pauseRuntime)): .flow(.nothing)
            case (.forwardsToNobody, .body(.drain)): .body(.forward)
            case (.dropsBytes, .body(.forward)): .body(.drain)
            case (.takesASecondResponse, .began(.refuseSecond)): .began(.forward(paused: false))
            case (.ignoresTheExit, .failure(.fail)): .failure(.ignore)
            case (.ignoresTrailers, .ended(.failWithTrailers)): .ended(.complete)
            default: decision
            }
        }
    }

    @Test(arguments: BrokenRule.allCases) func aBrokenRuleIsFound(rule: BrokenRule) {
        var random = SeededGenerator()
        #expect(throws: Illegal.self, "\(random)") {
            _ = try Self.walk(steps: 20_000, &random, tamper: rule.tamper)
        }
    }
}
