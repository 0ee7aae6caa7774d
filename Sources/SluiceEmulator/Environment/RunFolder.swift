// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceServiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Where one run of the service keeps what must not outlive it: the folders that functions have for temporary files, and
/// a record of each process group, by which a later run ends what this one leaves behind if it is killed.
///
/// ```text
/// /tmp/sluice-1000/            one for each user, which nobody else can read
///   <run>.lock                 locked for as long as the run's process lives, whatever ends it
///   <run>/groups/4711.98765.40001
///   <run>/tmp/<function>-<number>/
/// ```
struct RunFolder: Sendable {
    let path: String
    private let lockPath: String
    private let lock: Int32

    /// - Parameter temporary: the folder that it is made in, such as `/tmp`.
    /// - Returns: `nil` where there can be none; functions share that folder then, and orphans stay.
    init?(under temporary: String) {
        guard let base = Self.base(under: temporary) else { return nil }
        let name = "\(getpid())-\(ProcessTable.bootID())-\(Identifiers.uuid().prefix(8))"
        self.path = base + "/" + name
        self.lockPath = self.path + ".lock"
        self.lock = open(self.lockPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard self.lock >= 0 else { return nil }
        // Whoever looks for orphans between these two calls takes the file for a dead run's, and removes it.
        guard flock(self.lock, LOCK_EX | LOCK_NB) == 0, access(self.lockPath, F_OK) == 0,
            mkdir(self.path, 0o700) == 0, mkdir(self.path + "/groups", 0o700) == 0,
            mkdir(self.path + "/tmp", 0o700) == 0
        else {
            unlink(self.lockPath)
            close(self.lock)
            return nil
        }
    }

    /// The folder of all runs of this user. Another user may have made it, to see what is written there or to have
    /// something removed: then there is none.
    static func base(under temporary: String) -> String? {
        let path = temporary + "/sluice-\(geteuid())"
        if mkdir(path, 0o700) != 0, errno != EEXIST { return nil }
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == geteuid(),
            facts.st_mode & 0o077 == 0
        else { return nil }
        return path
    }

    /// A folder for one environment's temporary files.
    func makeFolder(named name: String) -> String? {
        let path = self.path + "/tmp/" + name
        return mkdir(path, 0o700) == 0 ? path : nil
    }

    /// - Returns: what to forget when the group has ended; `nil` where the system does not tell when it began.
    func note(_ group: ProcessGroup, runtimeAPIPort port: Int) -> GroupRecord? {
        guard let start = ProcessTable.facts(of: group.id)?.startTicks else { return nil }
        let record = GroupRecord(group: group.id, startTicks: start, runtimeAPIPort: port)
        let file = open(self.file(of: record), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        close(file)
        return record
    }

    func forget(_ record: GroupRecord) { unlink(self.file(of: record)) }

    private func file(of record: GroupRecord) -> String { self.path + "/groups/" + record.fileName }

    /// The run is over, and none of its processes is left.
    func remove() {
        FolderContents.remove(self.path)
        unlink(self.lockPath)
        close(self.lock)
    }
}
