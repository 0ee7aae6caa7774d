// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire

// As `ExecutionEnvironment` and `ExtensionHost` do it.
extension WalkEnvironment {
    // MARK: Start

    func start() throws {
        self.deadlineRuns = true
        try self.startProcesses()
    }

    private func startProcesses() throws {
        self.runtimeIsLaunched = false
        self.processIsGone = false
        // What was still to be read of the former one, and its time to exit, count no more.
        self.isDraining = false
        self.exitIsExpected = false
        guard !self.external.isOver || self.external.state == .dead else { return try self.startExtensions() }
        try self.killExtensions()
        self.startsExtensionsWhenGone = true
    }

    func startExtensions() throws {
        guard !self.isEnding else { return }
        self.isExtensionHostKilled = false
        self.externalIsRegistered = false
        self.internalIsRegistered = false
        self.externalNextIsOpen = false
        self.internalNextIsOpen = false
        self.extensions = ExtensionsMachine(external: self.hasExternal ? ["external"] : [])
        if self.hasExternal { try self.external.launch() } else { try self.startRuntime() }
    }

    func startRuntime() throws {
        guard !self.runtimeIsLaunched, !self.isEnding, !self.isReplacing else { return }
        self.runtimeIsLaunched = true
        try self.runtime.launch()
        self.work = .starting
    }

    func runtimeStarted() throws {
        self.runtime.started()
        if self.isEnding || self.isReplacing { try self.runtime.kill() }
    }

    func couldNotStart() throws {
        self.runtime.couldNotStart()
        if self.retryInit() {
            self.processIsGone = true
            return try self.endFailedProcess()
        }
        try self.giveUp("could not start")
        try self.shutDown()
        try self.becomeGone()
    }

    // MARK: The runtime's end

    func runtimeEnded() throws {
        self.runtime.noticed()
        if !self.isEnding, try self.replaceProcess() { return }
        self.processIsGone = true
        try self.take(self.shutdown.runtimeGone(elapsedMilliseconds: 1))
        if self.initIsDone, self.call == nil { try self.owner.isUnusable(self) }
        self.isDraining = true
    }

    @discardableResult
    private func replaceProcess() throws -> Bool {
        guard case .startAnother = self.machine.processGone() else { return false }
        self.isReplacing = false
        try self.connectionsLost()
        try self.startProcesses()
        return true
    }

    /// An initialisation that failed is followed by another. Answers whether one follows.
    func retryInit() -> Bool {
        guard !self.isEnding, !self.initIsDone else { return false }
        guard !self.isReplacing else { return true }
        guard case .replaceProcess = self.machine.initFailed() else { return false }
        self.isReplacing = true
        self.deadlineRuns = true
        return true
    }

    func endFailedProcess() throws {
        if !self.runtimeIsLaunched || self.processIsGone {
            try self.replaceProcess()
        } else if self.runtime.state == .alive || self.runtime.state == .dead {
            try self.runtime.kill()
        }
    }

    /// Its last bytes have been read.
    func drained() throws {
        self.isDraining = false
        try self.connectionsLost()
        if self.retryInit() { return try self.endFailedProcess() }
        try self.giveUp("exit")
        try self.shutDown()
        try self.becomeGone()
    }

    func extensionFailed(_ how: String) throws {
        guard !self.isEnding, !self.isReplacing else { return }
        if self.retryInit() { return try self.endFailedProcess() }
        try self.end(how)
    }

    func end(_ how: String) throws {
        guard !self.isEnding else { return }
        try self.giveUp(how)
        try self.shutDown()
        if !self.runtimeIsLaunched { try self.becomeGone() }
    }

    func giveUp(_ how: String) throws {
        guard !self.isEnding else { return }
        self.isEnding = true
        self.deadlineRuns = false
        try self.endSession(how)
        self.call = nil
        try self.owner.isUnusable(self)
    }

    private func becomeGone() throws {
        self.isDrained = true
        try self.concludeIfOver()
    }

    private func concludeIfOver() throws {
        guard self.isDrained, !self.isShuttingDown, !self.isGone else { return }
        self.isGone = true
        try self.connectionsLost()
        try self.owner.isGone(self)
    }

    // MARK: Time

    func timeIsOver() throws {
        guard !self.owner.isBroken(.losesItsDeadline) else { return }
        self.deadlineRuns = false
        switch self.machine.deadlinePassed() {
        case .replaceProcess:
            self.isReplacing = true
            self.deadlineRuns = true
            try self.endFailedProcess()
        case .end:
            try self.end("time-out")
        }
    }

    // MARK: Between two invocations

    func everyoneIsWaiting() {
        guard !self.isEnding, self.call == nil else { return }
        switch self.freezing.everyoneWaits() {
        case .settle: self.rest = .settling
        case .ignore: break
        }
    }

    func restIsOver() throws {
        switch self.rest {
        case .none: break
        case .settling:
            let stillWait = self.nextIsOpen && self.assignment == nil && self.extensions.everyoneIsWaiting
            self.rest = .none
            switch self.freezing.settled(stillWait: stillWait) {
            case .freeze:
                if !self.processIsGone { try self.runtime.stop() }
                if !self.external.isOver { try self.external.stop() }
            case .rest: break
            case .ignore: return
            }
            self.rest = .idling
        case .idling:
            self.rest = .none
            switch self.freezing.idleTimePassed() {
            case .end: try self.owner.isIdleTooLong(self)
            case .ignore: break
            }
        }
    }

    func act(on stirred: FreezeMachine.OnStirred) throws {
        switch stirred {
        case .nothing: break
        case .stopTimer: self.rest = .none
        case .stopTimerAndThaw:
            self.rest = .none
            if !self.processIsGone { try self.runtime.goOn() }
            if !self.external.isOver { try self.external.goOn() }
        }
    }

    // MARK: Shutdown

    func shutDown() throws {
        let isAlive = (self.runtime.state == .alive || self.runtime.state == .dead) && !self.processIsGone
        try self.take(
            self.shutdown.begun(self.extensions.shutdownBudget, runtimeIsAlive: isAlive, inHurry: self.isInHurry)
        )
    }

    func hurry() throws {
        self.isInHurry = true
        if self.isShuttingDown { try self.shutDown() }
    }

    func take(_ step: ShutdownMachine.Step) throws {
        switch step {
        case .terminateRuntime:
            try self.act(on: self.freezing.ended())
            self.isShuttingDown = true
            try self.runtime.terminate()
            self.shutdownRuns = true
        case .tellExtensions:
            try self.act(on: self.freezing.ended())
            self.isShuttingDown = true
            try self.killRuntime()
            self.shutdownRuns = true
            let shutdown = self.extensions.shutdownBegan()
            for identifier in shutdown.deliver { try self.answer(.shutdown, to: identifier) }
            if shutdown.isOver { return try self.take(self.shutdown.extensionsGone()) }
            if !shutdown.kill.isEmpty { try self.killExternal() }
        case .kill:
            self.rest = .none
            self.shutdownRuns = false
            self.isShuttingDown = false
            try self.killRuntime()
            try self.killExtensions()
            try self.concludeIfOver()
        case .ignore:
            break
        }
    }

    private func killRuntime() throws {
        guard !self.processIsGone, self.runtime.state == .alive || self.runtime.state == .dead else { return }
        try self.runtime.kill()
    }

    /// One that is being started is killed as soon as it is there.
    private func killExternal() throws {
        if self.external.state == .alive || self.external.state == .dead { try self.external.kill() }
        if self.external.state == .starting { self.external.exit() }
    }

    private func killExtensions() throws {
        self.isExtensionHostKilled = true
        try self.killExternal()
    }
}
