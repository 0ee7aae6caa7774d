// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import TestSupport

// What the processes of an environment do by themselves, good and bad.
extension WalkEnvironment {
    /// A process that was started is there, one that has ended is noticed, and what it had sent is read.
    func processActs(_ random: inout SeededGenerator) throws {
        let fails = Int.random(in: 0..<40, using: &random) == 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            if self.runtime.state == .starting { try fails ? self.couldNotStart() : self.runtimeStarted() }
            if self.runtime.state == .dead { try self.runtimeEnded() }
        case 1:
            if self.external.state == .starting {
                if fails { self.external.exit() } else { self.external.started() }
            } else if self.external.state == .dead {
                try self.externalEnded()
            }
        default:
            if self.isDraining { try self.drained() }
        }
    }

    /// Whoever held a connection to the Runtime API holds it no more.
    func connectionsLost() throws {
        if case .answering(let call) = self.work { try self.truncated(call) }
        self.work = .done
        self.nextConnectionLost()
        if self.internalNextIsOpen {
            self.internalNextIsOpen = false
            self.extensions.nextLost(from: "i")
        }
    }

    // MARK: The runtime

    func runtimeActs(_ random: inout SeededGenerator) throws {
        // What it sent before its end may still be read.
        let isLeft = self.runtime.state == .dead || self.isDraining
        guard self.runtime.runs || isLeft, !self.isDrained else { return }
        let dice = Int.random(in: 0..<40, using: &random)
        if case .hanging = self.work { return }
        if self.runtime.runs, dice == 0 || self.runtime.isTerminating && dice < 10 { return self.runtime.exit() }
        switch self.work {
        case .starting:
            switch dice {
            case 1: try self.initFailed()
            case 2..<14: self.registerInternal()
            default: try self.ask()
            }
        case .asking:
            if self.nextIsOpen || self.nextIsHeld {
                if dice == 1 { self.nextConnectionLost() }
                // A second call beside the open one is refused, and changes nothing.
                if dice == 2, !self.nextIsHeld { try self.runtimeAskedForNext() }
            } else {
                try self.ask()
            }
        case .working(let call): try self.works(on: call, dice)
        case .answering(let call): try self.answers(call, dice)
        case .answered: try self.ask()
        case .hanging, .done: break
        }
    }

    private func ask() throws {
        self.work = .asking
        try self.runtimeAskedForNext()
    }

    private func initFailed() throws {
        self.work = .done
        guard case .fail = self.machine.initErrorReported() else { return }
        if !self.retryInit() {
            try self.giveUp("init error")
        } else if self.processIsGone {
            return try self.endFailedProcess()
        }
        self.exitIsExpected = true
    }

    /// Whether a POST for it is let through.
    private func accepts(_ call: WalkCall) -> Bool {
        guard case .accept = self.machine.responsePosted() else { return false }
        return self.assignment === call
    }

    private func works(on call: WalkCall, _ dice: Int) throws {
        // Too early: refused, and it goes on.
        if dice == 1 { return try self.runtimeAskedForNext() }
        if dice == 2 {
            self.work = .hanging
            return
        }
        guard self.accepts(call) else {
            self.work = .answered
            return
        }
        if dice < 6 {
            self.work = .answered
            guard case .fail = call.relay.errorReported() else { return }
            return try call.finish("error")
        }
        switch call.relay.responseBegan(responseMode: dice < 8 ? "Streaming" : dice < 16 ? nil : "streaming") {
        case .forward: self.work = .answering(call)
        case .refuseMode:
            self.work = .answered
            try call.finish("refused mode")
        case .refuseSecond: throw Illegal("call \(call.number) is answered for the first time, and refused")
        }
    }

    private func answers(_ call: WalkCall, _ dice: Int) throws {
        guard !call.relay.isPaused else { return }
        switch dice {
        case 1..<4:
            try self.truncated(call)
            self.work = .answered
        case 4..<14:
            self.work = .answered
            switch call.relay.responseEnded(hasErrorTrailers: dice < 6) {
            case .complete: try call.finish("complete")
            case .failWithTrailers: try call.finish("trailers")
            case .ignore: break
            }
        default:
            guard case .forwardThenFail = call.relay.bodyArrived(byteCount: dice / 8) else { return }
            self.work = .answered
            try call.finish("too large")
        }
    }

    private func truncated(_ call: WalkCall) throws {
        if case .fail = call.relay.responseTruncated() { try call.finish("truncated") }
    }

    // MARK: Extensions

    private func registerInternal() {
        guard !self.internalIsRegistered else { return }
        let request = ExtensionRegistration(name: "internal", events: ["INVOKE"])
        if case .accept = self.extensions.registered(request, identifier: "i") { self.internalIsRegistered = true }
    }

    func internalActs() throws {
        guard self.runtime.runs, self.internalIsRegistered, !self.internalNextIsOpen, !self.isEnding else { return }
        self.internalNextIsOpen = true
        try self.asked("i") { self.internalNextIsOpen = false }
    }

    func externalActs(_ random: inout SeededGenerator) throws {
        guard self.external.runs, !self.isExtensionHostKilled else { return }
        let dice = Int.random(in: 0..<60, using: &random)
        if dice == 0 || self.isShuttingDown && dice < 20 { return self.external.exit() }
        guard self.externalIsRegistered else {
            let events = dice < 20 ? ["INVOKE"] : dice < 30 ? [] : ["INVOKE", "SHUTDOWN"]
            let request = ExtensionRegistration(name: "external", events: events)
            guard case .accept(let startRuntime) = self.extensions.registered(request, identifier: "e") else { return }
            self.externalIsRegistered = true
            if startRuntime { try self.startRuntime() }
            return
        }
        if dice == 1 {
            let isFailure = self.extensions.reported(.exitError, errorType: "E", from: "e")
            if case .fail = isFailure { try self.extensionFailed("extension failed") }
        } else if self.externalNextIsOpen {
            if dice == 2 {
                self.externalNextIsOpen = false
                self.extensions.nextLost(from: "e")
            }
        } else {
            self.externalNextIsOpen = true
            try self.asked("e") { self.externalNextIsOpen = false }
        }
    }

    private func asked(_ identifier: String, closes: () -> Void) throws {
        switch self.extensions.nextArrived(from: identifier) {
        case .wait: break
        case .waitAndRelease: try self.releaseNext()
        case .deliver, .refuse: closes()
        }
    }

    private func externalEnded() throws {
        self.external.noticed()
        if self.externalNextIsOpen {
            self.externalNextIsOpen = false
            self.extensions.nextLost(from: "e")
        }
        switch self.extensions.externalGone("external") {
        case .fail: if !self.isExtensionHostKilled { try self.extensionFailed("extension crashed") }
        case .allGone: try self.take(self.shutdown.extensionsGone())
        case .goOn: break
        }
        if self.startsExtensionsWhenGone {
            self.startsExtensionsWhenGone = false
            try self.startExtensions()
        }
    }

    // MARK: Time

    func timerFires(_ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<24, using: &random) {
        case 0: if self.deadlineRuns { try self.timeIsOver() }
        case 1..<8: try self.restIsOver()
        case 8..<14:
            guard self.shutdownRuns else { return }
            self.shutdownRuns = false
            try self.take(self.shutdown.timePassed(elapsedMilliseconds: 300))
        case 14..<20:
            guard self.exitIsExpected else { return }
            self.exitIsExpected = false
            if !self.processIsGone, self.runtime.state == .alive || self.runtime.state == .dead {
                try self.runtime.kill()
            }
        default: break
        }
    }
}
