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
    /// What environments that were reset have left, those that are gone.
    private var left: [Inheritance] = []
    /// Whose environments were reset, once for each that none follows yet; the one reset first is the first.
    private var due: [String?] = []

    /// What an environment that was reset leaves to its successor, which serves the same tenant.
    struct Inheritance {
        let tenant: String?
        /// `nil` where environments have no folder of their own.
        let folder: String?
        let logStream: String
    }

    /// - Parameter remove: has a folder removed, later.
    init(run: RunFolder?, remove: @escaping (String) -> Void) {
        self.run = run
        self.remove = remove
    }

    /// An environment was reset, and another one will follow it.
    ///
    /// - Parameter limit: how many may be expected; beyond it the one that was reset first has no successor.
    func expectSuccessor(for tenant: String?, atMost limit: Int) {
        self.due.append(tenant)
        guard self.due.count > limit else { return }
        let first = self.due.removeFirst()
        if let place = self.left.firstIndex(where: { $0.tenant == first }) { self.discard(self.left.remove(at: place)) }
    }

    /// Whether a new environment follows one that was reset. If so, it has what that left, as far as that is gone already: a
    /// caller may have been quicker than the end of what was, and then its environment begins with nothing.
    func succeed(for tenant: String?) -> (followsReset: Bool, inheritance: Inheritance?) {
        guard let place = self.due.firstIndex(of: tenant) else { return (false, nil) }
        self.due.remove(at: place)
        return (true, self.left.lastIndex { $0.tenant == tenant }.map { self.left.remove(at: $0) })
    }

    /// The folder for an environment that inherits none; `nil` where it has none of its own.
    func make(for name: String) -> String? { self.run?.makeFolder(named: name) }

    /// The environment is gone.
    ///
    /// - Parameter leaves: whether what it had is for a successor, should one still be expected.
    func giveBack(_ inheritance: Inheritance, leaves: Bool) {
        let tenant = inheritance.tenant
        if leaves, self.left.count(where: { $0.tenant == tenant }) < self.due.count(where: { $0 == tenant }) {
            self.left.append(inheritance)
        } else {
            self.discard(inheritance)
        }
    }

    /// No environment is the successor of what was.
    func removeLeft() {
        for inheritance in self.left { self.discard(inheritance) }
        self.left = []
        self.due = []
    }

    private func discard(_ inheritance: Inheritance) {
        if let folder = inheritance.folder { self.remove(folder) }
    }
}
