// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import TestSupport

/// Rules that are broken on purpose: a world that does not notice them proves nothing about the right ones.
enum BrokenServiceRule: CaseIterable {
    case neverThaws, losesTheHeldNext, losesItsDeadline, tellsNobodyOfItsEnd, keepsWhatHasEnded, forgetsWhoWaits
}

/// A whole function of the local Lambda: the pool, its environments with all of their machines, and their callers. What
/// the shells do between the machines is done here, over processes and timers that are this world's, and in an order
/// that nobody chose; what must not happen throws.
final class ServiceWorld: WalkEnvironmentOwner {
    private static let limit = 3

    private var pool: PoolMachine
    private var environments: [PoolMachine.EnvironmentID: WalkEnvironment] = [:]
    private var waiting: [WalkCall] = []
    private(set) var calls: [WalkCall] = []
    /// Nobody calls any more.
    var isQuiet = false
    private var isStopping = false
    private var endsAll = false
    private let broken: BrokenServiceRule?
    private let hasExternal: Bool
    /// What was seen, so that a walk that saw nothing is noticed.
    private(set) var seen: Set<String> = []

    init(hasExternal: Bool, reuses: Bool, broken: BrokenServiceRule?) {
        self.pool = PoolMachine(limit: Self.limit, retiringAllowance: 1, reuses: reuses)
        self.hasExternal = hasExternal
        self.broken = broken
    }

    func isBroken(_ rule: BrokenServiceRule) -> Bool { self.broken == rule }

    /// Whether somebody still waits for an answer.
    var hasOpenCalls: Bool { self.calls.contains { $0.end == nil } }

    /// No environment, and so no process, is left.
    var isOver: Bool { self.endsAll && self.environments.isEmpty }

    // MARK: Steps

    func step(_ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<8: if !self.isQuiet { try self.someoneCalls(&random) }
        case 8..<12: self.openCalls.randomElement(using: &random)?.changeFlow()
        case 12: self.openCalls.randomElement(using: &random)?.leave()
        case 13..<18: try self.graceIsOver()
        case 18: if Int.random(in: 0..<4, using: &random) == 0, !self.isStopping { try self.renew() }
        case 19: if self.isStopping { try self.stopGoesOn(&random) }
        default: try self.environmentActs(&random)
        }
        try self.check()
    }

    private var openCalls: [WalkCall] { self.calls.suffix(60).filter { $0.end == nil } }

    private func environmentActs(_ random: inout SeededGenerator) throws {
        let all = self.environments.values.sorted { $0.id.number < $1.id.number }
        guard let environment = all.randomElement(using: &random) else { return }
        // What is due at the end of a turn of the loop waits for nothing but what came in the same turn.
        if environment.hasTurnToEnd, Bool.random(using: &random) { return try environment.endTurn() }
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<8: try environment.runtimeActs(&random)
        case 8..<11: try environment.externalActs(&random)
        case 11: try environment.internalActs()
        case 12..<17: try environment.processActs(&random)
        default: try environment.timerFires(&random)
        }
    }

    // MARK: As FunctionService does it

    private func someoneCalls(_ random: inout SeededGenerator) throws {
        guard self.openCalls.count < 6 else { return }
        let call = WalkCall(number: self.calls.count + 1, mode: Bool.random(using: &random) ? .streaming : .buffered)
        self.calls.append(call)
        try self.act(on: self.pool.acquire(), call)
    }

    private func act(on decision: PoolMachine.OnAcquire, _ call: WalkCall) throws {
        switch decision {
        case .reuse(let id):
            guard let environment = self.environments[id] else { throw Illegal("\(id) is used again, and is gone") }
            self.seen.insert(environment.freezing.isFrozen ? "reused after a freeze" : "reused")
            try demand(!environment.isEnding && environment.call == nil, "\(id) is used again, and is not free")
            try environment.assign(call)
        case .start(let id):
            let environment = WalkEnvironment(id: id, hasExternal: self.hasExternal, owner: self)
            try demand(self.environments.updateValue(environment, forKey: id) == nil, "\(id) is there twice")
            try environment.assign(call)
            try environment.start()
        case .wait: self.waiting.append(call)
        case .throttle:
            self.seen.insert("throttled")
            try call.hear("throttled")
        }
    }

    private func graceIsOver() throws {
        guard !self.waiting.isEmpty else { return }
        self.seen.insert("waited long enough")
        try self.act(on: self.pool.waitedLongEnough(), self.waiting.removeFirst())
    }

    private func renew() throws {
        guard self.pool.startedCount > 0 else { return }
        let renewed = self.pool.renewed()
        for id in renewed.idle {
            self.environments[id]?.isInPool = false
            try self.environments[id]?.end("its code is old")
        }
    }

    func stop() throws {
        self.isStopping = true
        for call in self.waiting {
            self.pool.gaveUpWaiting()
            try call.runtimeEnded("stopped")
        }
        self.waiting = []
    }

    private func stopGoesOn(_ random: inout SeededGenerator) throws {
        if self.endsAll {
            if Int.random(in: 0..<8, using: &random) == 0 {
                for environment in Array(self.environments.values) { try environment.hurry() }
            }
        } else if self.pool.busyCount + self.pool.retiringCount == 0 || Int.random(in: 0..<8, using: &random) == 0 {
            self.endsAll = true
            for environment in Array(self.environments.values) { try environment.end("stopped") }
        }
    }

    // MARK: What environments tell

    func finishedResponse(_ environment: WalkEnvironment) { self.pool.responseFinished(environment.id) }

    func isFree(_ environment: WalkEnvironment) throws {
        switch self.pool.released(environment.id) {
        case .handToWaiting:
            guard !self.waiting.isEmpty else { throw Illegal("handed to one who waits, and nobody does") }
            self.seen.insert("handed to one who waits")
            let first = self.waiting.removeFirst()
            if !self.isBroken(.forgetsWhoWaits) { try environment.assign(first) }
        case .end:
            environment.isInPool = false
            try environment.end("retired")
        case .keepIdle: break
        case .makeRoomForWaiting: throw Illegal("room for another tenant's, and there are no tenants")
        case .ignore:
            // It has ended by itself in the same turn, or all that are there are being ended.
            try demand(!environment.isInPool, "\(environment.id) is released, and was not at work")
        }
    }

    func isIdleTooLong(_ environment: WalkEnvironment) throws {
        switch self.pool.idleTooLong(environment.id) {
        case .end:
            environment.isInPool = false
            self.seen.insert("idle too long")
            try environment.end("idle too long")
        case .ignore: break
        }
    }

    func isUnusable(_ environment: WalkEnvironment) {
        guard !self.isBroken(.keepsWhatHasEnded) else { return }
        environment.isInPool = false
        self.pool.ended(environment.id)
    }

    func isGone(_ environment: WalkEnvironment) throws {
        try environment.check()
        self.environments[environment.id] = nil
    }

    // MARK: What must hold

    private func check() throws {
        try demand(self.pool.waitingCount == self.waiting.count, "\(self.pool.waitingCount) wait, the pool says")
        let known = self.environments.values.count(where: \.isInPool)
        let counted = self.pool.busyCount + self.pool.idleCount + self.pool.retiringCount
        try demand(known == counted, "\(known) environments may be used, and the pool has \(counted)")
        try demand(self.pool.busyCount <= Self.limit, "\(self.pool.busyCount) are busy")
        for environment in self.environments.values { try environment.check() }
        for call in self.openCalls {
            let isSomewhere =
                self.waiting.contains { $0 === call } || self.environments.values.contains { $0.call === call }
            try demand(isSomewhere, "call \(call.number) is forgotten")
        }
    }

    /// After the end of everything.
    func checkEnd() throws {
        for call in self.calls {
            guard let end = call.end else { throw Illegal("call \(call.number) never heard an end") }
            self.seen.insert(end)
        }
        try demand(self.pool.busyCount + self.pool.idleCount + self.pool.retiringCount == 0, "the pool is not empty")
    }
}
