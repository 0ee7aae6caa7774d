// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// Failures.
extension ExtensionsMachine {
    package enum Report: Hashable, Sendable { case initError, exitError }

    package enum OnReport: Hashable, Sendable {
        /// Answer 202, and end the environment: an extension has failed.
        case fail(name: String)
        /// Answer 202; the environment is ending anyway, or has heard it before.
        case accept
        /// Answer 403 with that.
        case refuse(ExtensionRefusal)
    }

    /// An extension posted to `/init/error` or `/exit/error`, with the type of its error.
    package mutating func reported(_ report: Report, errorType: String, from identifier: String) -> OnReport {
        guard let index = self.member(identifier) else { return .refuse(.unknownIdentifier) }
        let state = self.members[index].state
        switch (report, state) {
        case (_, .failed(let earlier)) where earlier == report:
            return .accept
        case (.initError, .registered), (.exitError, .registered), (.exitError, .ready), (.exitError, .running):
            self.members[index].state = .failed(report)
            self.members[index].errorType = errorType
            self.members[index].owesNext = false
            return self.phase == .shuttingDown ? .accept : .fail(name: self.members[index].name)
        case (.initError, .ready), (.initError, .running), (_, .started), (_, .failed), (_, .gone):
            let target = report == .initError ? "InitError" : "Exited"
            return .refuse(.invalidState(from: state.name, to: target, of: identifier))
        }
    }

    package enum OnExternalGone: Hashable, Sendable {
        /// It ended without being asked to: end the environment.
        case fail
        /// The environment is ending, and others are still there.
        case goOn
        /// The environment is ending, and that was the last one.
        case allGone
    }

    /// The process of an external extension has ended, or could not be started.
    ///
    /// - Parameter errorType: of a process that was never there.
    package mutating func externalGone(_ name: String, errorType: String? = nil) -> OnExternalGone {
        guard let index = self.members.firstIndex(where: { $0.isExternal && $0.name == name }) else { return .goOn }
        let hasFailedBefore = self.members[index].state.isFailed
        self.members[index].gone(errorType: errorType)
        guard self.phase == .shuttingDown else { return hasFailedBefore ? .goOn : .fail }
        return self.members.contains { $0.isExternal && $0.state != .gone } ? .goOn : .allGone
    }
}

// The shutdown.
extension ExtensionsMachine {
    /// What is to be done with the external extensions.
    package struct Shutdown: Hashable, Sendable {
        /// Those whose open call is answered with `SHUTDOWN`, by their identifiers.
        package var deliver: [String] = []
        /// Those whose processes are ended at once, by their names: they do not want to hear of it.
        package var kill: [String] = []
        /// Nobody is left to be waited for.
        package var isOver = true

        package init() {}
    }

    /// The environment ends, and its runtime is gone. Those that have `SHUTDOWN` and have not asked get it when they do.
    package mutating func shutdownBegan() -> Shutdown {
        var shutdown = Shutdown()
        guard self.phase != .shuttingDown else { return shutdown }
        self.phase = .shuttingDown
        for index in self.members.indices where self.members[index].isExternal {
            let member = self.members[index]
            guard member.state != .gone else { continue }
            shutdown.isOver = false
            guard member.events.contains(.shutdown), let identifier = member.identifier, !member.state.isFailed else {
                shutdown.kill.append(member.name)
                continue
            }
            if member.state == .ready {
                self.members[index].state = .running
                shutdown.deliver.append(identifier)
            } else {
                self.members[index].held = .shutdown
            }
        }
        return shutdown
    }
}
