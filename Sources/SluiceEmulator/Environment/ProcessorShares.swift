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

/// Gives environments the share of a processor that goes with their memory size, by control groups of the kernel.
///
/// Source: Lambda Developer Guide, "Configure Lambda function memory": processing power is in proportion to the memory
/// size, and `Limits.megabytesOfProcessor` are one whole processor.
struct ProcessorShares: Sendable {
    private let place: ControlGroupLayout.Candidate

    /// Finds a place where groups can be made, and tries it.
    ///
    /// - Throws: `EmulatorError` of the code `processorShareUnavailable`, which says what is missing.
    init() throws(EmulatorError) {
        let layout = ControlGroupLayout(
            mountInfo: Self.text(of: "/proc/self/mountinfo"),
            ownGroups: Self.text(of: "/proc/self/cgroup")
        )
        var reasons: [String] = []
        for candidate in layout.candidates {
            Self.removeLeft(in: candidate.folder)
            guard let reason = Self.problem(with: candidate) else {
                self.place = candidate
                return
            }
            reasons.append("\(candidate.folder): \(reason)")
        }
        throw EmulatorError(
            .processorShareUnavailable,
            "--cpu-share needs a control group of Linux that this user may make and give processors to. "
                + (reasons.isEmpty ? "None is mounted here." : "Tried " + reasons.joined(separator: "; ") + ".")
                + " Run as root, or in a unit with systemd-run --user --scope -p Delegate=yes, or leave the option out."
        )
    }

    private static func problem(with candidate: ControlGroupLayout.Candidate) -> String? {
        let path = "\(candidate.folder)/\(Self.prefix)\(getpid())-probe"
        guard mkdir(path, 0o755) == 0 else { return "no group can be made: \(String(cString: strerror(errno)))" }
        defer { rmdir(path) }
        guard access(path + "/cgroup.procs", W_OK) == 0 else { return "is no control group" }
        guard Self.limit(path, candidate.version, toMicroseconds: Limits.processorPeriodMicroseconds) else {
            return candidate.version == .two ? "its groups have no cpu.max to write" : "no quota can be written"
        }
        return nil
    }

    /// A group for one environment; `nil` if it cannot be made any more.
    func makeGroup(named name: String, for function: FunctionConfiguration) -> ControlGroup? {
        let path = "\(self.place.folder)/\(Self.prefix)\(getpid())-\(name)"
        guard mkdir(path, 0o755) == 0 else { return nil }
        guard Self.limit(path, self.place.version, toMicroseconds: function.processorMicroseconds) else {
            rmdir(path)
            return nil
        }
        return ControlGroup(path: path)
    }

    /// The service is over, and with it every process in a group of its own.
    func removeAll() {
        for name in FolderContents.names(in: self.place.folder) where name.hasPrefix("\(Self.prefix)\(getpid())-") {
            rmdir("\(self.place.folder)/\(name)")
        }
    }

    private static func limit(
        _ path: String,
        _ version: ControlGroupLayout.Version,
        toMicroseconds quota: Int
    ) -> Bool {
        let period = Limits.processorPeriodMicroseconds
        switch version {
        case .two:
            return Self.write("\(quota) \(period)", to: path + "/cpu.max")
        case .one:
            return Self.write("\(period)", to: path + "/cpu.cfs_period_us")
                && Self.write("\(quota)", to: path + "/cpu.cfs_quota_us")
        }
    }

    private static let prefix = "sluice-"

    /// A killed service leaves its groups. Those with processes in them cannot be removed, and are another's.
    private static func removeLeft(in folder: String) {
        for name in FolderContents.names(in: folder) where name.hasPrefix(Self.prefix) {
            let owner = name.dropFirst(Self.prefix.count).prefix { $0 != "-" }
            if let process = Int32(owner), ProcessTable.facts(of: process) == nil { rmdir("\(folder)/\(name)") }
        }
    }

    private static func text(of path: String) -> String {
        String(decoding: ProcessTable.bytes(of: path, limitBytes: Limits.maximumMountTableBytes), as: UTF8.self)
    }

    /// Into a file of the kernel, which takes it in one piece or not at all.
    fileprivate static func write(_ text: String, to path: String) -> Bool {
        let file = open(path, O_WRONLY | O_CLOEXEC)
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

/// A control group that limits what its processes take of the processors.
struct ControlGroup: Sendable {
    let path: String

    /// What the process starts from now on is in it too.
    @discardableResult
    func add(_ process: Int32) -> Bool { ProcessorShares.write("\(process)", to: self.path + "/cgroup.procs") }

    /// No process is in it any more.
    func remove() { rmdir(self.path) }
}

extension FunctionConfiguration {
    /// What it may take of processors in each `Limits.processorPeriodMicroseconds`.
    var processorMicroseconds: Int {
        let whole = self.managedConcurrency == nil ? Limits.megabytesOfProcessor : Limits.minimumManagedMegabytes
        return self.memoryMegabytes * Limits.processorPeriodMicroseconds / whole
    }
}
