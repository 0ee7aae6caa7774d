// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

/// Every life of an environment with one external extension, one internal one and a runtime, up to six steps.
@Suite struct ExtensionsScriptTests {
    private enum Input: CaseIterable {
        case register, registerInside, next, nextInside, lost, runtimeNext, invocation, shutdown, gone
    }

    /// What must hold, told from what has happened and not from the machine's states.
    private struct Promises {
        var isRegistered = false
        var insideIsRegistered = false
        /// The calls that are open.
        var waits = false
        var insideWaits = false
        /// Who has asked since it was to be waited for.
        var owes: Set<String> = []
        var runtimeAskedOnce = false
        var runtimeWaits = false
        var isShuttingDown = false
        var isGone = false
        /// The external one has an event to come.
        var held: ExtensionEvent?

        mutating func next(_ decision: ExtensionsMachine.OnNext) throws(Illegal) {
            guard self.isRegistered, !self.waits, !self.isGone else {
                guard case .refuse = decision else { throw Illegal("\(decision)") }
                return
            }
            if let held = self.held {
                try demand(decision == .deliver(held), "\(decision), not \(held)")
                self.held = nil
                return
            }
            self.waits = true
            try self.asked("e", decision)
        }

        mutating func nextInside(_ decision: ExtensionsMachine.OnNext) throws(Illegal) {
            guard self.insideIsRegistered, !self.insideWaits else {
                guard case .refuse = decision else { throw Illegal("\(decision)") }
                return
            }
            self.insideWaits = true
            try self.asked("inside", decision)
        }

        private mutating func asked(_ name: String, _ decision: ExtensionsMachine.OnNext) throws(Illegal) {
            let wasHeld = self.isHeld
            self.owes.remove(name)
            let releases = wasHeld && !self.isHeld
            try demand(decision == (releases ? .waitAndRelease : .wait), "\(decision), releases: \(releases)")
        }

        /// The runtime has asked, and somebody is waited for.
        var isHeld: Bool { self.runtimeWaits && !self.owes.isEmpty && !self.isShuttingDown }

        mutating func runtimeNext(_ decision: ExtensionsMachine.OnRuntimeNext) throws(Illegal) {
            if !self.runtimeAskedOnce, !self.isShuttingDown {
                self.runtimeAskedOnce = true
                if !self.waits, !self.isGone { self.owes.insert("e") }
                if self.insideIsRegistered, !self.insideWaits { self.owes.insert("inside") }
            }
            self.runtimeWaits = true
            try demand((decision == .hold) == self.isHeld, "\(decision), held: \(self.isHeld)")
        }

        mutating func invocation(_ delivered: [String]) throws(Illegal) {
            guard !self.isShuttingDown else { return try demand(delivered.isEmpty, "\(delivered)") }
            self.runtimeWaits = false
            let hears = self.isRegistered && !self.isGone
            try demand(delivered == (hears && self.waits ? ["E"] : []), "\(delivered)")
            guard hears else { return }
            if !self.waits { self.held = .invoke }
            self.waits = false
            self.owes.insert("e")
        }

        mutating func shutdown(_ decision: ExtensionsMachine.Shutdown) throws(Illegal) {
            if self.isShuttingDown || self.isGone {
                try demand(decision == ExtensionsMachine.Shutdown(), "\(decision)")
            } else if self.isRegistered {
                try demand(decision.deliver == (self.waits ? ["E"] : []) && decision.kill.isEmpty, "\(decision)")
                if self.waits { self.waits = false } else { self.held = .shutdown }
            } else {
                try demand(decision.kill == ["e"], "\(decision)")
            }
            self.isShuttingDown = true
        }

        mutating func gone(_ decision: ExtensionsMachine.OnExternalGone) throws(Illegal) {
            try demand(decision == (self.isShuttingDown ? .allGone : .fail), "\(decision)")
            self.isGone = true
            self.waits = false
            self.held = nil
            self.owes.remove("e")
        }
    }

    @Test func noScriptOfSixStepsBreaksAPromise() throws {
        let count = try everyScript(of: Input.allCases, length: 6) { script in
            var machine = ExtensionsMachine(external: ["e"])
            var promises = Promises()
            for input in script { try Self.step(input, &machine, &promises) }
        }
        #expect(count == 531_441)
    }

    private static func step(
        _ input: Input,
        _ machine: inout ExtensionsMachine,
        _ promises: inout Promises
    ) throws(Illegal) {
        switch input {
        case .register:
            let request = ExtensionRegistration(name: "e", events: ["INVOKE", "SHUTDOWN"])
            let may = !promises.isRegistered && !promises.isGone && !promises.isShuttingDown
            let decision = machine.registered(request, identifier: "E")
            try demand((decision == .accept(startRuntime: true)) == may, "\(decision)")
            if may { promises.isRegistered = true }
        case .registerInside:
            let request = ExtensionRegistration(name: "inside", events: [])
            let may = !promises.insideIsRegistered && !promises.runtimeAskedOnce && !promises.isShuttingDown
            let decision = machine.registered(request, identifier: "I")
            // An invocation without a runtime that asked is no service's doing.
            if may, case .refuse(.registrationClosed) = decision { return }
            try demand((decision == .accept(startRuntime: false)) == may, "\(decision)")
            if may { promises.insideIsRegistered = true }
        case .next: try promises.next(machine.nextArrived(from: "E"))
        case .nextInside: try promises.nextInside(machine.nextArrived(from: "I"))
        case .lost:
            machine.nextLost(from: "E")
            promises.waits = false
        case .runtimeNext: try promises.runtimeNext(machine.runtimeAskedForNext())
        case .invocation:
            // The service gives one to a runtime that waits, and is not kept from it.
            guard promises.runtimeWaits, !promises.isHeld else { return }
            try promises.invocation(machine.invocationBegan())
        case .shutdown: try promises.shutdown(machine.shutdownBegan())
        case .gone:
            guard !promises.isGone else { return }
            try promises.gone(machine.externalGone("e"))
        }
        try demand(
            !machine.everyoneIsWaiting || (promises.runtimeWaits && promises.owes.isEmpty),
            "everyone is said to wait; owing: \(promises.owes)"
        )
    }
}
