// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Decides which execution environment of a function takes an invocation: a warm one, a new one, or none.
///
/// ```text
///           acquire: start               responseFinished                  released
///  (none) ────────────────▶ ┌──────┐ ─────────────────────▶ ┌───────────┐ ──────────▶ ┌──────┐
///                           │ busy │                        │ finishing │             │ idle │
///                           └──────┘ ◀───────────────────── └───────────┘             └──────┘
///                              ▲       released: someone waited                           │
///                              └────────────────── acquire: reuse ────────────────────────┘
///                            any of them ── ended ──▶ (none)
///
///  renewed, from          busy, finishing           idle
///                                ▼                    ▼
///                          ┌──────────┐ released   (none): end it
///                          │ retiring │ ─────────▶ (none): end it
///                          └──────────┘
///
///  idleTooLong, from idle: (none): end it.          Where none is used twice, released: (none): end it.
/// ```
///
/// A caller that has its whole response may call again before the runtime has asked for its next invocation. On Lambda
/// the way back is long enough for that; here it is not, so such a call waits a moment for the finishing environment
/// before another one is started for it. The one that became idle last is used first, so that the others can age.
///
/// When the function's code has changed, what exists is of the old generation: it takes no new invocation, and those
/// under way are finished. They do not count against the limit, so that who saves a file while streams run is not
/// throttled by them; only what is beyond `retiringAllowance` counts, or saving often could fill the machine.
package struct PoolMachine: ~Copyable {
    /// Names an environment of one function; never used twice.
    package struct EnvironmentID: Hashable, Sendable {
        package let number: Int
        /// Whose invocations it serves, where tenants are isolated.
        package let tenant: String?

        package init(number: Int, tenant: String? = nil) {
            self.number = number
            self.tenant = tenant
        }
    }

    private let limit: Int
    private let retiringAllowance: Int
    private let reuses: Bool
    private var busy: Set<EnvironmentID> = []
    /// The part of `busy` whose response is over.
    private var finishing: Set<EnvironmentID> = []
    private var idle: [EnvironmentID] = []
    /// At work with code that is no longer the function's.
    private var retiring: Set<EnvironmentID> = []
    private var started = 0
    /// The tenant of each that waits, `nil` where there are none; the one that waits longest is the first.
    private var waiting: [String?] = []

    /// - Parameters:
    ///   - limit: how many environments may be busy at once. With 0 nothing is ever started: a reserved concurrency of 0
    ///     is how a function is switched off. (Lambda Developer Guide, "Configuring reserved concurrency".)
    ///   - retiringAllowance: how many with old code may be at work beside them.
    ///   - reuses: false gives every invocation an environment of its own, so that each start is a cold one.
    package init(
        limit: Int,
        retiringAllowance: Int = Limits.maximumRetiringEnvironments,
        reuses: Bool = true
    ) {
        self.limit = max(0, limit)
        self.retiringAllowance = max(0, retiringAllowance)
        self.reuses = reuses
    }

    package enum OnAcquire: Hashable, Sendable {
        case reuse(EnvironmentID)
        case start(EnvironmentID)
        /// An environment is about to be free: wait for `released`, or call `waitedLongEnough`.
        case wait
        /// Answer 429: every environment is busy and no more are allowed.
        case throttle
    }

    /// - Parameter tenant: whose invocation it is, where tenants are isolated.
    package mutating func acquire(for tenant: String? = nil) -> OnAcquire {
        if self.indexOfIdle(for: tenant) == nil || !self.hasRoom, self.isWorthWaiting(for: tenant) {
            self.waiting.append(tenant)
            return .wait
        }
        return self.acquireNow(for: tenant)
    }

    /// Whether an environment is about to be free that nobody else waits for. One that is not used again, or is another
    /// tenant's, is waited for only where there is no room for a new one.
    private func isWorthWaiting(for tenant: String?) -> Bool {
        guard self.hasRoom else { return self.finishing.count > self.waiting.count }
        guard self.reuses, !self.finishing.isEmpty else { return false }
        return self.finishing.count { $0.tenant == tenant } > self.waiting.count { $0 == tenant }
    }

    /// One that waits, by default the one that has waited longest, waits no more, and takes what there is. Never answers
    /// `wait`.
    package mutating func waitedLongEnough(at place: Int = 0) -> OnAcquire {
        self.acquireNow(for: self.waiting.indices.contains(place) ? self.waiting.remove(at: place) : nil)
    }

    /// The one that waits longest waits no more, and wants no environment either.
    package mutating func gaveUpWaiting() {
        if !self.waiting.isEmpty { self.waiting.removeFirst() }
    }

    private func indexOfIdle(for tenant: String?) -> Int? { self.idle.lastIndex { $0.tenant == tenant } }

    private mutating func acquireNow(for tenant: String?) -> OnAcquire {
        // Other tenants' may be busy beside one that is idle.
        guard self.hasRoom else { return .throttle }
        if let place = self.indexOfIdle(for: tenant) {
            let environment = self.idle.remove(at: place)
            self.busy.insert(environment)
            return .reuse(environment)
        }
        self.started += 1
        let environment = EnvironmentID(number: self.started, tenant: tenant)
        self.busy.insert(environment)
        return .start(environment)
    }

    private var hasRoom: Bool {
        let beyondAllowance = max(0, self.retiring.count - self.retiringAllowance)
        return self.busy.count + beyondAllowance < self.limit
    }

    /// The caller has heard how the environment's invocation ended; its runtime has not asked for the next one.
    package mutating func responseFinished(_ environment: EnvironmentID) {
        guard self.busy.contains(environment) else { return }
        self.finishing.insert(environment)
    }

    package enum OnReleased: Hashable, Sendable {
        case keepIdle
        /// It is busy again: give it to the one that waits longest, of its own tenant.
        case handToWaiting
        /// It is idle, and there is room for another tenant's who waits at this place: call `waitedLongEnough(at:)`.
        case makeRoomForWaiting(at: Int)
        /// End it: its code is old, or no environment is used twice.
        case end
        /// It was not busy: released twice, or after its end. Nothing changes.
        case ignore
    }

    /// The environment's runtime asked for its next invocation.
    package mutating func released(_ environment: EnvironmentID) -> OnReleased {
        if self.retiring.remove(environment) != nil { return .end }
        guard self.busy.contains(environment) else { return .ignore }
        self.finishing.remove(environment)
        guard self.reuses else {
            self.busy.remove(environment)
            return .end
        }
        if let place = self.waiting.firstIndex(of: environment.tenant) {
            self.waiting.remove(at: place)
            return .handToWaiting
        }
        self.busy.remove(environment)
        self.idle.append(environment)
        return self.firstWithNothingToWaitFor.map { .makeRoomForWaiting(at: $0) } ?? .keepIdle
    }

    /// The place of the first that waits without an environment of its tenant about to be free for it, when there is room.
    private var firstWithNothingToWaitFor: Int? {
        guard !self.waiting.isEmpty, self.hasRoom else { return nil }
        var unclaimed: [String?: Int] = [:]
        for (place, tenant) in self.waiting.enumerated() {
            let count = unclaimed[tenant] ?? self.finishing.count { $0.tenant == tenant }
            guard count > 0 else { return place }
            unclaimed[tenant] = count - 1
        }
        return nil
    }

    /// The environment that has been idle for longest, when more are idle than may be busy: end it. Only where tenants are
    /// isolated, since elsewhere an idle one is used before another is started.
    package mutating func surplusIdle() -> EnvironmentID? {
        self.idle.count > self.limit ? self.idle.removeFirst() : nil
    }

    package enum OnIdleTooLong: Hashable, Sendable {
        /// End it: nobody has needed it.
        case end
        /// It was given an invocation in that very moment, or is no more.
        case ignore
    }

    /// The environment has been idle for as long as one may be.
    package mutating func idleTooLong(_ environment: EnvironmentID) -> OnIdleTooLong {
        guard let place = self.idle.firstIndex(of: environment) else { return .ignore }
        self.idle.remove(at: place)
        return .end
    }

    package struct OnRenewed: Hashable, Sendable {
        /// End these now: nobody is served by them.
        package let idle: [EnvironmentID]
        /// These go on until they are `released`.
        package let retiring: Int
    }

    /// The function's code has changed: no environment that exists takes another invocation. One who waits for such an
    /// environment goes on waiting, and `waitedLongEnough` starts another.
    package mutating func renewed() -> OnRenewed {
        defer { self.idle = [] }
        self.retiring.formUnion(self.busy)
        self.busy = []
        self.finishing = []
        return OnRenewed(idle: self.idle, retiring: self.retiring.count)
    }

    /// The environment is no more, or must not be used again.
    package mutating func ended(_ environment: EnvironmentID) {
        self.busy.remove(environment)
        self.finishing.remove(environment)
        self.retiring.remove(environment)
        self.idle.removeAll { $0 == environment }
    }

    /// Those at work with the function's code as it is.
    package var busyCount: Int { self.busy.count }
    /// Those whose callers wait for an answer, or get one.
    package var servingCount: Int { self.busy.count - self.finishing.count + self.retiring.count }
    package var retiringCount: Int { self.retiring.count }
    package var idleCount: Int { self.idle.count }
    /// How many there have been in all.
    package var startedCount: Int { self.started }
    package var waitingCount: Int { self.waiting.count }
}
