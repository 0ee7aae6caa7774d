// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceServiceWire
internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Ends what earlier runs of the service have left behind, because they were killed or the machine lost its power.
enum OrphanSearch {
    /// - Parameter temporary: the folder in which runs have theirs.
    /// - Returns: how many process groups were ended.
    static func run(under temporary: String) async -> Int {
        guard let base = RunFolder.base(under: temporary) else { return 0 }
        var ended = 0
        for name in FolderContents.names(in: base) where name.hasSuffix(".lock") {
            let lockPath = base + "/" + name
            let lock = open(lockPath, O_RDWR | O_CLOEXEC)
            guard lock >= 0 else { continue }
            defer { close(lock) }
            // Locked: its service lives.
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
            let folder = base + "/" + name.dropLast(".lock".count)
            ended += await self.endGroups(recordedIn: folder)
            // What cannot be removed is tried again by the next start.
            if FolderContents.remove(folder) { unlink(lockPath) }
        }
        return ended
    }

    private static func endGroups(recordedIn folder: String) async -> Int {
        // After a boot none of them lives, and their numbers are others'.
        guard folder.contains("-\(ProcessTable.bootID())-") else { return 0 }
        var ended = 0
        for name in FolderContents.names(in: folder + "/groups") {
            guard let record = GroupRecord(fileName: name) else { continue }
            switch record.verdict(leaderStartTicks: ProcessTable.facts(of: record.group)?.startTicks) {
            case .endGroup:
                ProcessGroup(id: record.group).kill()
                ended += 1
                await self.awaitEnd(of: record.group)
            case .endMembersOfPort:
                let members = ProcessTable.members(of: record.group, withVariable: record.variable)
                for member in members { kill(member, SIGKILL) }
                if !members.isEmpty {
                    ended += 1
                    await self.awaitEnd(of: record.group)
                }
            case .leave:
                break
            }
        }
        return ended
    }

    /// So that nothing is written any more into what is removed next.
    private static func awaitEnd(of group: Int32) async {
        for _ in 0..<Limits.orphanEndMilliseconds where kill(-group, 0) == 0 {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}
