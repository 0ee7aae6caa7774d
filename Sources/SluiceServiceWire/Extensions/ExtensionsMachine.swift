// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Decides what the extensions of one execution environment may do, and when they and the runtime are through together.
///
/// The environment:
///
/// ```text
///  starting ──every external one registered──▶ initialising ──runtime's /next──▶ settling ──no one owes a next──▶ waiting
///     │                                             │                               ▲                               │
///     │                                             │                 runtime's /next                invocationBegan│
///     │                                             │                               └───────── invoking ◀───────────┘
///     └───────────────── shutdownBegan ─────────────┴──▶ shuttingDown
/// ```
///
/// One extension (`Member.State`):
///
/// ```text
///  started ──register──▶ registered ──next──▶ ready ──INVOKE, SHUTDOWN──▶ running ──next──▶ ready
///                            │ init/error       └──connection lost──▶ running
///                            ▼                       registered, ready, running ──exit/error──▶ failed
///                          failed                    any ──its process ended──▶ gone
/// ```
///
/// `settling` is both ends of Lambda's rule: the initialisation is done when the runtime and every extension have asked
/// for what is next, and an invocation is over when the runtime and every extension that has `INVOKE` have. In `waiting`
/// everyone waits, so the environment may be frozen. (Lambda Developer Guide, "Lambda execution environment lifecycle" and
/// "Extensions API"; what is refused, and with which words, is that of Lambda's own server, `agentregister.go`,
/// `externalagent_states.go`, `shutdown.go`.)
package struct ExtensionsMachine {
    enum Phase: Hashable, Sendable {
        /// External extensions are being started, and not all have registered; the runtime is not started yet.
        case starting
        /// The runtime is at its initialisation. Internal extensions may still register.
        case initialising
        /// The runtime has asked for its next invocation, and some extension has not yet.
        case settling
        /// Everyone waits.
        case waiting
        /// An invocation is with the runtime, and with those extensions that have `INVOKE`.
        case invoking
        /// Only external extensions are still heard. Final.
        case shuttingDown
    }

    var phase: Phase
    var members: [Member]
    /// Whether extensions may have `INVOKE`; on Managed Instances they may not.
    private let allowsInvoke: Bool
    private let limit: Int

    /// - Parameters:
    ///   - external: the names of the extensions that are started as processes, which they register under.
    ///   - limit: how many there may be, internal ones among them.
    ///   - allowsInvoke: false for Managed Instances, where many invocations run at once.
    package init(external: [String] = [], limit: Int = Limits.maximumExtensions, allowsInvoke: Bool = true) {
        self.limit = limit
        self.members = external.map { Member(name: $0, isExternal: true) }
        self.phase = external.isEmpty ? .initialising : .starting
        self.allowsInvoke = allowsInvoke
    }

    // MARK: What is known

    /// Runtime and extensions have all asked for what is next: the environment may be frozen.
    package var everyoneIsWaiting: Bool {
        // A call that broke since is not open: its extension comes back.
        self.phase == .waiting && self.members.allSatisfy { $0.state == .ready || $0.state.isOver }
    }

    /// How long the environment may take to end, and how much of that the runtime has; settled at the moment of asking.
    package var shutdownBudget: ShutdownBudget {
        let registered = self.members.filter(\.isRegistered)
        if registered.contains(where: \.isExternal) { return .external }
        return registered.isEmpty ? .none : .internalOnly
    }

    /// What a log tells of each extension when the initialisation is over.
    package var report: [ExtensionReport] { self.members.map(\.report) }

    package func name(of identifier: String) -> String? { self.member(identifier).map { self.members[$0].name } }

    // MARK: Registration

    package enum OnRegister: Hashable, Sendable {
        /// Answer with the identifier. `startRuntime`: every external one has registered now.
        case accept(startRuntime: Bool)
        /// Answer 403 with that.
        case refuse(ExtensionRefusal)
    }

    /// An extension asked to be registered.
    ///
    /// - Parameter identifier: the one that it gets when it is accepted.
    package mutating func registered(_ request: ExtensionRegistration, identifier: String) -> OnRegister {
        let isExternal = self.members.contains { $0.isExternal && $0.name == request.name }
        for event in request.events {
            guard let known = ExtensionEvent(rawValue: event), known == .invoke || isExternal,
                known == .shutdown || self.allowsInvoke
            else { return .refuse(.invalidEventType(event)) }
        }
        let events = request.events.compactMap(ExtensionEvent.init(rawValue:))
        return isExternal
            ? self.registerExternal(request.name, events, identifier)
            : self.registerInternal(request.name, events, identifier)
    }

    private mutating func registerExternal(
        _ name: String,
        _ events: [ExtensionEvent],
        _ identifier: String
    ) -> OnRegister {
        guard let index = self.members.firstIndex(where: { $0.isExternal && $0.name == name }) else {
            return .refuse(.registrationClosed)
        }
        guard self.phase != .shuttingDown, self.members[index].state == .started else {
            return .refuse(.invalidState(from: self.members[index].state.name, to: "Registered", of: name))
        }
        self.members[index].register(events, identifier)
        guard !self.members.contains(where: { $0.state == .started }) else { return .accept(startRuntime: false) }
        if self.phase == .starting { self.phase = .initialising }
        return .accept(startRuntime: true)
    }

    private mutating func registerInternal(
        _ name: String,
        _ events: [ExtensionEvent],
        _ identifier: String
    ) -> OnRegister {
        guard self.phase == .starting || self.phase == .initialising else { return .refuse(.registrationClosed) }
        guard !self.members.contains(where: { $0.name == name }) else { return .refuse(.nameIsTaken) }
        guard self.members.count < self.limit else { return .refuse(.tooMany(limit: self.limit)) }
        var member = Member(name: name, isExternal: false)
        member.register(events, identifier)
        self.members.append(member)
        return .accept(startRuntime: false)
    }

    // MARK: Next

    package enum OnNext: Hashable, Sendable {
        /// Keep the call open.
        case wait
        /// Keep it open; it was the last for which everybody waited: let the runtime's `/next` go on.
        case waitAndRelease
        /// Answer with the event that was kept for it.
        case deliver(ExtensionEvent)
        /// Answer 403 with that.
        case refuse(ExtensionRefusal)
    }

    /// An extension asked for its next event.
    package mutating func nextArrived(from identifier: String) -> OnNext {
        guard let index = self.member(identifier) else { return .refuse(.unknownExtension(identifier)) }
        switch self.members[index].state {
        case .registered, .running:
            if let event = self.members[index].held {
                self.members[index].held = nil
                self.members[index].state = .running
                return .deliver(event)
            }
            self.members[index].state = .ready
            self.members[index].owesNext = false
            return self.settle() ? .waitAndRelease : .wait
        case .started, .ready, .failed, .gone:
            return .refuse(.invalidState(from: self.members[index].state.name, to: "Ready", of: identifier))
        }
    }

    /// The connection of an extension's open call broke; it may come back on another.
    package mutating func nextLost(from identifier: String) {
        guard let index = self.member(identifier), self.members[index].state == .ready else { return }
        self.members[index].state = .running
    }

    package enum OnRuntimeNext: Hashable, Sendable {
        /// Nobody is waited for: the initialisation, or the invocation, is over.
        case goOn
        /// Keep it until `waitAndRelease`.
        case hold
    }

    /// The runtime asked for its next invocation, and may. From the first time on nobody can register.
    package mutating func runtimeAskedForNext() -> OnRuntimeNext {
        switch self.phase {
        case .starting, .initialising:
            // In `starting` it is no runtime that asks, but an extension that speaks for one: the rest is waited for.
            for index in self.members.indices {
                switch self.members[index].state {
                case .started, .registered, .running: self.members[index].owesNext = true
                case .ready, .failed, .gone: break
                }
            }
            self.phase = .settling
        case .invoking:
            self.phase = .settling
        case .settling, .waiting, .shuttingDown:
            break
        }
        _ = self.settle()
        return self.phase == .settling ? .hold : .goOn
    }

    /// Whether the last one has asked just now.
    private mutating func settle() -> Bool {
        guard self.phase == .settling, !self.members.contains(where: \.owesNext) else { return false }
        self.phase = .waiting
        return true
    }

    // MARK: Invocations

    /// The runtime gets an invocation. Answers which extensions get `INVOKE` now; for others that have it, it is kept
    /// until they ask.
    package mutating func invocationBegan() -> [String] {
        guard self.phase != .shuttingDown else { return [] }
        self.phase = .invoking
        var now: [String] = []
        for index in self.members.indices where self.members[index].events.contains(.invoke) {
            switch self.members[index].state {
            case .ready:
                self.members[index].state = .running
                if let identifier = self.members[index].identifier { now.append(identifier) }
            case .registered, .running:
                self.members[index].held = .invoke
            case .started, .failed, .gone:
                continue
            }
            self.members[index].owesNext = true
        }
        return now
    }

    func member(_ identifier: String) -> Int? {
        self.members.firstIndex { $0.identifier == identifier }
    }
}
