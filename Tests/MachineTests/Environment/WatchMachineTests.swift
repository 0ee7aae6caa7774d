// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

extension WatchSnapshot.Stamp {
    init(_ number: Int64) {
        self.init(modifiedSeconds: number, modifiedNanoseconds: 0, sizeBytes: 0, inode: 0)
    }
}

extension WatchSnapshot {
    /// A version of the program, or none, and one of the source.
    fileprivate init(_ program: Int64?, _ source: Int64) {
        self.init(
            programs: program.map { ["program": Stamp($0)] } ?? [:],
            sources: ["source": Stamp(source)]
        )
    }
}

/// What two looks at files tell.
@Suite struct WatchSnapshotTests {
    @Test func namesWhatCameChangedAndWent() {
        let old = WatchSnapshot(programs: ["p": .init(1), "q": .init(1)], sources: ["a": .init(1), "b": .init(1)])
        let new = WatchSnapshot(programs: ["p": .init(2), "q": .init(1)], sources: ["b": .init(2), "c": .init(1)])
        #expect(new.changes(since: old) == WatchChanges(programs: ["p"], sources: ["a", "b", "c"]))
        #expect(new.changes(since: new).isEmpty)
    }

    @Test(arguments: [
        WatchSnapshot.Stamp(modifiedSeconds: 2, modifiedNanoseconds: 1, sizeBytes: 1, inode: 1),
        WatchSnapshot.Stamp(modifiedSeconds: 1, modifiedNanoseconds: 2, sizeBytes: 1, inode: 1),
        WatchSnapshot.Stamp(modifiedSeconds: 1, modifiedNanoseconds: 1, sizeBytes: 2, inode: 1),
        WatchSnapshot.Stamp(modifiedSeconds: 1, modifiedNanoseconds: 1, sizeBytes: 1, inode: 2),
    ])
    func anyOneOfTimeSizeAndInodeTellsAChange(stamp: WatchSnapshot.Stamp) {
        let old = WatchSnapshot(
            sources: ["a": WatchSnapshot.Stamp(modifiedSeconds: 1, modifiedNanoseconds: 1, sizeBytes: 1, inode: 1)]
        )
        #expect(WatchSnapshot(sources: ["a": stamp]).changes(since: old).sources == ["a"])
    }
}

@Suite struct WatchMachineTests {
    private static let renewProgram = WatchMachine.OnPolled.renew(WatchChanges(programs: ["program"]))
    private static let source = WatchChanges(sources: ["source"])

    @Test func aChangeCountsWhenItIsSeenTwice() {
        var machine = WatchMachine(WatchSnapshot(1, 1), builds: false)
        #expect(machine.polled(WatchSnapshot(2, 1)) == .nothing)
        #expect(machine.polled(WatchSnapshot(3, 1)) == .nothing, "the linker is still at work")
        #expect(machine.polled(WatchSnapshot(3, 1)) == Self.renewProgram)
        #expect(machine.polled(WatchSnapshot(3, 1)) == .nothing)
    }

    @Test func whatIsAsItWasIsNoChange() {
        var machine = WatchMachine(WatchSnapshot(1, 1), builds: false)
        #expect(machine.polled(WatchSnapshot(2, 1)) == .nothing)
        #expect(machine.polled(WatchSnapshot(1, 1)) == .nothing)
        #expect(machine.polled(WatchSnapshot(1, 1)) == .nothing)
    }

    /// Between the two steps of a linker that removes and then writes, or for good.
    @Test func aProgramThatIsGoneIsNoChangeUntilItIsBack() {
        var machine = WatchMachine(WatchSnapshot(1, 1), builds: false)
        for _ in 0..<3 { #expect(machine.polled(WatchSnapshot(nil, 1)) == .nothing) }
        #expect(machine.polled(WatchSnapshot(2, 1)) == .nothing)
        #expect(machine.polled(WatchSnapshot(2, 1)) == Self.renewProgram)
    }

    @Test(arguments: [true, false]) func whatElseChangesDoesNotWaitForAProgramThatIsGone(builds: Bool) {
        var machine = WatchMachine(WatchSnapshot(1, 1), builds: builds)
        #expect(machine.polled(WatchSnapshot(nil, 2)) == .nothing)
        #expect(machine.polled(WatchSnapshot(nil, 2)) == (builds ? .build(Self.source) : .renew(Self.source)))
    }

    @Test func oneProgramThatIsGoneDoesNotHoldUpTheOthers() {
        let both = WatchSnapshot(programs: ["a": .init(1), "b": .init(1)])
        var machine = WatchMachine(both, builds: false)
        #expect(machine.polled(WatchSnapshot(programs: ["b": .init(2)])) == .nothing)
        #expect(machine.polled(WatchSnapshot(programs: ["b": .init(2)])) == .renew(WatchChanges(programs: ["b"])))
    }

    @Test func aBuildMakesTheProgramAndThatIsNoFurtherChange() {
        var machine = WatchMachine(WatchSnapshot(1, 1), builds: true)
        _ = machine.polled(WatchSnapshot(1, 2))
        #expect(machine.polled(WatchSnapshot(1, 2)) == .build(Self.source))
        #expect(machine.buildEnded(succeeded: true, WatchSnapshot(2, 2)) == .renew)
        for _ in 0..<3 { #expect(machine.polled(WatchSnapshot(2, 2)) == .nothing) }
    }

    @Test func whatABuildThatFailedLeftIsNotRun() {
        var machine = WatchMachine(WatchSnapshot(1, 1), builds: true)
        _ = machine.polled(WatchSnapshot(1, 2))
        _ = machine.polled(WatchSnapshot(1, 2))
        #expect(machine.buildEnded(succeeded: false, WatchSnapshot(2, 2)) == .keep)
        for _ in 0..<3 { #expect(machine.polled(WatchSnapshot(2, 2)) == .nothing) }
        _ = machine.polled(WatchSnapshot(2, 3))
        #expect(machine.polled(WatchSnapshot(2, 3)) == .build(Self.source), "the next change is tried again")
    }

    @Test(arguments: [true, false]) func changesDuringABuildAreBuiltOnceMore(succeeded: Bool) {
        var machine = WatchMachine(WatchSnapshot(1, 1), builds: true)
        machine.buildBegan()
        #expect(machine.polled(WatchSnapshot(1, 2)) == .nothing)
        #expect(machine.polled(WatchSnapshot(1, 3)) == .nothing)
        _ = machine.buildEnded(succeeded: succeeded, WatchSnapshot(2, 3))
        #expect(machine.polled(WatchSnapshot(2, 3)) == .nothing)
        #expect(machine.polled(WatchSnapshot(2, 3)) == .build(Self.source))
        _ = machine.buildEnded(succeeded: true, WatchSnapshot(3, 3))
        for _ in 0..<3 { #expect(machine.polled(WatchSnapshot(3, 3)) == .nothing) }
    }

    /// A program that was built by hand, in another terminal.
    @Test func aProgramThatChangesAloneIsNotBuilt() {
        var machine = WatchMachine(WatchSnapshot(1, 1), builds: true)
        _ = machine.polled(WatchSnapshot(2, 1))
        #expect(machine.polled(WatchSnapshot(2, 1)) == Self.renewProgram)
    }
}

/// Every life of a watch up to six steps.
@Suite struct WatchScriptTests {
    private enum Input: CaseIterable { case same, program, source, noProgram, built, failed }

    /// What was promised, in plain words: the last two looks, what is running, whether it builds.
    private struct Promises {
        let builds: Bool
        var seen = WatchSnapshot(1, 1)
        var before: WatchSnapshot?
        var running = WatchSnapshot(1, 1)
        var isBuilding = false

        mutating func polled(_ decision: WatchMachine.OnPolled) throws(Illegal) {
            // What is not there is as it was.
            var seen = self.seen
            if seen.programs.isEmpty { seen.programs = self.running.programs }
            let changes = seen.changes(since: self.running)
            let isTwice = self.before == seen && !changes.isEmpty
            let toBuild = self.builds && !changes.sources.isEmpty
            defer { self.before = seen }
            if self.isBuilding || !isTwice { return try demand(decision == .nothing, "\(decision) out of turn") }
            try demand(decision == (toBuild ? .build(changes) : .renew(changes)), "\(decision), not \(changes)")
            self.running = seen
            self.isBuilding = toBuild
        }

        mutating func ended(_ decision: WatchMachine.OnBuildEnded, succeeded: Bool) throws(Illegal) {
            try demand((decision == .renew) == succeeded, "\(decision)")
            self.running.programs = self.seen.programs
            self.isBuilding = false
            self.before = nil
        }
    }

    @Test(arguments: [true, false]) func noScriptOfSixStepsBreaksAPromise(builds: Bool) throws {
        try everyScript(of: Input.allCases, length: 6) { script in
            var machine = WatchMachine(WatchSnapshot(1, 1), builds: builds)
            var promises = Promises(builds: builds)
            var version: Int64 = 1
            for input in script {
                version += 1
                switch input {
                case .same: break
                case .program: promises.seen.programs = WatchSnapshot(version, 1).programs
                case .source: promises.seen.sources = WatchSnapshot(1, version).sources
                case .noProgram: promises.seen.programs = [:]
                case .built, .failed:
                    // The shell tells of the end of a build only when one runs.
                    guard promises.isBuilding else { continue }
                    promises.seen.programs = WatchSnapshot(version, 1).programs
                    let decision = machine.buildEnded(succeeded: input == .built, promises.seen)
                    try promises.ended(decision, succeeded: input == .built)
                    continue
                }
                try promises.polled(machine.polled(promises.seen))
            }
        }
    }
}
