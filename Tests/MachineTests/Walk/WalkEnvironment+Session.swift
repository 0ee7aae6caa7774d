// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire

// As `RuntimeAPISession` does it, and `ExecutionEnvironment` as its delegate.
extension WalkEnvironment {
    func assign(_ call: WalkCall) throws {
        if !self.owner.isBroken(.neverThaws) { try self.act(on: self.freezing.stirred()) }
        self.call = call
        if self.initIsDone { self.deadlineRuns = true }
        switch self.machine.invocationAssigned() {
        case .deliver:
            self.assignment = call
            try self.deliver()
        case .hold:
            self.assignment = call
        case .refuse:
            throw Illegal("environment \(self.id.number) is given an invocation and is not free")
        }
    }

    private func deliver() throws {
        guard self.nextIsOpen, let call = self.assignment else { return }
        self.nextIsOpen = false
        self.watch(call)
        self.deadlineRuns = true
        for identifier in self.extensions.invocationBegan() { try self.answer(.invoke, to: identifier) }
        // What was sent ahead of its end by a process that has ended is answered, too.
        guard self.runtime.state == .alive else { return try call.delivered() }
        try demand(!self.runtime.isStopped, "an invocation is sent to a runtime that is frozen")
        try call.delivered()
        self.work = .working(call)
    }

    func answer(_ event: ExtensionEvent, to identifier: String) throws {
        switch identifier {
        case "e":
            guard self.externalNextIsOpen else { throw Illegal("\(event) for an extension that has not asked") }
            self.externalNextIsOpen = false
            let hears = self.external.state != .alive || !self.external.isStopped
            try demand(hears, "\(event) is sent to an extension that is frozen")
        default:
            guard self.internalNextIsOpen else { throw Illegal("\(event) for an extension that has not asked") }
            self.internalNextIsOpen = false
        }
    }

    private func watch(_ call: WalkCall) {
        call.whenOver = { [unowned self] in
            self.machine.responseFinished()
            try self.owner.finishedResponse(self)
        }
    }

    /// The runtime's `/next` comes.
    func runtimeAskedForNext() throws {
        guard self.machine.nextIsAllowed else { return try self.nextArrived() }
        switch self.extensions.runtimeAskedForNext() {
        case .goOn: try self.nextArrived()
        case .hold: self.nextIsHeld = true
        }
    }

    func releaseNext() throws {
        guard self.nextIsHeld, !self.owner.isBroken(.losesTheHeldNext) else { return }
        self.nextIsHeld = false
        try self.nextArrived()
    }

    private func nextArrived() throws {
        let decision = self.machine.nextArrived()
        guard decision != .refuse else { return }
        self.nextIsOpen = true
        switch decision {
        case .finishInitThenDeliver:
            self.initFinished()
            try self.deliver()
        case .finishInitThenWait:
            self.initFinished()
        case .deliver:
            try self.deliver()
        case .finishInvocationThenWait:
            self.assignment = nil
            self.deadlineRuns = false
            self.hasTurnToEnd = true
        case .wait, .refuse:
            break
        }
    }

    private func initFinished() {
        self.deadlineRuns = false
        self.initIsDone = true
    }

    /// What comes at the end of the loop's turn in which an invocation was through.
    func endTurn() throws {
        self.hasTurnToEnd = false
        guard !self.isEnding else { return }
        self.call = nil
        if self.processIsGone {
            try self.owner.isUnusable(self)
        } else {
            try self.owner.isFree(self)
            self.everyoneIsWaiting()
        }
    }

    func nextConnectionLost() {
        self.nextIsHeld = false
        guard self.nextIsOpen else { return }
        self.nextIsOpen = false
        self.machine.waitingNextLost()
    }

    /// The environment is over for its caller.
    func endSession(_ how: String) throws {
        guard !self.owner.isBroken(.tellsNobodyOfItsEnd) else { return }
        switch self.machine.environmentEnded() {
        case .failInit, .leaveReady, .failInvocation:
            guard let call = self.assignment else { return }
            self.assignment = nil
            if !call.relay.isOver {
                self.watch(call)
                try call.runtimeEnded(how)
            }
        case .ignore:
            break
        }
    }
}
