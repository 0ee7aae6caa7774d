// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Decides which execution environment of a function on Managed Instances takes an invocation, where each takes several
/// at once.
///
/// ```text
///            acquire: start              ready                          idleTooLong
///  (none) ────────────────▶ ┌──────────┐ ─────▶ ┌───────────────────┐ ─────────────▶ (none): end it
///                           │ starting │        │ serving           │
///                           └──────────┘        │ running │ idle    │ ◀── acquire: reuse, while a worker is idle
///                acquire: reuse, it holds them  └───────────────────┘ ◀── workerIsIdle: hand it to who waits
///                                                         │ renewed
///                                                         ▼
///                              any ── ended ──▶ (none)  ┌──────────┐ the last invocation is over
///                                                       │ retiring │ ────────────────────────────▶ (none): end it
///                                                       └──────────┘
/// ```
///
/// An environment is asked for as long as it has room, before another one is started. Room is a worker whose `/next` is
/// open. A worker that is on its way back, or comes for the first time, is waited for a moment, as with other functions; one
/// that does not come is no room: on Lambda a runtime whose workers are all busy has invocations refused.
/// (Lambda Developer Guide, "Understanding the Lambda Managed Instances execution environment", "Backpressure handling".)
package struct ManagedPoolMachine {
    package typealias EnvironmentID = PoolMachine.EnvironmentID
    package typealias OnAcquire = PoolMachine.OnAcquire
    package typealias OnReleased = PoolMachine.OnReleased
    package typealias OnIdleTooLong = PoolMachine.OnIdleTooLong
    package typealias OnRenewed = PoolMachine.OnRenewed

    private struct Member {
        var isStarting = true
        var isRetiring = false
        /// Invocations that it has and whose responses are not over.
        var running = 0
        /// Workers whose `/next` is open.
        var idle = 0
    }

    private let limit: Int
    private let workers: Int
    private let retiringAllowance: Int
    private var members: [EnvironmentID: Member] = [:]
    /// In the order of their starts: the oldest is filled first, so that the others can age.
    private var order: [EnvironmentID] = []
    private var started = 0
    private var waiting = 0

    /// - Parameters:
    ///   - limit: how many environments there may be at once.
    ///   - workers: how many invocations each takes at once, at least 1.
    ///   - retiringAllowance: how many with old code may be at work beside them.
    package init(limit: Int, workers: Int, retiringAllowance: Int = Limits.maximumRetiringEnvironments) {
        self.limit = max(0, limit)
        self.workers = max(1, workers)
        self.retiringAllowance = max(0, retiringAllowance)
    }

    // MARK: Invocations

    package mutating func acquire() -> OnAcquire {
        if let environment = self.withRoom() { return self.take(environment) }
        if self.comingWorkers > self.waiting {
            self.waiting += 1
            return .wait
        }
        return self.startAnother()
    }

    /// The one that waits longest waits no more, and takes what there is. Never answers `wait`.
    package mutating func waitedLongEnough() -> OnAcquire {
        self.gaveUpWaiting()
        if let environment = self.withRoom() { return self.take(environment) }
        return self.startAnother()
    }

    /// The one that waits longest waits no more, and wants no environment either.
    package mutating func gaveUpWaiting() { self.waiting = max(0, self.waiting - 1) }

    /// One that has an idle worker, or that is being started and is not full.
    private func withRoom() -> EnvironmentID? {
        let current = self.order.lazy.compactMap { id in self.members[id].map { (id, $0) } }
            .filter { !$0.1.isRetiring && $0.1.running < self.workers }
        return (current.first { $0.1.idle > 0 } ?? current.first { $0.1.isStarting })?.0
    }

    private mutating func take(_ environment: EnvironmentID) -> OnAcquire {
        self.members[environment]?.running += 1
        if let idle = self.members[environment]?.idle, idle > 0 { self.members[environment]?.idle = idle - 1 }
        return .reuse(environment)
    }

    /// Workers that are expected: on their way back from a response, or from their start.
    private var comingWorkers: Int {
        self.members.values.reduce(0) { sum, member in
            guard !member.isStarting, !member.isRetiring else { return sum }
            return sum + max(0, self.workers - member.running - member.idle)
        }
    }

    private mutating func startAnother() -> OnAcquire {
        let beyondAllowance = max(0, self.retiringCount - self.retiringAllowance)
        guard self.members.count - self.retiringCount + beyondAllowance < self.limit else { return .throttle }
        self.started += 1
        let environment = EnvironmentID(number: self.started)
        self.members[environment] = Member(running: 1)
        self.order.append(environment)
        return .start(environment)
    }

    // MARK: Environments

    /// Its initialisation is over.
    package mutating func ready(_ environment: EnvironmentID) { self.members[environment]?.isStarting = false }

    /// A worker asked for its next invocation, and the environment had none for it.
    package mutating func workerIsIdle(_ environment: EnvironmentID) -> OnReleased {
        guard let member = self.members[environment] else { return .ignore }
        guard !member.isRetiring else { return member.running == 0 ? self.drop(environment) : .ignore }
        if self.waiting > 0, member.running < self.workers {
            self.waiting -= 1
            self.members[environment]?.running += 1
            return .handToWaiting
        }
        self.members[environment]?.idle = min(member.idle + 1, self.workers)
        return .keepIdle
    }

    /// The connection of an idle worker broke.
    package mutating func workerLost(_ environment: EnvironmentID) {
        guard let member = self.members[environment] else { return }
        self.members[environment]?.idle = max(0, member.idle - 1)
    }

    /// An invocation of the environment is over. Its worker may still be at work.
    package mutating func invocationFinished(_ environment: EnvironmentID) -> OnReleased {
        guard let member = self.members[environment], member.running > 0 else { return .ignore }
        self.members[environment]?.running -= 1
        return member.isRetiring && member.running == 1 ? self.drop(environment) : .keepIdle
    }

    private mutating func drop(_ environment: EnvironmentID) -> OnReleased {
        self.ended(environment)
        return .end
    }

    /// The environment has been idle for as long as one may be.
    package mutating func idleTooLong(_ environment: EnvironmentID) -> OnIdleTooLong {
        guard let member = self.members[environment], member.running == 0 else { return .ignore }
        self.ended(environment)
        return .end
    }

    /// The function's code has changed: no environment that exists takes another invocation.
    package mutating func renewed() -> OnRenewed {
        let idle = self.order.filter { self.members[$0]?.running == 0 }
        for environment in idle { self.ended(environment) }
        for environment in self.order { self.members[environment]?.isRetiring = true }
        return OnRenewed(idle: idle, retiring: self.members.count)
    }

    /// The environment is no more, or must not be used again.
    package mutating func ended(_ environment: EnvironmentID) {
        self.members[environment] = nil
        self.order.removeAll { $0 == environment }
    }

    /// Invocations whose callers wait for an answer, or get one.
    package var servingCount: Int { self.members.values.reduce(0) { $0 + $1.running } }
    package var environmentCount: Int { self.members.count }
    package var retiringCount: Int { self.members.values.count { $0.isRetiring } }
    /// How many there have been in all.
    package var startedCount: Int { self.started }
    package var waitingCount: Int { self.waiting }
}
