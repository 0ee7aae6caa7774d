// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

// Between two invocations.
extension ExecutionEnvironment {
    /// Runtime and extensions have asked for their next event, and the last invocation is through.
    func everyoneIsWaiting() {
        guard self.endingReason == nil, self.delivery == nil, self.managed?.entries.isEmpty ?? true else { return }
        switch self.life.freezing.everyoneWaits() {
        case .settle: self.rest(for: .milliseconds(Int64(Limits.freezeMilliseconds))) { self.settled() }
        case .ignore: break
        }
    }

    private func settled() {
        let stillWait = self.session.isWaiting && self.extensions?.everyoneIsWaiting ?? true
        switch self.life.freezing.settled(stillWait: stillWait) {
        case .freeze:
            if !self.processIsGone { self.group?.freeze() }
            self.extensions?.freeze()
            self.place.groups.freeze()
            self.record(.frozen(environment: self.id.number))
        case .rest:
            break
        case .ignore:
            return
        }
        guard let idleLimit = self.function.idleLimit else { return }
        self.rest(for: idleLimit) { self.idleTimePassed() }
    }

    private func rest(for time: TimeAmount, then action: @escaping () -> Void) {
        self.life.restTimer = self.eventLoop.assumeIsolated().scheduleTask(in: time, action)
    }

    private func idleTimePassed() {
        switch self.life.freezing.idleTimePassed() {
        case .end: self.owner?.environmentIsIdleTooLong(self)
        case .ignore: break
        }
    }

    /// There is something for it to do.
    func wake() { self.act(on: self.life.freezing.stirred()) }

    private func act(on stirred: FreezeMachine.OnStirred) {
        switch stirred {
        case .nothing:
            break
        case .stopTimer:
            self.life.restTimer?.cancel()
        case .stopTimerAndThaw:
            self.life.restTimer?.cancel()
            if !self.processIsGone { self.group?.thaw() }
            self.extensions?.thaw()
            self.place.groups.thaw()
            self.record(.thawed(environment: self.id.number))
            self.owner?.environmentStirs(self)
        }
    }
}

// Its end.
extension ExecutionEnvironment {
    var isFrozen: Bool { self.life.freezing.isFrozen }

    /// Nobody is waited for, beside the process whose end has been asked for.
    var isShutDown: Bool { !self.life.isShuttingDown }

    /// Ends everything that runs in it, in Lambda's order and within its budgets. Called again, it changes nothing.
    func shutDown(_ reason: ShutdownReason) {
        if self.life.shutdownStartedAt == nil {
            self.life.shutdownStartedAt = .now()
            self.life.reason = reason
            self.record(.shuttingDown(environment: self.id.number, reason: reason))
        }
        self.take(
            self.life.shutdown.begun(
                self.extensions?.shutdownBudget ?? .none,
                runtimeIsAlive: self.group != nil && !self.processIsGone,
                inHurry: self.life.isInHurry
            )
        )
    }

    /// Whoever has been given time to end gets no more.
    func hurry() {
        self.life.isInHurry = true
        if self.life.isShuttingDown { self.shutDown(self.life.reason) }
    }

    /// The runtime's process has ended.
    func runtimeIsGone() { self.take(self.life.shutdown.runtimeGone(elapsedMilliseconds: self.elapsedMilliseconds)) }

    private var elapsedMilliseconds: Int64 {
        self.life.shutdownStartedAt.map { (.now() - $0).nanoseconds / 1_000_000 } ?? 0
    }

    private func take(_ step: ShutdownMachine.Step) {
        switch step {
        case .terminateRuntime(let milliseconds):
            // One that is frozen would hear of the signal only when it is too late.
            self.act(on: self.life.freezing.ended())
            self.life.isShuttingDown = true
            self.group?.terminate()
            self.setShutdownTimer(milliseconds)
        case .tellExtensions(let milliseconds):
            self.act(on: self.life.freezing.ended())
            self.life.isShuttingDown = true
            self.killGroup()
            self.setShutdownTimer(milliseconds)
            let deadline = WallClock.epochMilliseconds() + milliseconds
            self.extensions?.shutDown(self.life.reason, deadlineEpochMilliseconds: deadline) {
                self.take(self.life.shutdown.extensionsGone())
            }
        case .kill:
            // Not thawed: what is to be killed has nothing left to do.
            self.life.restTimer?.cancel()
            self.life.shutdownTimer?.cancel()
            self.life.isShuttingDown = false
            self.killGroup()
            self.extensions?.kill()
            self.concludeIfOver()
        case .ignore:
            break
        }
    }

    private func setShutdownTimer(_ milliseconds: Int64) {
        self.life.shutdownTimer?.cancel()
        self.life.shutdownTimer = self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) {
            self.take(self.life.shutdown.timePassed(elapsedMilliseconds: self.elapsedMilliseconds))
        }
    }
}
