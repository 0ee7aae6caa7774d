// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import TestSupport
import Testing

/// When an environment is in front of its restore, in it, and behind it.
@Suite struct RestoreMachineTests {
    @Test func aRestoreIsThroughWithTheFirstNext() {
        var machine = RestoreMachine()
        #expect(machine.restoreNextArrived() == .restore)
        #expect(machine.runtimeReady() == .restored)
        #expect(machine.name == "RuntimeReady")
    }

    @Test func aRuntimeWithoutHooksIsReadyToo() {
        var machine = RestoreMachine()
        #expect(machine.runtimeReady() == .nothingRestored)
        #expect(machine.restoreNextArrived() == .refuse)
    }

    enum Input: CaseIterable { case next, ready, error, time, replaced }

    @Test func inEveryShortScriptAProcessIsRestoredOnceAndFailsOnlyInItsRestore() throws {
        try everyScript(of: Input.allCases, length: 6) { script in
            var machine = RestoreMachine()
            var isRestoring = false
            var isThrough = false
            for input in script {
                switch input {
                case .next:
                    let expected: RestoreMachine.OnRestoreNext = isRestoring || isThrough ? .refuse : .restore
                    try demand(machine.restoreNextArrived() == expected, "next")
                    isRestoring = isRestoring || !isThrough
                case .ready:
                    let expected: RestoreMachine.OnRuntimeReady = isRestoring ? .restored : .nothingRestored
                    try demand(machine.runtimeReady() == expected, "ready")
                    (isRestoring, isThrough) = (false, true)
                case .error, .time:
                    let outcome = input == .error ? machine.errorReported() : machine.timePassed()
                    try demand(outcome == (isRestoring ? .fail : .refuse), "failure")
                    if isRestoring { (isRestoring, isThrough) = (false, true) }
                case .replaced:
                    machine.replaced()
                    (isRestoring, isThrough) = (false, false)
                }
            }
        }
    }
}
