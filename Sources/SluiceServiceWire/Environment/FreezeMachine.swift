// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Decides when an environment between two invocations is frozen, thawed, and given up for its idleness.
///
/// ```text
///            everyoneWaits              settled: freeze, or rest
///  ┌───────┐ ─────────────▶ ┌──────────┐ ───────▶ ┌──────┐ idleTimePassed ┌──────┐
///  │ awake │                │ settling │          │ idle │ ─────────────▶ │ over │
///  └───────┘ ◀───────────── └──────────┘          └──────┘                └──────┘
///      ▲        stirred                               │                       ▲
///      └────────────── stirred: thaw ─────────────────┘          any ── ended ┘
/// ```
///
/// Source: Lambda Developer Guide, "Lambda execution environment lifecycle": "Lambda freezes the execution environment
/// when the runtime and each extension have completed and there are no pending events", and thaws it for the next
/// invocation. How soon it freezes and after how long it gives an environment up is not documented.
///
/// `settling` is ours: callers that call in turn would pay for a stop and a start of the process each time, which on
/// Lambda is hidden by the way through its front end.
package struct FreezeMachine: ~Copyable {
    private enum State {
        /// Somebody is at work, or is about to be. Left when all wait for the next event.
        case awake
        /// All wait, and a timer runs. Left when it is over, or by new work.
        case settling
        /// All have waited for a while; the timer of idleness runs. Left by new work, or when it is over.
        case idle(isFrozen: Bool)
        /// The environment takes no work any more. Final.
        case over
    }

    private var state: State = .awake
    private let freezes: Bool

    /// - Parameter freezes: false lets the function's processes run on between invocations.
    package init(freezes: Bool) { self.freezes = freezes }

    package enum OnEveryoneWaits: Hashable, Sendable {
        /// Call `settled` after a moment.
        case settle
        case ignore
    }

    /// The runtime and every extension wait for their next event, and the last invocation is through.
    package mutating func everyoneWaits() -> OnEveryoneWaits {
        switch self.state {
        case .awake:
            self.state = .settling
            return .settle
        case .settling, .idle, .over:
            return .ignore
        }
    }

    package enum OnSettled: Hashable, Sendable {
        /// Stop the processes, and start the timer of idleness.
        case freeze
        /// Let them run, and start the timer of idleness.
        case rest
        /// Something came in between.
        case ignore
    }

    /// The moment is over.
    ///
    /// - Parameter stillWait: false when a runtime's or an extension's connection broke meanwhile: a process that is to
    ///   come back must be able to.
    package mutating func settled(stillWait: Bool) -> OnSettled {
        switch self.state {
        case .settling:
            let freezes = self.freezes && stillWait
            self.state = .idle(isFrozen: freezes)
            return freezes ? .freeze : .rest
        case .awake, .idle, .over:
            return .ignore
        }
    }

    package enum OnStirred: Hashable, Sendable {
        /// It is awake already.
        case nothing
        case stopTimer
        /// Let the processes go on before anything is sent to them.
        case stopTimerAndThaw
    }

    /// There is an invocation for it.
    package mutating func stirred() -> OnStirred {
        switch self.state {
        case .settling, .idle(isFrozen: false):
            self.state = .awake
            return .stopTimer
        case .idle(isFrozen: true):
            self.state = .awake
            return .stopTimerAndThaw
        case .awake, .over:
            return .nothing
        }
    }

    package enum OnIdleTimePassed: Hashable, Sendable {
        /// Nobody has needed it for so long: end it.
        case end
        /// It was needed in that very moment.
        case ignore
    }

    package mutating func idleTimePassed() -> OnIdleTimePassed {
        switch self.state {
        case .idle: return .end
        case .awake, .settling, .over: return .ignore
        }
    }

    /// The environment is being ended. A process that is stopped hears no signal but SIGKILL, so whoever wants to say
    /// more has to thaw it first.
    package mutating func ended() -> OnStirred {
        defer { self.state = .over }
        switch self.state {
        case .settling, .idle(isFrozen: false): return .stopTimer
        case .idle(isFrozen: true): return .stopTimerAndThaw
        case .awake, .over: return .nothing
        }
    }

    package var isFrozen: Bool {
        switch self.state {
        case .idle(let isFrozen): isFrozen
        case .awake, .settling, .over: false
        }
    }
}
