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

/// Limits what environments take of the machine, by control groups of the kernel: their memory wherever this user may,
/// and the share of a processor that goes with their memory size where somebody asked for it.
///
/// Source: Lambda Developer Guide, "Configure Lambda function memory": processing power is in proportion to the memory
/// size, and `Limits.megabytesOfProcessor` are one whole processor.
struct ControlGroups: Sendable {
    private typealias Place = ControlGroupLayout.Candidate

    private let processors: Place?
    private let memory: Place?
    /// With which the names of its groups begin. Several services may run in one process, and each has an environment 1.
    private let ownPrefix: String

    /// Finds places where groups can be made, and tries them.
    ///
    /// - Throws: `EmulatorError` of the code `processorShareUnavailable`, which says what is missing. Memory is watched
    ///   where no group limits it.
    init(sharesProcessors: Bool, limitsMemory: Bool) throws(EmulatorError) {
        let mounts = Self.text(of: "/proc/self/mountinfo")
        let own = Self.text(of: "/proc/self/cgroup")
        let ownPrefix = "\(Self.prefix)\(getpid())-\(Identifiers.uuid().prefix(8))-"
        self.ownPrefix = ownPrefix
        func search(_ controller: ControlGroupLayout.Controller) -> (place: Place?, reasons: [String]) {
            let layout = ControlGroupLayout(of: controller, mountInfo: mounts, ownGroups: own)
            return Self.search(layout.candidates, controller, ownPrefix)
        }
        var processors: Place?
        if sharesProcessors {
            let (place, reasons) = search(.processors)
            guard let place else { throw Self.unavailable(reasons) }
            processors = place
        }
        self.processors = processors
        if !limitsMemory {
            self.memory = nil
        } else if let processors, processors.version == .two {
            // There a process is in one group for everything.
            self.memory = Self.problem(with: processors, for: .memory, ownPrefix) == nil ? processors : nil
        } else {
            self.memory = search(.memory).place
        }
    }

    /// Groups for one environment, made for what the function is limited in; `nil` if one cannot be made any more.
    func makeGroups(named name: String, for function: FunctionConfiguration) -> EnvironmentGroups? {
        let memory = function.enforcesMemory ? self.memory : nil
        var groups = EnvironmentGroups()
        for place in Set([self.processors, memory].compactMap(\.self)) {
            let group = ControlGroup(version: place.version, path: "\(place.folder)/\(self.ownPrefix)\(name)")
            guard group.make() else {
                groups.remove()
                return nil
            }
            groups.all.append(group)
            if place == self.processors, !group.limitProcessors(toMicroseconds: function.processorMicroseconds) {
                groups.remove()
                return nil
            }
            if place == memory, group.limitMemory(toMegabytes: function.memoryMegabytes) { groups.ofMemory = group }
        }
        return groups
    }

    /// The service is over, and with it every process in a group of its own.
    func removeAll() {
        for place in Set([self.processors, self.memory].compactMap(\.self)) {
            for name in FolderContents.names(in: place.folder) where name.hasPrefix(self.ownPrefix) {
                rmdir("\(place.folder)/\(name)")
            }
        }
    }

    init(for configuration: EmulatorConfiguration) throws(EmulatorError) {
        try self.init(
            sharesProcessors: configuration.sharesProcessors,
            limitsMemory: configuration.limitsMemoryByGroups
                && configuration.functions.contains(where: \.enforcesMemory)
                && !Self.isInMemory(configuration.temporaryFolder)
        )
    }

    /// Whether files of that folder are memory, which the kernel counts for who writes them. On Lambda `/tmp` has a size of
    /// its own beside the memory.
    private static func isInMemory(_ folder: String) -> Bool {
        let mounts = Self.text(of: "/proc/self/mountinfo")
        return MountedFileSystem(of: folder, mountInfo: mounts)?.isMemory ?? false
    }

    // MARK: Finding a place

    private static func search(
        _ candidates: [Place],
        _ controller: ControlGroupLayout.Controller,
        _ ownPrefix: String
    ) -> (place: Place?, reasons: [String]) {
        var reasons: [String] = []
        for candidate in candidates {
            Self.removeLeft(in: candidate.folder)
            guard let reason = Self.problem(with: candidate, for: controller, ownPrefix) else { return (candidate, []) }
            reasons.append("\(candidate.folder): \(reason)")
        }
        return (nil, reasons)
    }

    private static func problem(
        with place: Place,
        for controller: ControlGroupLayout.Controller,
        _ ownPrefix: String
    ) -> String? {
        let path = "\(place.folder)/\(ownPrefix)probe"
        let group = ControlGroup(version: place.version, path: path)
        guard group.make() else { return "no group can be made: \(String(cString: strerror(errno)))" }
        defer { group.remove() }
        guard access(path + "/cgroup.procs", W_OK) == 0 else { return "is no control group" }
        switch controller {
        case .processors where !group.limitProcessors(toMicroseconds: Limits.processorPeriodMicroseconds):
            return place.version == .two ? "its groups have no cpu.max to write" : "no quota can be written"
        case .memory where !group.limitMemory(toMegabytes: Limits.megabytesOfProcessor):
            return "its groups have no limit of memory to write"
        case .processors, .memory:
            return nil
        }
    }

    private static func unavailable(_ reasons: [String]) -> EmulatorError {
        EmulatorError(
            .processorShareUnavailable,
            "--cpu-share needs a control group of Linux that this user may make and give processors to. "
                + (reasons.isEmpty ? "None is mounted here." : "Tried " + reasons.joined(separator: "; ") + ".")
                + " Run as root, or in a unit with systemd-run --user --scope -p Delegate=yes, or leave the option out."
        )
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
}

extension FunctionConfiguration {
    /// What it may take of processors in each `Limits.processorPeriodMicroseconds`.
    var processorMicroseconds: Int {
        let whole = self.managedConcurrency == nil ? Limits.megabytesOfProcessor : Limits.minimumManagedMegabytes
        return self.memoryMegabytes * Limits.processorPeriodMicroseconds / whole
    }
}
