// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import TestSupport
import Testing

/// Long random walks over all machines of a function together.
@Suite struct ServiceWalkTests {
    /// `SLUICE_WALK_STEPS` asks for more: ten million take some minutes.
    private static let steps = RunEnvironment["SLUICE_WALK_STEPS"].flatMap { Int($0) } ?? 60_000

    /// In so many steps every timer has run, whatever the dice say.
    private static let patience = 20_000

    /// The dice decide how long it takes until a story has happened or a broken rule has shown: 60,000 steps are enough
    /// nearly always, and fifty times as many, which are walked only where it has not come yet, in any case.
    private static let luckSteps = 3_000_000

    /// One function after the other, each from its first call until all of it has ended. Answers what was seen.
    ///
    /// - Parameter stories: what must have been seen before it is enough, within `luckSteps`.
    private static func walk(
        steps: Int,
        until stories: Set<String> = [],
        _ random: inout SeededGenerator,
        broken: BrokenServiceRule? = nil
    ) throws -> Set<String> {
        var seen: Set<String> = []
        var step = 0
        while step < steps || (step < Self.luckSteps && !stories.isSubset(of: seen)) {
            let world = ServiceWorld(
                hasExternal: Bool.random(using: &random),
                reuses: Int.random(in: 0..<4, using: &random) > 0,
                broken: broken
            )
            func go(_ claim: String, until isThrough: () -> Bool) throws {
                var left = Self.patience
                while !isThrough() {
                    left -= 1
                    step += 1
                    try demand(left > 0, claim)
                    try world.step(&random)
                }
            }
            do {
                for _ in 0..<Int.random(in: 200...3_000, using: &random) {
                    step += 1
                    try world.step(&random)
                }
                world.isQuiet = true
                // Every call has its end by itself, in its time, without one of the service's.
                if Bool.random(using: &random) { try go("a call never ends") { !world.hasOpenCalls } }
                try world.stop()
                try go("the service never ends") { world.isOver }
                try world.checkEnd()
            } catch {
                throw Illegal("step \(step): \(error)")
            }
            seen.formUnion(world.seen)
        }
        return seen
    }

    @Test func nothingIllegalHappens() throws {
        var random = SeededGenerator()
        do {
            let stories: Set<String> = [
                "complete", "trailers", "truncated", "error", "refused mode", "too large", "exit", "time-out",
                "init error", "could not start", "extension failed", "extension crashed", "throttled", "stopped",
                "reused", "reused after a freeze", "handed to one who waits", "waited long enough", "idle too long",
            ]
            let seen = try Self.walk(steps: Self.steps, until: stories, &random)
            #expect(stories.subtracting(seen).isEmpty, "never seen; \(random)")
        } catch {
            Issue.record("\(error); \(random)")
        }
    }

    @Test(arguments: BrokenServiceRule.allCases) func aBrokenRuleIsFound(rule: BrokenServiceRule) {
        var random = SeededGenerator()
        #expect(throws: Illegal.self, "\(random)") { _ = try Self.walk(steps: Self.luckSteps, &random, broken: rule) }
    }
}
