// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The folders in which a function's environments have their temporary files: kept from one invocation to the next, left
/// to a successor by an environment that was reset, and otherwise removed with their environment.
///
/// (Lambda Developer Guide, "Lambda execution environment lifecycle": after a time-out or a crash Lambda resets the
/// environment, and what is in `/tmp` may still be there. Here it always is, so that a function that minds is seen to. Its
/// log stream goes on, since for Lambda it is the same environment.)
final class EnvironmentFolders {
    let run: RunFolder?
    private let remove: (String) -> Void
    private var left: [Inheritance] = []

    /// What an environment that was reset leaves to its successor.
    struct Inheritance {
        /// `nil` where environments have no folder of their own.
        let folder: String?
        let logStream: String
    }

    /// - Parameter remove: has a folder removed, later.
    init(run: RunFolder?, remove: @escaping (String) -> Void) {
        self.run = run
        self.remove = remove
    }

    /// What a new environment has of one that was reset; `nil` where none was.
    func inherit() -> Inheritance? { self.left.popLast() }

    /// The folder for an environment that inherits none; `nil` where it has none of its own.
    func make(for name: String) -> String? { self.run?.makeFolder(named: name) }

    /// The environment is gone.
    ///
    /// - Parameter successors: how many environments that follow a reset are still to be started. A caller may have been
    ///   quicker than the end of what was, and then its environment began with nothing.
    func giveBack(_ inheritance: Inheritance, successors: Int) {
        if self.left.count < successors {
            self.left.append(inheritance)
        } else if let folder = inheritance.folder {
            self.remove(folder)
        }
    }

    /// No environment is the successor of what was.
    func removeLeft() {
        for folder in self.left.compactMap(\.folder) { self.remove(folder) }
        self.left = []
    }
}
