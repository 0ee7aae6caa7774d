// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Decides when changed files make new code of a function, and when they are built first.
///
/// ```text
///                 polled: differs
///  ┌─────────┐ ────────────────────▶ ┌──────────┐ ──┐ polled: differs once more,
///  │ settled │                       │ changing │   │ or a program is missing
///  └─────────┘ ◀──────────────────── └──────────┘ ◀─┘
///    ▲           polled: as it was,       │
///    │           or the same twice: renew │ polled: the same twice, and sources differ: build
///    │                                    ▼
///    │      buildEnded              ┌──────────┐
///    └───────────────────────────── │ building │
///                                   └──────────┘
/// ```
///
/// Files are looked at from time to time, and a linker or an editor may be in the middle of writing one; so what has
/// changed counts only when it looks the same twice, and code is not new while a program of it is missing.
///
/// A build begins with the sources as they were seen last, and what it makes of the programs belongs to it. Sources
/// that change while it runs are changes like any others after it: they are built once more, however many they are.
package struct WatchMachine: ~Copyable {
    private enum State {
        /// Nothing has changed.
        case settled
        /// This was seen last; it is built or used when it is seen again.
        case changing(WatchSnapshot)
        /// A build runs, which began with the sources of `settledOn`.
        case building
    }

    private var state: State = .settled
    /// What the running code was made of.
    private var settledOn: WatchSnapshot
    private let builds: Bool

    /// - Parameter builds: whether changed sources have to be built before they count.
    package init(_ snapshot: WatchSnapshot, builds: Bool) {
        self.settledOn = snapshot
        self.builds = builds
    }

    package enum OnPolled: Hashable, Sendable {
        case nothing
        /// Build, then call `buildEnded`.
        case build(WatchChanges)
        /// The functions' code is new.
        case renew(WatchChanges)
    }

    /// The files were looked at.
    package mutating func polled(_ snapshot: WatchSnapshot) -> OnPolled {
        switch self.state {
        case .settled:
            if snapshot != self.settledOn { self.state = .changing(snapshot) }
            return .nothing
        case .changing(let last):
            if snapshot == self.settledOn {
                self.state = .settled
                return .nothing
            }
            let changes = snapshot.changes(since: self.settledOn)
            let isToBeBuilt = self.builds && !changes.sources.isEmpty
            guard snapshot == last, isToBeBuilt || !snapshot.lacksProgram(of: self.settledOn) else {
                self.state = .changing(snapshot)
                return .nothing
            }
            self.settledOn = snapshot
            self.state = isToBeBuilt ? .building : .settled
            return isToBeBuilt ? .build(changes) : .renew(changes)
        case .building:
            // Only what is seen after it counts.
            return .nothing
        }
    }

    /// A build is begun although nothing has changed: the first one.
    package mutating func buildBegan() { self.state = .building }

    package enum OnBuildEnded: Hashable, Sendable {
        case renew
        /// The code that runs goes on serving.
        case keep
    }

    /// - Parameter snapshot: of after the build.
    package mutating func buildEnded(succeeded: Bool, _ snapshot: WatchSnapshot) -> OnBuildEnded {
        // What a build that failed left of the programs is not to be started.
        self.settledOn.programs = snapshot.programs
        self.state = .settled
        return succeeded ? .renew : .keep
    }
}
