// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Where an environment that starts from a snapshot is: in front of it, behind it, or through.
///
/// ```text
///  ┌──────────────┐ restoreNextArrived ┌───────────┐ runtimeReady ┌───────┐
///  │ initialising │ ─────────────────▶ │ restoring │ ───────────▶ │ ready │
///  └──────────────┘ ◀── replaced ───── └───────────┘              └───────┘
///         │                                  │ errorReported, timePassed  ▲
///         │                                  ▼                            │
///         │                              ┌────────┐                       │
///         │                              │ failed │                       │
///         │                              └────────┘                       │
///         └───────────────── runtimeReady: it has nothing to restore ─────┘
/// ```
///
/// Source: Lambda's own Runtime API server, `restorenext.go` and `restoreerror.go`. What Lambda does between the two, to
/// keep the state of one machine and make others of it, cannot be done to a process: each environment goes through its own
/// initialisation, and is restored at once.
package struct RestoreMachine: ~Copyable {
    private enum State {
        /// The runtime initialises the function. Left by either of its two calls that say so.
        case initialising
        /// The runtime does what it has to do after a restore.
        case restoring
        case ready
        /// The restore failed. Final, but for another process in its place.
        case failed
    }

    private var state: State = .initialising

    package init() {}

    package enum OnRestoreNext: Hashable, Sendable {
        /// Keep the state, restore it, and answer 200.
        case restore
        /// Answer 403 `InvalidStateTransition`.
        case refuse
    }

    /// The runtime asked for its restore.
    package mutating func restoreNextArrived() -> OnRestoreNext {
        switch self.state {
        case .initialising:
            self.state = .restoring
            return .restore
        case .restoring, .ready, .failed:
            return .refuse
        }
    }

    package enum OnRuntimeReady: Hashable, Sendable {
        /// The restore is through.
        case restored
        /// It never asked for one, or is through already.
        case nothingRestored
    }

    /// The runtime asked for its first invocation.
    package mutating func runtimeReady() -> OnRuntimeReady {
        switch self.state {
        case .restoring:
            self.state = .ready
            return .restored
        case .initialising:
            self.state = .ready
            return .nothingRestored
        case .ready, .failed:
            return .nothingRestored
        }
    }

    package enum OnFailure: Hashable, Sendable {
        /// End the environment with it.
        case fail
        /// It is in no restore: for an error answer 403, for time do what is done without a snapshot.
        case refuse
    }

    /// The runtime posted to `/restore/error`.
    package mutating func errorReported() -> OnFailure { self.failIfRestoring() }
    /// The time of what is under way is over.
    package mutating func timePassed() -> OnFailure { self.failIfRestoring() }

    private mutating func failIfRestoring() -> OnFailure {
        switch self.state {
        case .restoring:
            self.state = .failed
            return .fail
        case .initialising, .ready, .failed:
            return .refuse
        }
    }

    /// Another process begins from the front.
    package mutating func replaced() { self.state = .initialising }

    /// The name of the state, as Lambda's messages call it.
    package var name: String {
        switch self.state {
        case .initialising: "RuntimeStarted"
        case .restoring: "RuntimeRestoring"
        case .ready: "RuntimeReady"
        case .failed: "RuntimeRestoreError"
        }
    }
}
