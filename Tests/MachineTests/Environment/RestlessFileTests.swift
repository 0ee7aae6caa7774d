// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

/// Files that are written all the time, as logs are, and those that are not.
@Suite struct RestlessFileTests {
    private static func look(log: Int64, source: Int64 = 1, program: Int64 = 1) -> WatchSnapshot {
        WatchSnapshot(programs: ["program": .init(program)], sources: ["log": .init(log), "source": .init(source)])
    }

    /// What a machine says to looks at a log that has another size each time.
    private static func decisions(
        _ looks: ClosedRange<Int64>,
        of machine: inout WatchMachine,
        _ look: (Int64) -> WatchSnapshot = { Self.look(log: $0) }
    ) -> [WatchMachine.OnPolled] {
        var decisions: [WatchMachine.OnPolled] = []
        for number in looks { decisions.append(machine.polled(look(number))) }
        return decisions.filter { $0 != .nothing }
    }

    @Test(arguments: [true, false]) func aFileThatNeverRestsDoesNotHoldUpTheOthers(builds: Bool) {
        var machine = WatchMachine(Self.look(log: 1), builds: builds)
        let change = WatchChanges(sources: ["source"])
        let decisions = Self.decisions(2...50, of: &machine) { Self.look(log: $0, source: 2) }
        let expected = builds ? WatchMachine.OnPolled.build(change) : .renew(change)
        #expect(decisions.contains(.leaveOut(WatchChanges(sources: ["log"]), then: expected)), "\(decisions)")
    }

    @Test func whatNeverRestsIsToldOnceAndTheRestActsBehindIt() {
        var machine = WatchMachine(Self.look(log: 1), builds: false)
        let patience = Int64(Limits.restlessWatchPolls)
        let quiet = Self.decisions(2...patience, of: &machine) { Self.look(log: $0, source: 2) }
        #expect(quiet.isEmpty)
        // The rest looked the same in the last two looks.
        let rest = WatchMachine.OnPolled.renew(WatchChanges(sources: ["source"]))
        let last = machine.polled(Self.look(log: patience + 1, source: 2))
        #expect(last == .leaveOut(WatchChanges(sources: ["log"]), then: rest))
        // From now on others count as fast as ever.
        #expect(machine.polled(Self.look(log: 100, source: 3)) == .nothing)
        #expect(machine.polled(Self.look(log: 101, source: 3)) == .renew(WatchChanges(sources: ["source"])))
        #expect(Self.decisions(102...200, of: &machine) { Self.look(log: $0, source: 3) }.isEmpty)
    }

    @Test func itCountsAgainWhenItHasRestedAsLong() {
        var machine = WatchMachine(Self.look(log: 1), builds: false)
        _ = Self.decisions(2...40, of: &machine)
        let patience = Int64(Limits.restlessWatchPolls)
        #expect(Self.decisions(1...patience - 1, of: &machine) { _ in Self.look(log: 40) }.isEmpty)
        #expect(machine.polled(Self.look(log: 41)) == .nothing, "it did not rest")
        let rested = Self.decisions(1...patience + 1, of: &machine) { _ in Self.look(log: 41) }
        #expect(rested == [.renew(WatchChanges(sources: ["log"]))])
    }

    /// A linker that takes its time: what it writes is not run before it is done.
    @Test func aProgramThatIsWrittenForLongIsRunWhenItHasRested() {
        var machine = WatchMachine(Self.look(log: 1), builds: false)
        let decisions = Self.decisions(2...30, of: &machine) { Self.look(log: 1, program: $0) }
        #expect(decisions == [.leaveOut(WatchChanges(programs: ["program"]), then: .nothing)])
        let rested = Self.decisions(1...30, of: &machine) { _ in Self.look(log: 1, program: 30) }
        #expect(rested == [.renew(WatchChanges(programs: ["program"]))])
    }

    /// A file of another name each time.
    @Test func filesThatComeAndGoAreNotKept() {
        var machine = WatchMachine(Self.look(log: 1), builds: false)
        var renewals: [WatchMachine.OnPolled] = []
        for number in 2...200 {
            var seen = Self.look(log: 1, source: number < 100 ? 1 : 2)
            seen.sources["temporary-\(number)"] = .init(1)
            if case .leaveOut(_, let rest) = machine.polled(seen), rest != .nothing { renewals.append(rest) }
        }
        #expect(renewals == [.renew(WatchChanges(sources: ["source"]))])
    }

    private enum Input: CaseIterable { case same, log, source, program }

    /// Whatever happened: once nothing changes any more, all of it has been made new, and none of it while it changed.
    @Test(arguments: [false, true]) func inTheEndEverythingThatChangedIsNew(builds: Bool) throws {
        let patience = Limits.restlessWatchPolls
        try everyScript(of: Input.allCases, length: 6) { script in
            var seen = Self.look(log: 1), running = seen, before = seen
            var machine = WatchMachine(seen, builds: builds)
            func poll() throws {
                defer { before = seen }
                var decision = machine.polled(seen)
                if case .leaveOut(_, let rest) = decision { decision = rest }
                switch decision {
                case .nothing, .leaveOut: return
                case .renew(let changes): try take(changes)
                case .build(let changes):
                    try take(changes)
                    _ = machine.buildEnded(succeeded: true, seen)
                    running.programs = seen.programs
                }
            }
            func take(_ changes: WatchChanges) throws {
                for path in changes.paths {
                    let now = seen.sources[path] ?? seen.programs[path]
                    try demand(now == before.sources[path] ?? before.programs[path], "\(path) while it changed")
                }
                for path in changes.sources { running.sources[path] = seen.sources[path] }
                for path in changes.programs { running.programs[path] = seen.programs[path] }
            }
            // Three looks a step, so that patience ends in the midst of a script.
            for (step, input) in script.enumerated() {
                for turn in 0..<3 {
                    let number = Int64(step * 3 + turn + 2)
                    switch input {
                    case .same: break
                    case .log: seen.sources["log"] = .init(number)
                    case .source: seen.sources["source"] = .init(number)
                    case .program: seen.programs["program"] = .init(number)
                    }
                    try poll()
                }
            }
            for _ in 0..<(2 * patience + 4) { try poll() }
            try demand(running == seen, "\(running), not \(seen)")
        }
    }
}
