// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Decides who is told of an environment's end, in which order, and how long each may take.
///
/// ```text
///            begun: SIGTERM        runtimeGone, timePassed: SHUTDOWN
///  ┌───────┐ ─────────▶ ┌─────────┐ ──────────────▶ ┌────────────┐ extensionsGone ┌──────┐
///  │ alive │            │ runtime │                 │ extensions │ ─────────────▶ │ over │
///  └───────┘            └─────────┘                 └────────────┘  timePassed    └──────┘
///      │                     └── internal extensions only ─────────────────────────▶ ▲
///      └── no extension, or in a hurry: SIGKILL ─────────────────────────────────────┘
/// ```
///
/// Source: Lambda Developer Guide, "Shutdown phase": `SIGTERM` is sent only where an extension is registered, and what has
/// not ended within the budget gets `SIGKILL`.
package struct ShutdownMachine: ~Copyable {
    private enum State {
        /// Nothing has begun.
        case alive
        /// The runtime was told; it has ended, or its time is over, next.
        case runtime(ShutdownBudget)
        /// The runtime is gone and the external extensions were told.
        case extensions
        /// Everything that is still there is to be killed. Final.
        case over
    }

    private var state: State = .alive

    package init() {}

    package enum Step: Hashable, Sendable {
        /// Send SIGTERM to the runtime, and call `timePassed` after so many milliseconds.
        case terminateRuntime(milliseconds: Int64)
        /// Kill what is left of the runtime, send SHUTDOWN to the extensions, and call `timePassed` after so many
        /// milliseconds.
        case tellExtensions(milliseconds: Int64)
        /// Kill whatever is left.
        case kill
        case ignore
    }

    /// - Parameters:
    ///   - budget: that of the extensions which are registered now.
    ///   - runtimeIsAlive: false when it has ended by itself, or is past talking to.
    ///   - inHurry: the service was told to stop at once.
    package mutating func begun(_ budget: ShutdownBudget, runtimeIsAlive: Bool, inHurry: Bool = false) -> Step {
        switch self.state {
        case .alive where inHurry || budget == .none:
            self.state = .over
            return .kill
        case .alive where runtimeIsAlive:
            self.state = .runtime(budget)
            return .terminateRuntime(milliseconds: budget.runtimeMilliseconds)
        case .alive:
            return self.tellExtensions(budget, elapsedMilliseconds: 0)
        case .runtime, .extensions:
            guard inHurry else { return .ignore }
            self.state = .over
            return .kill
        case .over:
            return .ignore
        }
    }

    /// The runtime's process has ended.
    ///
    /// - Parameter elapsedMilliseconds: since `begun`.
    package mutating func runtimeGone(elapsedMilliseconds: Int64) -> Step {
        switch self.state {
        case .runtime(let budget): return self.tellExtensions(budget, elapsedMilliseconds: elapsedMilliseconds)
        case .alive, .extensions, .over: return .ignore
        }
    }

    private mutating func tellExtensions(_ budget: ShutdownBudget, elapsedMilliseconds: Int64) -> Step {
        // All of it is the runtime's where extensions live in its process.
        guard budget.milliseconds > budget.runtimeMilliseconds else {
            self.state = .over
            return .kill
        }
        self.state = .extensions
        return .tellExtensions(milliseconds: max(0, budget.milliseconds - elapsedMilliseconds))
    }

    /// Every external extension's process has ended, or there was none left to be told.
    package mutating func extensionsGone() -> Step {
        switch self.state {
        case .extensions:
            self.state = .over
            return .kill
        case .alive, .runtime, .over:
            return .ignore
        }
    }

    /// The time that the last step named is over.
    ///
    /// - Parameter elapsedMilliseconds: since `begun`.
    package mutating func timePassed(elapsedMilliseconds: Int64) -> Step {
        switch self.state {
        case .runtime: return self.runtimeGone(elapsedMilliseconds: elapsedMilliseconds)
        case .extensions:
            self.state = .over
            return .kill
        case .alive, .over:
            return .ignore
        }
    }
}
