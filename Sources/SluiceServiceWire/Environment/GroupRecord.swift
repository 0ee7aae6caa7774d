// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What a later start of the service has to know of a process group, should this one be killed: enough to tell the
/// group from another that has its number. It is written as a file's name, so that it is there whole or not at all.
package struct GroupRecord: Hashable, Sendable {
    /// The number of the group, and of the process that leads it.
    package var group: Int32
    /// When its leader was started, in the kernel's ticks since boot (proc(5), `/proc/pid/stat`, field 22).
    package var startTicks: UInt64
    /// The port of its Runtime API, which every process of the group has in its variables.
    package var runtimeAPIPort: Int

    package init(group: Int32, startTicks: UInt64, runtimeAPIPort: Int) {
        self.group = group
        self.startTicks = startTicks
        self.runtimeAPIPort = runtimeAPIPort
    }

    package var fileName: String { "\(self.group).\(self.startTicks).\(self.runtimeAPIPort)" }

    /// `nil` for a name that is no record. Groups 0 and 1 are never a function's, and mean others to `kill`.
    package init?(fileName: String) {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let group = Int32(parts[0]), group > 1, let ticks = UInt64(parts[1]),
            let port = Int(parts[2]), (1...65_535).contains(port)
        else { return nil }
        self.init(group: group, startTicks: ticks, runtimeAPIPort: port)
    }

    package enum Verdict: Hashable, Sendable {
        /// Its leader is the one that was started: end the whole group.
        case endGroup
        /// Its leader is gone. The number may belong to another group by now, so only those members are ended whose
        /// variables name the port.
        case endMembersOfPort
        /// The number belongs to another process.
        case leave
    }

    /// - Parameter leaderStartTicks: those of the process that has the group's number now, if there is one.
    package func verdict(leaderStartTicks: UInt64?) -> Verdict {
        switch leaderStartTicks {
        case nil: .endMembersOfPort
        case self.startTicks?: .endGroup
        case _?: .leave
        }
    }

    /// The variable that every process of the group was started with.
    package var variable: String { "AWS_LAMBDA_RUNTIME_API=127.0.0.1:\(self.runtimeAPIPort)" }
}
