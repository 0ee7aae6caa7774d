// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import Testing

@Suite struct FreezeMachineTests {
    @Test func freezesWhoHasWaitedAndThawsItForWork() {
        var machine = FreezeMachine(freezes: true)
        var wasFrozen = [machine.isFrozen]
        #expect(machine.everyoneWaits() == .settle)
        wasFrozen.append(machine.isFrozen)
        #expect(machine.settled(stillWait: true) == .freeze)
        wasFrozen.append(machine.isFrozen)
        #expect(machine.stirred() == .stopTimerAndThaw)
        wasFrozen.append(machine.isFrozen)
        #expect(wasFrozen == [false, false, true, false])
    }

    @Test func workInTheMeantimeKeepsItAwake() {
        var machine = FreezeMachine(freezes: true)
        _ = machine.everyoneWaits()
        #expect(machine.stirred() == .stopTimer)
        #expect(machine.settled(stillWait: true) == .ignore, "a timer that was already due")
        #expect(machine.everyoneWaits() == .settle)
    }

    /// It could not come back.
    @Test func aRuntimeThatDoesNotWaitAnyMoreIsNotFrozen() {
        var machine = FreezeMachine(freezes: true)
        _ = machine.everyoneWaits()
        #expect(machine.settled(stillWait: false) == .rest)
        #expect(machine.stirred() == .stopTimer)
    }

    @Test func whereNothingIsFrozenIdlenessEndsItAllTheSame() {
        var machine = FreezeMachine(freezes: false)
        _ = machine.everyoneWaits()
        #expect(machine.settled(stillWait: true) == .rest)
        #expect(machine.idleTimePassed() == .end)
    }

    @Test func aFrozenOneIsThawedForItsEnd() {
        var machine = FreezeMachine(freezes: true)
        _ = machine.everyoneWaits()
        _ = machine.settled(stillWait: true)
        #expect(machine.ended() == .stopTimerAndThaw)
        #expect(machine.ended() == .nothing)
    }

    private enum Input: CaseIterable { case everyoneWaits, settled, settledAlone, stirred, idleTimePassed, ended }

    /// What must hold, told from what has happened and not from the machine's states.
    private struct World {
        let freezes: Bool
        var isStopped = false
        var timerRuns = false
        var isOver = false

        mutating func settled(_ decision: FreezeMachine.OnSettled, stillWait: Bool, was: Bool) throws(Illegal) {
            try demand(was || decision == .ignore, "\(decision) though somebody is at work")
            if decision == .freeze {
                try demand(self.freezes && stillWait && !self.isOver, "freezes")
                self.isStopped = true
            }
        }

        mutating func stirred(_ decision: FreezeMachine.OnStirred) throws(Illegal) {
            try demand((decision == .stopTimerAndThaw) == (self.isStopped && !self.isOver), "\(decision)")
            try demand((decision != .nothing) == self.timerRuns, "\(decision) with a timer: \(self.timerRuns)")
            self.isStopped = false
            self.timerRuns = false
        }
    }

    @Test(arguments: [true, false]) func noScriptOfSevenStepsLeavesAtWorkWhoIsFrozen(freezes: Bool) throws {
        let count = try everyScript(of: Input.allCases, length: 7) { script in
            var machine = FreezeMachine(freezes: freezes)
            var world = World(freezes: freezes)
            var isSettling = false
            for input in script {
                switch input {
                case .everyoneWaits:
                    let settles = machine.everyoneWaits() == .settle
                    try demand(settles == (!world.timerRuns && !world.isOver), "settles: \(settles)")
                    if settles { (world.timerRuns, isSettling) = (true, true) }
                case .settled, .settledAlone:
                    let stillWait = input == .settled
                    try world.settled(machine.settled(stillWait: stillWait), stillWait: stillWait, was: isSettling)
                    isSettling = false
                case .stirred:
                    try world.stirred(machine.stirred())
                    isSettling = false
                case .idleTimePassed:
                    let ends = machine.idleTimePassed() == .end
                    try demand(ends == (world.timerRuns && !isSettling), "ends: \(ends)")
                case .ended:
                    try world.stirred(machine.ended())
                    isSettling = false
                    world.isOver = true
                }
                try demand(machine.isFrozen == world.isStopped, "frozen: \(machine.isFrozen) after \(input)")
            }
        }
        #expect(count == 279_936)
    }
}
