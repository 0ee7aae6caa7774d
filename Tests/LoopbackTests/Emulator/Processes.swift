// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport

/// What `/proc` says of processes that are not this one's children.
enum Processes {
    private struct Facts {
        let state: Substring
        let group: Int32
    }

    private static func facts(of process: Int32) -> Facts? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            // proc(5): number, (name), state, parent, group …; the name may hold any character.
            let name = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 2, let group = Int32(fields[2]) else { return nil }
        return Facts(state: fields[0], group: group)
    }

    /// Whether it runs or is stopped; one that only waits to be reaped does not count.
    static func isAlive(_ process: Int32) -> Bool {
        guard let facts = self.facts(of: process) else { return false }
        return facts.state != "Z" && facts.state != "X"
    }

    /// Whether its number is taken, be it only until it is reaped.
    static func exists(_ process: Int32) -> Bool { self.facts(of: process) != nil }

    static func group(of process: Int32) -> Int32? { self.facts(of: process)?.group }

    /// Whether signals have stopped it.
    static func isStopped(_ process: Int32) -> Bool { self.facts(of: process)?.state == "T" }

    /// Whether it waits for something.
    static func isSleeping(_ process: Int32) -> Bool { self.facts(of: process)?.state == "S" }

    /// Whether any process of the group is alive.
    static func groupIsAlive(_ group: Int32) -> Bool {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.contains { entry in
            guard let process = Int32(entry), let facts = self.facts(of: process) else { return false }
            return facts.group == group && facts.state != "Z" && facts.state != "X"
        }
    }

    static func kill(group: Int32) { _ = Foundation.kill(-group, SIGKILL) }

    static func eventually(_ condition: () -> Bool) async -> Bool { await TestSupport.eventually(condition) }

    /// The descriptors that this process has open.
    static var ownDescriptorCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }
}
