// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// Where the machine lets this user make control groups, environments are in one; elsewhere the service says at its start
/// why it cannot be.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ProcessorShareTests {
    @Test func anEnvironmentHasTheShareOfItsMemorySizeOrTheStartIsRefused() async throws {
        var function = try ScriptedFunction.configuration()
        function.memoryMegabytes = 1_769 / 2
        do {
            let folder = try await LocalLambda.run(function, sharesProcessors: true) { lambda in
                let child = try await Self.processID(lambda)
                let folder = try #require(try Self.group(of: child), "it is in no group of its own")
                #expect(try Self.quotaMicroseconds(folder) == 884 * 100_000 / 1_769)
                return folder
            }
            #expect(!FileManager.default.fileExists(atPath: folder), "the group is left behind")
        } catch let error as EmulatorError {
            #expect(error.code == .processorShareUnavailable)
            #expect(error.message.contains("--cpu-share needs a control group"), "\(error.message)")
        }
    }

    @Test func withoutTheOptionNoGroupIsMade() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let child = try await Self.processID(lambda)
            #expect(try Self.group(of: child) == nil)
        }
    }

    private static func processID(_ lambda: LocalLambda) async throws -> Int32 {
        _ = try await lambda.invoke([.processID, .chunk("a"), .end])
        return try await lambda.log.children()[0]
    }

    /// The folder of the group that the service has made for a process.
    private static func group(of process: Int32) throws -> String? {
        let text = try String(contentsOfFile: "/proc/\(process)/cgroup", encoding: .utf8)
        let paths = text.split(separator: "\n").compactMap { $0.split(separator: ":", maxSplits: 2).last }
        guard let path = paths.first(where: { $0.contains("/sluice-\(getpid())-") }) else { return nil }
        let mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"]
        return mounts.map { $0 + path }.first { FileManager.default.fileExists(atPath: $0) }
    }

    private static func quotaMicroseconds(_ folder: String) throws -> Int? {
        let newer = try? String(contentsOfFile: folder + "/cpu.max", encoding: .utf8)
        let text = try newer ?? String(contentsOfFile: folder + "/cpu.cfs_quota_us", encoding: .utf8)
        return text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }
}
