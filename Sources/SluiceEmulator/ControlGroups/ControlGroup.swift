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

/// A control group of the kernel, as its files are written. (cgroups(7); the kernel's `cgroup-v2` and `cgroup-v1`.)
struct ControlGroup: Sendable {
    let version: ControlGroupLayout.Version
    let path: String

    func make() -> Bool { mkdir(self.path, 0o755) == 0 }

    /// Answers whether it is gone; it stays while one of its processes is still on its way out.
    @discardableResult
    func remove() -> Bool { rmdir(self.path) == 0 || errno == ENOENT }

    /// What the process starts from now on is in it too.
    ///
    /// The kernel may take some milliseconds over it, so that an event loop has to leave it to others.
    func add(_ process: Int32) { self.write("\(process)", to: "cgroup.procs") }

    /// - Parameter quota: of each `Limits.processorPeriodMicroseconds`.
    func limitProcessors(toMicroseconds quota: Int) -> Bool {
        let period = Limits.processorPeriodMicroseconds
        switch self.version {
        case .two:
            return self.write("\(quota) \(period)", to: "cpu.max")
        case .one:
            return self.write("\(period)", to: "cpu.cfs_period_us") && self.write("\(quota)", to: "cpu.cfs_quota_us")
        }
    }

    /// From there on the kernel kills; where it can, all that is in the group at once.
    func limitMemory(toMegabytes megabytes: Int) -> Bool {
        let bytes = "\(megabytes << 20)"
        switch self.version {
        case .two:
            guard self.write(bytes, to: "memory.max") else { return false }
            // Lambda has no swap; a machine may have none either, and then there is no such file.
            self.write("0", to: "memory.swap.max")
            self.write("1", to: "memory.oom.group")
        case .one:
            guard self.write(bytes, to: "memory.limit_in_bytes") else { return false }
            // Of memory and swap together.
            self.write(bytes, to: "memory.memsw.limit_in_bytes")
        }
        return true
    }

    /// Those that are in it now.
    var processes: [Int32] {
        ProcessTable.bytes(of: self.path + "/cgroup.procs", limitBytes: Limits.maximumGroupListBytes)
            .split(separator: UInt8(ascii: "\n")).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
            // One that this process cannot see is listed as 0, which is no number to send a signal to.
            .filter { $0 > 0 }
    }

    /// How many processes of it the kernel has killed because of its memory, since it was made.
    var outOfMemoryKills: Int {
        let file = self.version == .two ? "memory.events" : "memory.oom_control"
        let text = ProcessTable.bytes(of: "\(self.path)/\(file)", limitBytes: 4096)
        let line = text.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: "oom_kill ".utf8) }
        return line.flatMap { Int(String(decoding: $0.dropFirst("oom_kill ".utf8.count), as: UTF8.self)) } ?? 0
    }

    /// Into a file of the kernel, which takes it in one piece or not at all.
    @discardableResult
    private func write(_ text: String, to name: String) -> Bool {
        let file = open("\(self.path)/\(name)", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        let bytes = Array(text.utf8)
        #if canImport(Darwin)
        return Darwin.write(file, bytes, bytes.count) == bytes.count
        #elseif canImport(Musl)
        return Musl.write(file, bytes, bytes.count) == bytes.count
        #else
        return Glibc.write(file, bytes, bytes.count) == bytes.count
        #endif
    }
}

/// The control groups that an environment's processes are in: none, one, or one for each thing that is limited.
struct EnvironmentGroups: Sendable {
    var all: [ControlGroup] = []
    /// That of them which limits memory.
    var ofMemory: ControlGroup?

    func add(_ process: Int32) { for group in self.all { group.add(process) } }
    func remove() { for group in self.all { group.remove() } }

    /// Waits for processes that have been killed and are on their way out.
    func removeWhenEmpty() async {
        for _ in 0..<Limits.groupRemovalAttempts {
            if self.all.allSatisfy({ $0.remove() }) { return }
            try? await Task.sleep(for: .milliseconds(Limits.groupRemovalMilliseconds))
        }
    }

    // Every process in them, also those that have left their process group for a session of their own.
    func freeze() { self.send(SIGSTOP) }
    func thaw() { self.send(SIGCONT) }
    func kill() { self.send(SIGKILL) }

    private func send(_ number: Int32) {
        for process in self.all.first?.processes ?? [] { ProcessGroup.send(number, to: process) }
    }

    var outOfMemoryKills: Int { self.ofMemory?.outOfMemoryKills ?? 0 }
}
