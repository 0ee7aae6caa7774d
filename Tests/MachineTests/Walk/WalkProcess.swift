// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A process that can be started, stopped, told to end and killed, with what a kernel allows.
///
/// ```text
///  absent ──launch──▶ starting ──▶ alive ──exit, kill──▶ dead ──noticed──▶ gone
/// ```
struct WalkProcess {
    enum State { case absent, starting, alive, dead, gone }

    private(set) var state = State.absent
    private(set) var isStopped = false
    private(set) var isTerminating = false

    /// Whether it may do something by itself.
    var runs: Bool { self.state == .alive && !self.isStopped }
    /// Nothing is left of it, or its end is on its way.
    var isOver: Bool { self.state == .absent || self.state == .dead || self.state == .gone }

    mutating func launch() throws {
        try demand(self.state == .absent || self.state == .gone, "started beside one that is there")
        self = WalkProcess()
        self.state = .starting
    }

    mutating func started() { self.state = .alive }
    mutating func couldNotStart() { self.state = .gone }

    mutating func exit() { self.state = .dead }

    /// The service hears of its end.
    mutating func noticed() { self.state = .gone }

    /// SIGKILL ends one that is stopped, too.
    mutating func kill() throws {
        try demand(self.state != .gone && self.state != .absent, "kills a number that may be another's by now")
        if self.state == .alive { self.state = .dead }
    }

    mutating func terminate() throws {
        try demand(self.state != .gone, "ends a number that may be another's by now")
        try demand(!self.isStopped, "tells one that is stopped to end, which it hears too late")
        self.isTerminating = true
    }

    mutating func stop() throws {
        try demand(self.state != .gone, "stops a number that may be another's by now")
        self.isStopped = true
    }

    mutating func goOn() throws {
        try demand(self.state != .gone, "lets a number go on that may be another's by now")
        self.isStopped = false
    }
}
