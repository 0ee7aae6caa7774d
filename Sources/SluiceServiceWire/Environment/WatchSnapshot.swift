// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What was seen of the watched files at one time. Two of them tell what has changed.
package struct WatchSnapshot: Hashable, Sendable {
    /// What tells one state of a file from the next. A program that a linker writes anew has another inode or another
    /// size even within the grain of the clock.
    package struct Stamp: Hashable, Sendable {
        package var modifiedSeconds: Int64
        package var modifiedNanoseconds: Int64
        package var sizeBytes: Int64
        package var inode: UInt64

        package init(modifiedSeconds: Int64, modifiedNanoseconds: Int64, sizeBytes: Int64, inode: UInt64) {
            self.modifiedSeconds = modifiedSeconds
            self.modifiedNanoseconds = modifiedNanoseconds
            self.sizeBytes = sizeBytes
            self.inode = inode
        }
    }

    /// What the functions' commands name, by path; those that are not there are missing here.
    package var programs: [String: Stamp] = [:]
    /// What else is watched, by path.
    package var sources: [String: Stamp] = [:]

    package init(programs: [String: Stamp] = [:], sources: [String: Stamp] = [:]) {
        self.programs = programs
        self.sources = sources
    }

    /// What is different here from what it was, by path.
    package func changes(since old: Self) -> WatchChanges {
        WatchChanges(
            programs: Self.differences(old.programs, self.programs),
            sources: Self.differences(old.sources, self.sources)
        )
    }

    /// A program may lie among the sources.
    func stamp(of path: String) -> Stamp? { self.programs[path] ?? self.sources[path] }

    private static func differences(_ old: [String: Stamp], _ new: [String: Stamp]) -> [String] {
        let changed = new.filter { old[$0.key] != $0.value }.keys
        let gone = old.keys.filter { new[$0] == nil }
        return (Array(changed) + gone).sorted()
    }
}

/// The paths of what has changed, in order.
package struct WatchChanges: Hashable, Sendable {
    package var programs: [String]
    package var sources: [String]

    package init(programs: [String] = [], sources: [String] = []) {
        self.programs = programs
        self.sources = sources
    }

    /// Each once, the sources first: a program may lie among them.
    package var paths: [String] {
        let sources = Set(self.sources)
        return self.sources + self.programs.filter { !sources.contains($0) }
    }

    package var isEmpty: Bool { self.programs.isEmpty && self.sources.isEmpty }
}
