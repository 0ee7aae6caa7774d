// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// Where the machine lets this user make control groups, environments are in one for their memory, and in one for their
/// share of a processor if that is asked for; elsewhere the service says at its start why they cannot have the second.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ControlGroupTests {
    @Test func anEnvironmentHasTheShareOfItsMemorySizeOrTheStartIsRefused() async throws {
        var function = try ScriptedFunction.configuration()
        function.memoryMegabytes = 1_769 / 2
        do {
            let folder = try await LocalLambda.run(function, sharesProcessors: true) { lambda in
                let child = try await Self.processID(lambda)
                let folder = try #require(try Self.group(of: child, "cpu.max", "cpu.cfs_quota_us"), "it is in no group")
                #expect(try Self.number(folder, "cpu.max", "cpu.cfs_quota_us") == 884 * 100_000 / 1_769)
                return folder
            }
            #expect(!FileManager.default.fileExists(atPath: folder), "the group is left behind")
        } catch let error as EmulatorError {
            #expect(error.code == .processorShareUnavailable)
            #expect(error.message.contains("--cpu-share needs a control group"), "\(error.message)")
        }
    }

    @Test func withoutTheOptionNoGroupLimitsItsProcessors() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let child = try await Self.processID(lambda)
            let folder = try Self.group(of: child, "cpu.max", "cpu.cfs_quota_us")
            let limit = try folder.flatMap { try Self.number($0, "cpu.max", "cpu.cfs_quota_us") }
            #expect(limit == nil || limit == -1)
        }
    }

    /// On a machine that allows no group there is none, and the watch alone does it.
    @Test(.enabled(if: Self.mayLimitMemory, "this user may make no control group for memory"))
    func itsMemorySizeIsTheKernelsLimit() async throws {
        var function = try ScriptedFunction.configuration()
        function.memoryMegabytes = 300
        let folder = try await LocalLambda.run(function) { lambda in
            let child = try await Self.processID(lambda)
            let folder = try #require(
                try Self.group(of: child, "memory.max", "memory.limit_in_bytes"),
                "it is in no group"
            )
            #expect(try Self.number(folder, "memory.max", "memory.limit_in_bytes") == 300 << 20)
            return folder
        }
        #expect(!FileManager.default.fileExists(atPath: folder), "the group is left behind")
    }

    @Test func noGroupLimitsTheMemoryOfAFunctionThatHasNoLimit() async throws {
        var function = try ScriptedFunction.configuration()
        function.enforcesMemory = false
        try await LocalLambda.run(function) { lambda in
            let child = try await Self.processID(lambda)
            #expect(try Self.group(of: child, "memory.max", "memory.limit_in_bytes") == nil)
        }
    }

    /// The kernel would count its temporary files as memory, which Lambda does not.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/shm"), "there is no tmpfs"))
    func noGroupLimitsTheMemoryOfAFunctionWhoseFilesAreMemory() async throws {
        let host = ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin", "TMPDIR": "/dev/shm"]
        try await LocalLambda.run(try ScriptedFunction.configuration(), hostVariables: host) { lambda in
            let child = try await Self.processID(lambda)
            #expect(try Self.group(of: child, "memory.max", "memory.limit_in_bytes") == nil)
            #expect(try await lambda.invoke([.allocate(megabytes: 200), .hang]).failureType == "Runtime.ExitError")
        }
    }

    /// A child that made a session of its own has left the process group that is stopped and killed.
    @Test(.enabled(if: Self.mayLimitMemory, "this user may make no control group for memory"))
    func whatLeavesTheProcessGroupIsFrozenAndEndedAllTheSame() async throws {
        let child = try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.heir, .chunk("x"), .end])
            let child = try await lambda.log.children(2)[1]
            #expect(await Processes.eventually { Processes.isStopped(child) })
            _ = try await lambda.invoke([.chunk("x"), .end])
            return child
        }
        #expect(await Processes.eventually { !Processes.exists(child) })
    }

    /// Both have an environment 1 of a function with that name.
    @Test(.enabled(if: Self.mayLimitMemory, "this user may make no control group for memory"))
    func twoServicesOfOneProcessShareNoGroup() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { outer in
            let first = try await Self.processID(outer)
            let firstGroup = try Self.group(of: first, "memory.max", "memory.limit_in_bytes")
            try await LocalLambda.run(try ScriptedFunction.configuration()) { inner in
                let second = try await Self.processID(inner)
                let secondGroup = try Self.group(of: second, "memory.max", "memory.limit_in_bytes")
                #expect(firstGroup != nil && secondGroup != nil && firstGroup != secondGroup)
            }
            #expect(try await outer.invoke([.chunk("x"), .end]).body == "x")
            #expect(outer.log.startedEnvironments == 1)
        }
    }

    private static func processID(_ lambda: LocalLambda) async throws -> Int32 {
        _ = try await lambda.invoke([.processID, .chunk("a"), .end])
        return try await lambda.log.children()[0]
    }

    private static let mounts = [
        "/sys/fs/cgroup", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory",
    ]

    /// Root may on this machine's older interface, which has no rules of its own.
    private static let mayLimitMemory =
        getuid() == 0 && FileManager.default.isWritableFile(atPath: "/sys/fs/cgroup/memory/cgroup.procs")

    /// The folder of the group that the service has made for a process, if it has one of these files.
    private static func group(of process: Int32, _ files: String...) throws -> String? {
        let text = try String(contentsOfFile: "/proc/\(process)/cgroup", encoding: .utf8)
        let paths = text.split(separator: "\n").compactMap { $0.split(separator: ":", maxSplits: 2).last }
        for path in paths where path.contains("/sluice-\(getpid())-") {
            for folder in Self.mounts.map({ $0 + path }) {
                if files.contains(where: { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }) {
                    return folder
                }
            }
        }
        return nil
    }

    private static func number(_ folder: String, _ newer: String, _ older: String) throws -> Int? {
        let file = FileManager.default.fileExists(atPath: "\(folder)/\(newer)") ? newer : older
        let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
        return text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }
}
