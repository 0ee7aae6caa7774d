// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import Testing

@Suite struct ShutdownMachineTests {
    @Test func withoutExtensionsNobodyIsAsked() {
        var machine = ShutdownMachine()
        #expect(machine.begun(.none, runtimeIsAlive: true) == .kill)
        #expect(machine.begun(.none, runtimeIsAlive: true) == .ignore)
    }

    @Test func aRuntimeWithInternalExtensionsHasHalfASecond() {
        var machine = ShutdownMachine()
        #expect(machine.begun(.internalOnly, runtimeIsAlive: true) == .terminateRuntime(milliseconds: 500))
        #expect(machine.timePassed(elapsedMilliseconds: 500) == .kill)
        #expect(machine.runtimeGone(elapsedMilliseconds: 501) == .ignore)
    }

    @Test func externalExtensionsHaveWhatTheRuntimeLeavesOfTwoSeconds() {
        var machine = ShutdownMachine()
        #expect(machine.begun(.external, runtimeIsAlive: true) == .terminateRuntime(milliseconds: 300))
        #expect(machine.runtimeGone(elapsedMilliseconds: 120) == .tellExtensions(milliseconds: 1880))
        #expect(machine.extensionsGone() == .kill)

        var slow = ShutdownMachine()
        _ = slow.begun(.external, runtimeIsAlive: true)
        #expect(slow.timePassed(elapsedMilliseconds: 300) == .tellExtensions(milliseconds: 1700))
        #expect(slow.timePassed(elapsedMilliseconds: 2000) == .kill)
    }

    @Test func aRuntimeThatIsGoneIsNotWaitedFor() {
        var machine = ShutdownMachine()
        #expect(machine.begun(.external, runtimeIsAlive: false) == .tellExtensions(milliseconds: 2000))
        var alone = ShutdownMachine()
        #expect(alone.begun(.internalOnly, runtimeIsAlive: false) == .kill)
    }

    @Test func hurryEndsEverythingAtOnce() {
        var machine = ShutdownMachine()
        _ = machine.begun(.external, runtimeIsAlive: true)
        #expect(machine.begun(.external, runtimeIsAlive: true) == .ignore)
        #expect(machine.begun(.external, runtimeIsAlive: true, inHurry: true) == .kill)
        #expect(machine.timePassed(elapsedMilliseconds: 300) == .ignore)
    }

    private enum Input: CaseIterable { case begun, hurry, runtimeGone, extensionsGone, timePassed }

    @Test(arguments: [ShutdownBudget.none, .internalOnly, .external], [true, false])
    func everyScriptKillsOnceAndTellsEachOnceInTheirOrder(
        extensions: ShutdownBudget,
        runtimeIsAlive: Bool
    ) throws {
        try everyScript(of: Input.allCases, length: 6) { script in
            var machine = ShutdownMachine()
            var steps: [ShutdownMachine.Step] = []
            var hasBegun = false
            for (number, input) in script.enumerated() {
                let elapsed = Int64(number) * 500
                let step =
                    switch input {
                    case .begun: machine.begun(extensions, runtimeIsAlive: runtimeIsAlive)
                    case .hurry: machine.begun(extensions, runtimeIsAlive: runtimeIsAlive, inHurry: true)
                    case .runtimeGone: machine.runtimeGone(elapsedMilliseconds: elapsed)
                    case .extensionsGone: machine.extensionsGone()
                    case .timePassed: machine.timePassed(elapsedMilliseconds: elapsed)
                    }
                hasBegun = hasBegun || input == .begun || input == .hurry
                try demand(hasBegun || step == .ignore, "\(step) before its beginning")
                if input == .hurry { try demand(step == .kill || steps.last == .kill, "\(step) in a hurry") }
                if step != .ignore { steps.append(step) }
            }
            let ranks = steps.map { step in
                switch step {
                case .terminateRuntime: 0
                case .tellExtensions: 1
                case .kill: 2
                case .ignore: 3
                }
            }
            try demand(zip(ranks, ranks.dropFirst()).allSatisfy { $0 < $1 }, "\(steps)")
            for case .tellExtensions(let milliseconds) in steps {
                try demand(extensions == .external && (0...2000).contains(milliseconds), "\(steps)")
            }
            if extensions == .none { try demand(steps == (hasBegun ? [.kill] : []), "\(steps)") }
        }
    }
}

@Suite struct GroupRecordTests {
    private let record = GroupRecord(group: 4711, startTicks: 98_765, runtimeAPIPort: 40_001)

    @Test func isReadAsItWasWritten() {
        #expect(GroupRecord(fileName: self.record.fileName) == self.record)
        #expect(self.record.variable == "AWS_LAMBDA_RUNTIME_API=127.0.0.1:40001")
    }

    @Test(arguments: ["", "1.2.3", "0.5.9000", "-7.5.9000", "7.5", "7.5.9.1", "7.x.9000", "7.5.0", "7.5.70000", "lock"])
    func takesNoOtherNameForARecord(name: String) { #expect(GroupRecord(fileName: name) == nil) }

    /// The one rule that must not be broken: a process that was started at another time is somebody else's.
    @Test func leavesAProcessAloneThatStartedAtAnotherTime() {
        #expect(self.record.verdict(leaderStartTicks: 98_765) == .endGroup)
        #expect(self.record.verdict(leaderStartTicks: 98_766) == .leave)
        #expect(self.record.verdict(leaderStartTicks: 98_764) == .leave)
        #expect(self.record.verdict(leaderStartTicks: nil) == .endMembersOfPort)
    }
}
