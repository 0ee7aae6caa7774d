// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation

/// What `/proc` says of another process's memory, descriptors and progress (proc(5)).
extension Processes {
    private static func status(of process: Int32, _ key: String) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
        return line.flatMap { Int($0.filter(\.isNumber)) }
    }

    /// Memory that is neither a file's nor shared.
    static func ownMemoryBytes(of process: Int32) -> Int? { Self.status(of: process, "RssAnon").map { $0 * 1024 } }

    /// The most memory that it has held since `forgetPeak(of:)`, the pages of its program among it.
    static func peakBytes(of process: Int32) -> Int? { Self.status(of: process, "VmHWM").map { $0 * 1024 } }

    /// From here on, `peakBytes(of:)` counts anew.
    static func forgetPeak(of process: Int32) throws {
        try "5".write(toFile: "/proc/\(process)/clear_refs", atomically: false, encoding: .utf8)
    }

    static func descriptorCount(of process: Int32) -> Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    }

    /// How often its main thread has gone to sleep by itself. One that waits all the time does not wake to do so again.
    private static func sleeps(of process: Int32) -> Int? { Self.status(of: process, "voluntary_ctxt_switches") }

    /// Returns once the process does nothing, which is shown by events and not by time: it has not woken once while
    /// something else was done.
    static func waitUntilIdle(_ process: Int32, beside somethingElse: () async throws -> Void) async throws {
        let giveUp = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < giveUp {
            let before = Self.sleeps(of: process)
            try await somethingElse()
            if before == Self.sleeps(of: process), Self.isSleeping(process) { return }
        }
        throw StillBusy(process: process)
    }

    struct StillBusy: Error { let process: Int32 }
}
