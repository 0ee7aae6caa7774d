// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire

/// Whom an environment tells, as `FunctionService` is told.
protocol WalkEnvironmentOwner: AnyObject {
    func finishedResponse(_ environment: WalkEnvironment) throws
    func isFree(_ environment: WalkEnvironment) throws
    func isIdleTooLong(_ environment: WalkEnvironment) throws
    func isUnusable(_ environment: WalkEnvironment) throws
    func isGone(_ environment: WalkEnvironment) throws
    func isBroken(_ rule: BrokenServiceRule) -> Bool
}

/// One execution environment: its machines, put together as `ExecutionEnvironment`, `RuntimeAPISession` and
/// `ExtensionHost` do it, over processes that are this world's.
///
/// What the machines decide is done in `WalkEnvironment+Session.swift` and `+Life.swift`; what the processes do by
/// themselves is in `+Processes.swift`.
final class WalkEnvironment {
    enum Rest { case none, settling, idling }

    let id: PoolMachine.EnvironmentID
    let hasExternal: Bool
    unowned let owner: any WalkEnvironmentOwner

    // The machines.
    var machine = EnvironmentMachine()
    var extensions = ExtensionsMachine()
    var freezing = FreezeMachine(freezes: true)
    var shutdown = ShutdownMachine()

    // What the shells keep.
    var call: WalkCall?
    var assignment: WalkCall?
    var isEnding = false
    var isReplacing = false
    var initIsDone = false
    var runtimeIsLaunched = false
    var processIsGone = false
    var isDraining = false
    var isDrained = false
    var isShuttingDown = false
    var isInHurry = false
    var isGone = false
    var isExtensionHostKilled = false
    var startsExtensionsWhenGone = false
    /// An invocation is through, and this is done at the end of the loop's turn.
    var hasTurnToEnd = false

    // Timers.
    var deadlineRuns = false
    var rest = Rest.none
    var shutdownRuns = false
    var exitIsExpected = false

    // The world.
    var runtime = WalkProcess()
    var external = WalkProcess()
    /// The runtime's open `/next`, and one that waits for extensions.
    var nextIsOpen = false
    var nextIsHeld = false
    /// What the runtime is at.
    var work = Work.starting
    var externalNextIsOpen = false
    var internalNextIsOpen = false
    var internalIsRegistered = false
    var externalIsRegistered = false
    /// Whether the pool still counts on it.
    var isInPool = true

    enum Work {
        case starting, asking
        /// It has it, and has not answered.
        case working(WalkCall)
        /// It has posted the head of its answer.
        case answering(WalkCall)
        case answered
        /// It does nothing more by itself, and does not end either.
        case hanging
        /// Nothing more comes from it.
        case done
    }

    init(id: PoolMachine.EnvironmentID, hasExternal: Bool, owner: any WalkEnvironmentOwner) {
        self.id = id
        self.hasExternal = hasExternal
        self.owner = owner
    }

    /// What must hold at any time.
    func check() throws {
        let name = "environment \(self.id.number)"
        if self.runtime.isStopped, self.runtime.state == .alive {
            try demand(self.call == nil || self.isEnding, "\(name) is frozen and has an invocation")
            if case .answering = self.work, !self.isEnding { throw Illegal("\(name) is frozen in mid-stream") }
            if case .working = self.work, !self.isEnding { throw Illegal("\(name) is frozen at work") }
        }
        if let call = self.call, call.end == nil {
            try demand(!self.isEnding, "\(name) is ending, and call \(call.number) was not told")
            try demand(self.deadlineRuns, "\(name) has call \(call.number), and no time that ends it")
        }
        if self.isGone {
            try demand(self.runtime.isOver, "\(name) is gone, and its runtime is not: \(self.runtime.state)")
            try demand(self.external.isOver, "\(name) is gone, and its extension is not: \(self.external.state)")
        }
        if self.nextIsHeld, !self.isEnding {
            let externalWaits = !self.hasExternal || self.externalNextIsOpen
            let internalWaits = !self.internalIsRegistered || self.internalNextIsOpen
            try demand(!externalWaits || !internalWaits, "\(name) keeps its runtime waiting, and everyone has asked")
        }
        try demand(!(self.nextIsOpen && self.nextIsHeld), "\(name) has two open calls of one runtime")
    }
}
