// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Decides what one execution environment of Lambda Managed Instances may do next: one runtime with several workers, as
/// many invocations at a time.
///
/// The environment:
///
/// ```text
///  ┌──────────────┐ first nextArrived  ┌───────┐          any ──ended──▶ ┌───────┐
///  │ initialising │ ─────────────────▶ │ ready │                         │ ended │
///  └──────────────┘                    └───────┘                         └───────┘
/// ```
///
/// One invocation:
///
/// ```text
///  (none) ──assigned──▶ held ──a worker asks──▶ running ──response over──▶ (none)
///             │          └──nobody asked in time──▶ (none)  └──its time is over──▶ late ──2 × workers later──▶ (none)
///             └──a worker waits───────────────────────▲
/// ```
///
/// Which worker has which invocation is not known, and need not be: a worker posts to the path of its invocation, and what
/// counts is how many of them wait for the next one.
///
/// Source of the rules: Lambda Developer Guide, "Understanding the Lambda Managed Instances execution environment" (the
/// initialisation is over with the first `/next`; a time-out fails its invocation and leaves the environment and the other
/// invocations alone), and Lambda's own Runtime API server for what is refused.
package struct ManagedEnvironmentMachine: ~Copyable {
    private enum State {
        /// No worker has called `/next`.
        case initialising
        /// Workers come and go.
        case ready
        /// The process ended. Final.
        case ended
    }

    private enum Phase {
        /// It waits for a worker.
        case held
        /// A worker has it.
        case running
        /// Its caller heard of a time-out; its worker may still answer, too late.
        case late
    }

    private var state: State = .initialising
    private let workers: Int
    private var phases: [String: Phase] = [:]
    /// The ids of those that are held and of those that are late, the oldest first.
    private var held: [String] = []
    private var late: [String] = []
    private var idle = 0

    /// - Parameter workers: how many invocations the environment takes at once, at least 1.
    package init(workers: Int) { self.workers = max(1, workers) }

    // MARK: The service's side

    package enum OnAssigned: Hashable, Sendable {
        /// Answer the `/next` that has waited longest with it.
        case deliver
        /// Keep it until a worker asks.
        case hold
        /// An invocation of that id is here already.
        case refuseDuplicate
        /// The environment is no more: our pool's fault.
        case refuse
    }

    package mutating func invocationAssigned(_ requestID: String) -> OnAssigned {
        switch self.phases[requestID] {
        case .held, .running: return .refuseDuplicate
        case .late: self.late.removeAll { $0 == requestID }
        case nil: break
        }
        switch self.state {
        case .ready where self.idle > 0:
            self.idle -= 1
            self.phases[requestID] = .running
            return .deliver
        case .initialising, .ready:
            self.phases[requestID] = .held
            self.held.append(requestID)
            return .hold
        case .ended:
            return .refuse
        }
    }

    package enum OnOver: Hashable, Sendable {
        case forget
        /// It was over before.
        case ignore
    }

    /// The caller has, or would have, heard how the invocation ended.
    package mutating func responseFinished(_ requestID: String) -> OnOver {
        switch self.phases[requestID] {
        case .held:
            self.held.removeAll { $0 == requestID }
            self.phases[requestID] = nil
            return .forget
        case .running:
            self.phases[requestID] = nil
            return .forget
        case .late, nil:
            return .ignore
        }
    }

    package enum OnTimeOver: Hashable, Sendable {
        /// Tell the caller; what its worker still posts is late.
        case timeOut
        /// No worker has asked for it: tell the caller that the runtime takes no more.
        case giveUp
        /// It was over in that very moment.
        case ignore
    }

    /// The time of an invocation, or that of the wait for a worker, is over.
    package mutating func timeIsOver(_ requestID: String) -> OnTimeOver {
        switch self.phases[requestID] {
        case .held:
            self.held.removeAll { $0 == requestID }
            self.phases[requestID] = nil
            return .giveUp
        case .running:
            self.phases[requestID] = .late
            self.late.append(requestID)
            // Workers that abandon what is late would have these grow for ever.
            if self.late.count > 2 * self.workers { self.phases[self.late.removeFirst()] = nil }
            return .timeOut
        case .late, nil:
            return .ignore
        }
    }

    /// The environment is over: its process has ended, or is being ended. Answers whom to tell.
    package mutating func environmentEnded() -> [String] {
        defer {
            self.state = .ended
            self.idle = 0
        }
        switch self.state {
        case .initialising, .ready:
            return self.phases.filter { $0.value != .late }.keys.sorted()
        case .ended:
            return []
        }
    }

    // MARK: The runtime's side

    package enum OnNext: Hashable, Sendable {
        /// Answer with that invocation. `finishesInit`: initialisation is done with this call.
        case deliver(requestID: String, finishesInit: Bool)
        /// Keep the call open.
        case wait(finishesInit: Bool)
        /// Answer 500: more calls than workers are open.
        case tooManyIdle
        /// Answer 403: the environment is no more.
        case refuse
    }

    package mutating func nextArrived() -> OnNext {
        let finishesInit: Bool
        switch self.state {
        case .initialising: finishesInit = true
        case .ready: finishesInit = false
        case .ended: return .refuse
        }
        self.state = .ready
        guard self.held.isEmpty else {
            let requestID = self.held.removeFirst()
            self.phases[requestID] = .running
            return .deliver(requestID: requestID, finishesInit: finishesInit)
        }
        guard self.idle < self.workers else { return .tooManyIdle }
        self.idle += 1
        return .wait(finishesInit: finishesInit)
    }

    /// The connection of an open `/next` broke. Its worker may come back on another.
    package mutating func waitingNextLost() { self.idle = max(0, self.idle - 1) }

    package enum OnPosted: Hashable, Sendable {
        /// The invocation is with a worker; its relay decides the rest.
        case accept
        /// Answer 410: its time was over.
        case late
        /// Answer 400: no worker has an invocation of that id.
        case unknown
    }

    /// A worker posted to `/response` or `/error` of that invocation.
    package func posted(_ requestID: String) -> OnPosted {
        switch self.phases[requestID] {
        case .running: .accept
        case .late: .late
        case .held, nil: .unknown
        }
    }

    /// The runtime posted to `/init/error`. Where workers race, the first one's counts.
    package func initErrorReported() -> EnvironmentMachine.OnInitError {
        switch self.state {
        case .initialising: .fail
        case .ready, .ended: .refuse
        }
    }

    /// Workers whose `/next` is open.
    package var idleCount: Int { self.idle }
    /// Invocations that are here, with a worker or without.
    package var invocationCount: Int { self.phases.count - self.late.count }

    /// The name of the state, as Lambda's messages call it.
    package var name: String {
        switch self.state {
        case .initialising: "RuntimeStarted"
        case .ready: "RuntimeReady"
        case .ended: "RuntimeExited"
        }
    }
}
