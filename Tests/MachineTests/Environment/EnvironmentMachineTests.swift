// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct EnvironmentMachineTests {
    @Test func anInvocationIsHeldUntilTheRuntimeAsks() {
        var machine = EnvironmentMachine()
        #expect(machine.invocationAssigned() == .hold)
        #expect(machine.name == "RuntimeStarted")
        #expect(machine.invocationAssigned() == .refuse)
        #expect(machine.nextArrived() == .finishInitThenDeliver)
        #expect(machine.name == "RuntimeRunning")
    }

    @Test func aReadyRuntimeGetsItAtOnce() {
        var machine = EnvironmentMachine()
        #expect(machine.nextArrived() == .finishInitThenWait)
        #expect(machine.name == "RuntimeReady")
        #expect(machine.nextArrived() == .refuse)
        #expect(machine.invocationAssigned() == .deliver)
        #expect(machine.invocationAssigned() == .refuse)
    }

    @Test func theNextOneIsGivenOutOnlyWhenTheResponseIsOver() {
        var machine = EnvironmentMachine()
        _ = machine.nextArrived()
        _ = machine.invocationAssigned()
        #expect(machine.nextArrived() == .refuse)
        #expect(machine.responsePosted() == .accept)
        machine.responseFinished()
        #expect(machine.name == "RuntimeInvocationResponseSent")
        #expect(machine.invocationAssigned() == .refuse)
        #expect(machine.nextArrived() == .finishInvocationThenWait)
        #expect(machine.responsePosted() == .refuse)
        #expect(machine.invocationAssigned() == .deliver)
    }

    @Test func aRuntimeWhoseConnectionBrokeMayComeBack() {
        var machine = EnvironmentMachine()
        _ = machine.nextArrived()
        machine.waitingNextLost()
        #expect(machine.nextArrived() == .wait)
        machine.waitingNextLost()
        #expect(machine.invocationAssigned() == .hold)
        #expect(machine.nextArrived() == .deliver)
        #expect(machine.name == "RuntimeRunning")
    }

    @Test func anInitErrorCountsBeforeTheFirstNextOnly() {
        var machine = EnvironmentMachine()
        #expect(machine.initErrorReported() == .fail)
        _ = machine.nextArrived()
        #expect(machine.initErrorReported() == .refuse)
        #expect(machine.name == "RuntimeReady")
    }

    @Test func aSlowInitialisationIsReplacedOnce() {
        var machine = EnvironmentMachine()
        _ = machine.invocationAssigned()
        #expect(machine.deadlinePassed() == .replaceProcess)
        #expect(machine.nextArrived() == .refuse, "it comes from the process that is being ended")
        #expect(machine.initErrorReported() == .refuse)
        #expect(machine.processGone() == .startAnother)
        #expect(machine.processGone() == .end, "the second process ended by itself")
        #expect(machine.deadlinePassed() == .end)
        #expect(machine.nextArrived() == .finishInitThenDeliver)
    }

    @Test func anInitialisationThatFailsIsTriedOnceMore() {
        var machine = EnvironmentMachine()
        _ = machine.invocationAssigned()
        #expect(machine.initFailed() == .replaceProcess)
        #expect(machine.nextArrived() == .refuse, "it comes from the process that failed")
        #expect(machine.processGone() == .startAnother)
        #expect(machine.initFailed() == .end)

        var reset = EnvironmentMachine(isReset: true)
        _ = reset.invocationAssigned()
        #expect(reset.initFailed() == .end, "it was the invocation's time already")
    }

    @Test func nobodyIsReplacedForAnInvocationThatIsNotThere() {
        var machine = EnvironmentMachine()
        #expect(machine.deadlinePassed() == .end)
        #expect(machine.initFailed() == .end)
        #expect(machine.processGone() == .end)
    }

    @Test func theEndTellsWhatWasUnderWay() {
        var initialising = EnvironmentMachine()
        _ = initialising.invocationAssigned()
        #expect(initialising.environmentEnded() == .failInit(holdsInvocation: true))
        #expect(initialising.environmentEnded() == .ignore)
        #expect(initialising.name == "RuntimeExited")

        var ready = EnvironmentMachine()
        _ = ready.nextArrived()
        ready.waitingNextLost()
        _ = ready.invocationAssigned()
        #expect(ready.environmentEnded() == .leaveReady(holdsInvocation: true))

        var running = EnvironmentMachine()
        _ = running.nextArrived()
        _ = running.invocationAssigned()
        #expect(running.environmentEnded() == .failInvocation)
        #expect(running.invocationAssigned() == .refuse)
        #expect(running.nextArrived() == .refuse)
        #expect(running.responsePosted() == .refuse)
        #expect(running.initErrorReported() == .refuse)
    }
}

/// Every life of an environment up to six steps.
@Suite struct EnvironmentScriptTests {
    private enum Input: CaseIterable {
        case assigned, next, nextLost, responseFinished, responsePosted, initError, initFailed, deadline, processGone,
            ended
    }

    /// What must hold, told from what has happened and not from the machine's states.
    private struct Promises {
        var askedOnce = false
        var nextIsOpen = false
        /// Assigned and not yet through.
        var holds = false
        var delivered = false
        var responseOver = false
        var wasReplaced = false
        var isBeingReplaced = false
        var ended = false

        mutating func assigned(_ decision: EnvironmentMachine.OnAssigned) throws(Illegal) {
            let free = !self.ended && !self.holds
            try demand((decision == .refuse) == !free, "\(decision)")
            guard free else { return }
            try demand((decision == .deliver) == self.nextIsOpen, "\(decision) with next open: \(self.nextIsOpen)")
            self.holds = true
            if decision == .deliver { self.deliver() }
        }

        private mutating func deliver() {
            self.delivered = true
            self.responseOver = false
            self.nextIsOpen = false
        }

        mutating func next(_ decision: EnvironmentMachine.OnNext) throws(Illegal) {
            let isRefused =
                self.ended || self.isBeingReplaced || self.nextIsOpen || (self.delivered && !self.responseOver)
            try demand((decision == .refuse) == isRefused, "\(decision)")
            guard !isRefused else { return }
            let isFirst = !self.askedOnce
            self.askedOnce = true
            self.nextIsOpen = true
            let expected: EnvironmentMachine.OnNext =
                if self.delivered {
                    .finishInvocationThenWait
                } else if self.holds {
                    isFirst ? .finishInitThenDeliver : .deliver
                } else {
                    isFirst ? .finishInitThenWait : .wait
                }
            try demand(decision == expected, "\(decision), not \(expected)")
            if self.delivered {
                self.delivered = false
                self.holds = false
            } else if self.holds {
                self.deliver()
            }
        }

        mutating func deadline(_ decision: EnvironmentMachine.OnDeadline) throws(Illegal) {
            let replaces = !self.ended && !self.askedOnce && self.holds && !self.wasReplaced
            try demand((decision == .replaceProcess) == replaces, "\(decision)")
            if replaces { (self.wasReplaced, self.isBeingReplaced) = (true, true) }
        }

        mutating func processGone(_ decision: EnvironmentMachine.OnProcessGone) throws(Illegal) {
            try demand((decision == .startAnother) == (self.isBeingReplaced && !self.ended), "\(decision)")
            self.isBeingReplaced = false
        }

        mutating func end(_ decision: EnvironmentMachine.OnEnded) throws(Illegal) {
            let expected: EnvironmentMachine.OnEnded =
                if self.ended {
                    .ignore
                } else if !self.askedOnce {
                    .failInit(holdsInvocation: self.holds)
                } else if self.delivered {
                    .failInvocation
                } else {
                    .leaveReady(holdsInvocation: self.holds)
                }
            try demand(decision == expected, "\(decision), not \(expected)")
            self.ended = true
        }

        var name: String {
            if self.ended { return "RuntimeExited" }
            if !self.askedOnce { return "RuntimeStarted" }
            if !self.delivered { return "RuntimeReady" }
            return self.responseOver ? "RuntimeInvocationResponseSent" : "RuntimeRunning"
        }
    }

    @Test func noScriptOfSixStepsBreaksAPromise() throws {
        let count = try everyScript(of: Input.allCases, length: 6) { script in
            var machine = EnvironmentMachine()
            var promises = Promises()
            for input in script {
                switch input {
                case .assigned: try promises.assigned(machine.invocationAssigned())
                case .next: try promises.next(machine.nextArrived())
                case .nextLost:
                    machine.waitingNextLost()
                    promises.nextIsOpen = false
                case .responseFinished:
                    machine.responseFinished()
                    promises.responseOver = promises.delivered
                case .responsePosted:
                    let accepts = promises.delivered && !promises.ended
                    try demand((machine.responsePosted() == .accept) == accepts, "responsePosted")
                case .initError:
                    let fails = !promises.askedOnce && !promises.ended && !promises.isBeingReplaced
                    try demand((machine.initErrorReported() == .fail) == fails, "initErrorReported")
                case .initFailed: try promises.deadline(machine.initFailed())
                case .deadline: try promises.deadline(machine.deadlinePassed())
                case .processGone: try promises.processGone(machine.processGone())
                case .ended: try promises.end(machine.environmentEnded())
                }
                try demand(machine.name == promises.name, "after \(input): \(machine.name), not \(promises.name)")
            }
        }
        #expect(count == 1_000_000)
    }
}
