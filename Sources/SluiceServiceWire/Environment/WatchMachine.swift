// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Decides when changed files make new code of a function, and when they are built first.
///
/// ```text
///                 polled: differs
///  ┌─────────┐ ────────────────────▶ ┌──────────┐ ──┐ polled: differs once more;
///  │ settled │                       │ changing │   │ too often: leaveOut
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
/// changed counts only when it looks the same twice. A program that is not there is as it was: it is being written, or
/// it was never built, and neither is a reason to keep the others waiting.
///
/// Some files never look the same twice, as logs do. After `Limits.restlessWatchPolls` looks what still changes is
/// left out, and the rest counts; what was left out counts again when it has rested for as many looks.
///
/// A build begins with the sources as they were seen last, and what it makes of the programs belongs to it. Sources
/// that change while it runs are changes like any others after it: they are built once more, however many they are.
package struct WatchMachine: ~Copyable {
    private enum State {
        /// Nothing has changed.
        case settled
        /// This was seen last, and so many looks did not see it twice; it is built or used when it is seen again.
        case changing(WatchSnapshot, unsettled: Int)
        /// A build runs, which began with the sources of `settledOn`.
        case building
    }

    private var state: State = .settled
    /// What the running code was made of.
    private var settledOn: WatchSnapshot
    private var restless = RestlessFiles()
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
        /// These go on changing, and the rest does not wait for them any longer: what follows is about that.
        indirect case leaveOut(WatchChanges, then: OnPolled)
    }

    /// The files were looked at.
    package mutating func polled(_ seen: WatchSnapshot) -> OnPolled {
        self.restless.looked(at: seen)
        let snapshot = self.counting(seen)
        switch self.state {
        case .settled:
            if snapshot != self.settledOn { self.state = .changing(snapshot, unsettled: 1) }
            return .nothing
        case .changing(let last, let unsettled):
            guard snapshot == last || snapshot == self.settledOn else {
                return self.stillChanging(snapshot, since: last, unsettled + 1)
            }
            return self.settle(on: snapshot)
        case .building:
            // Only what is seen after it counts.
            return .nothing
        }
    }

    private mutating func settle(on snapshot: WatchSnapshot) -> OnPolled {
        let changes = snapshot.changes(since: self.settledOn)
        guard !changes.isEmpty else {
            self.state = .settled
            return .nothing
        }
        let isToBeBuilt = self.builds && !changes.sources.isEmpty
        self.settledOn = snapshot
        self.state = isToBeBuilt ? .building : .settled
        return isToBeBuilt ? .build(changes) : .renew(changes)
    }

    private mutating func stillChanging(
        _ snapshot: WatchSnapshot,
        since last: WatchSnapshot,
        _ unsettled: Int
    ) -> OnPolled {
        guard unsettled >= Limits.restlessWatchPolls else {
            self.state = .changing(snapshot, unsettled: unsettled)
            return .nothing
        }
        let changes = snapshot.changes(since: last)
        self.restless.add(changes, seenIn: snapshot)
        // The rest looked the same both times.
        return .leaveOut(changes, then: self.settle(on: self.counting(snapshot)))
    }

    /// What was seen, with whatever does not count as it was.
    private func counting(_ seen: WatchSnapshot) -> WatchSnapshot {
        var snapshot = seen
        for (path, stamp) in self.settledOn.programs where snapshot.programs[path] == nil {
            snapshot.programs[path] = stamp
        }
        for path in self.restless.paths {
            snapshot.programs[path] = self.settledOn.programs[path]
            snapshot.sources[path] = self.settledOn.sources[path]
        }
        return snapshot
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

/// Files that did not look the same twice for too long, until they have rested.
private struct RestlessFiles {
    private struct Look {
        /// `nil` when it is not there.
        var stamp: WatchSnapshot.Stamp?
        /// For how many looks it has been so.
        var rested = 0
    }

    private var looks: [String: Look] = [:]

    var paths: some Sequence<String> { self.looks.keys }

    mutating func add(_ changes: WatchChanges, seenIn snapshot: WatchSnapshot) {
        for path in changes.paths { self.looks[path] = Look(stamp: snapshot.stamp(of: path)) }
    }

    mutating func looked(at snapshot: WatchSnapshot) {
        for (path, look) in self.looks {
            let stamp = snapshot.stamp(of: path)
            let rested = stamp == look.stamp ? look.rested + 1 : 0
            self.looks[path] = rested < Limits.restlessWatchPolls ? Look(stamp: stamp, rested: rested) : nil
        }
    }
}
