// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Decides what one execution environment may do next: one runtime, one invocation at a time.
///
/// ```text
///  ┌──────────────┐ nextArrived  ┌───────┐ invocationAssigned ┌─────────┐
///  │ initialising │ ───────────▶ │ ready │ ─────────────────▶ │ running │
///  └──────────────┘              └───────┘ ◀───────────────── └─────────┘
///    │   ▲ invocationAssigned: held      nextArrived, once the response is over
///    │   └─ until the first /next            │                     │
///    │                                       │                     │
///    │  deadlinePassed ┌───────────┐ processGone                   │
///    ├───────────────▶ │ replacing │ ───────────▶ initialising, for the second and last time
///    │    initFailed   └───────────┘         │                     │
///    │   (first time)                        │                     │
///    └───────────────┬───────────────────────┴─────────────────────┘
///                    ▼ ended
///                ┌───────┐
///                │ ended │
///                └───────┘
/// ```
///
/// Source of the rules: Lambda Developer Guide, "Lambda runtime environment" (an invocation lasts until the runtime
/// asks for the next one), "Lambda execution environment lifecycle" (an initialisation that takes more than ten seconds, or
/// fails, is tried again in the time of the first invocation; one that follows a time-out or a crash is done in that time
/// from the beginning), and Lambda's own Runtime API server for what is refused.
package struct EnvironmentMachine: ~Copyable {
    private enum State {
        /// The process runs and has not called `/next`. An invocation may be held for it already.
        case initialising(holdsInvocation: Bool, isSecond: Bool)
        /// The first process took too long over its initialisation, or failed at it. It is being ended, and nothing that
        /// it still says counts; when it is gone, another is started for the invocation that is held.
        case replacing
        /// No invocation is here. `nextIsWaiting`: the runtime's call is open; false after its connection broke.
        case ready(nextIsWaiting: Bool, holdsInvocation: Bool)
        /// The runtime has the invocation.
        case running(responseIsOver: Bool)
        /// The process ended. Final.
        case ended
    }

    private var state: State

    /// - Parameter isReset: it takes the place of one that timed out or ended by itself, and is initialised in the time of
    ///   its first invocation, as if for the second time.
    package init(isReset: Bool = false) { self.state = .initialising(holdsInvocation: false, isSecond: isReset) }

    package enum OnAssigned: Hashable, Sendable {
        /// Answer the waiting `/next` with it.
        case deliver
        /// Keep it until `/next` comes.
        case hold
        /// The environment is not free: our pool's fault.
        case refuse
    }

    package mutating func invocationAssigned() -> OnAssigned {
        switch self.state {
        case .initialising(holdsInvocation: false, let isSecond):
            self.state = .initialising(holdsInvocation: true, isSecond: isSecond)
            return .hold
        case .ready(nextIsWaiting: true, holdsInvocation: false):
            self.state = .running(responseIsOver: false)
            return .deliver
        case .ready(nextIsWaiting: false, holdsInvocation: false):
            self.state = .ready(nextIsWaiting: false, holdsInvocation: true)
            return .hold
        case .initialising(holdsInvocation: true, _), .replacing, .ready(_, holdsInvocation: true), .running, .ended:
            return .refuse
        }
    }

    package enum OnNext: Hashable, Sendable {
        /// Initialisation is done: answer with the invocation that waits.
        case finishInitThenDeliver
        /// Initialisation is done: keep the call open.
        case finishInitThenWait
        /// Keep the call open; a runtime came back after its connection broke.
        case wait
        /// A runtime came back and an invocation waits for it.
        case deliver
        /// The invocation is through: report it, keep the call open.
        case finishInvocationThenWait
        /// Answer 403 `InvalidStateTransition`: the invocation has no response yet, or a call is open already.
        case refuse
    }

    package mutating func nextArrived() -> OnNext {
        switch self.state {
        case .initialising(holdsInvocation: true, _):
            self.state = .running(responseIsOver: false)
            return .finishInitThenDeliver
        case .initialising(holdsInvocation: false, _):
            self.state = .ready(nextIsWaiting: true, holdsInvocation: false)
            return .finishInitThenWait
        case .ready(nextIsWaiting: false, holdsInvocation: true):
            self.state = .running(responseIsOver: false)
            return .deliver
        case .ready(nextIsWaiting: false, holdsInvocation: false):
            self.state = .ready(nextIsWaiting: true, holdsInvocation: false)
            return .wait
        case .running(responseIsOver: true):
            self.state = .ready(nextIsWaiting: true, holdsInvocation: false)
            return .finishInvocationThenWait
        case .replacing, .ready(nextIsWaiting: true, _), .running(responseIsOver: false), .ended:
            return .refuse
        }
    }

    /// Whether `nextArrived` would not refuse.
    package var nextIsAllowed: Bool {
        switch self.state {
        case .initialising, .ready(nextIsWaiting: false, _), .running(responseIsOver: true): true
        case .replacing, .ready(nextIsWaiting: true, _), .running(responseIsOver: false), .ended: false
        }
    }

    /// The connection of the waiting `/next` broke. A runtime may come back on another.
    package mutating func waitingNextLost() {
        switch self.state {
        case .ready(nextIsWaiting: true, let holdsInvocation):
            self.state = .ready(nextIsWaiting: false, holdsInvocation: holdsInvocation)
        case .initialising, .replacing, .ready, .running, .ended:
            break
        }
    }

    /// The caller has, or would have, heard how the invocation ended.
    package mutating func responseFinished() {
        switch self.state {
        case .running: self.state = .running(responseIsOver: true)
        case .initialising, .replacing, .ready, .ended: break
        }
    }

    package enum OnInitError: Hashable, Sendable {
        /// Answer 202, and end the environment with that error.
        case fail
        /// Answer 403: initialisation is done.
        case refuse
    }

    /// The runtime posted to `/init/error`.
    package mutating func initErrorReported() -> OnInitError {
        switch self.state {
        case .initialising: return .fail
        case .replacing, .ready, .running, .ended: return .refuse
        }
    }

    package enum OnResponsePosted: Hashable, Sendable {
        /// The invocation is with the runtime; its id and its relay decide the rest.
        case accept
        /// Answer 403 `InvalidStateTransition`.
        case refuse
    }

    /// The runtime posted to `/response` or `/error` of some invocation.
    package func responsePosted() -> OnResponsePosted {
        switch self.state {
        case .running: .accept
        case .initialising, .replacing, .ready, .ended: .refuse
        }
    }

    package enum OnDeadline: Hashable, Sendable {
        /// End the process. Its successor has the invocation's time for its initialisation, which begins now.
        case replaceProcess
        /// Time out whatever is under way, and end the environment.
        case end
    }

    /// The time for the initialisation or for the invocation is over.
    package mutating func deadlinePassed() -> OnDeadline { self.startOverOrEnd() }

    /// The initialisation is over without success: the process has ended or said so, or an extension has. Only for an
    /// environment whose initialisation is tried again at all.
    package mutating func initFailed() -> OnDeadline { self.startOverOrEnd() }

    private mutating func startOverOrEnd() -> OnDeadline {
        switch self.state {
        case .initialising(holdsInvocation: true, isSecond: false):
            self.state = .replacing
            return .replaceProcess
        case .initialising, .replacing, .ready, .running, .ended:
            return .end
        }
    }

    package enum OnProcessGone: Hashable, Sendable {
        case startAnother
        case end
    }

    /// The process is gone, by itself or because it was ended.
    package mutating func processGone() -> OnProcessGone {
        switch self.state {
        case .replacing:
            self.state = .initialising(holdsInvocation: true, isSecond: true)
            return .startAnother
        case .initialising, .ready, .running, .ended:
            return .end
        }
    }

    package enum OnEnded: Hashable, Sendable {
        /// It ended before it was ready; `holdsInvocation`: someone waits for it.
        case failInit(holdsInvocation: Bool)
        /// It ended between invocations; `holdsInvocation`: one had been kept for a runtime that did not come back.
        case leaveReady(holdsInvocation: Bool)
        /// It ended with an invocation under way.
        case failInvocation
        /// It had ended before.
        case ignore
    }

    /// The environment is over: its process has ended, or is being ended for good.
    package mutating func environmentEnded() -> OnEnded {
        defer { self.state = .ended }
        switch self.state {
        case .initialising(let holdsInvocation, _): return .failInit(holdsInvocation: holdsInvocation)
        case .replacing: return .failInit(holdsInvocation: true)
        case .ready(_, let holdsInvocation): return .leaveReady(holdsInvocation: holdsInvocation)
        case .running: return .failInvocation
        case .ended: return .ignore
        }
    }

    /// The name of the state, as Lambda's messages call it.
    package var name: String {
        switch self.state {
        case .initialising, .replacing: "RuntimeStarted"
        case .ready: "RuntimeReady"
        case .running(responseIsOver: false): "RuntimeRunning"
        case .running(responseIsOver: true): "RuntimeInvocationResponseSent"
        case .ended: "RuntimeExited"
        }
    }
}
