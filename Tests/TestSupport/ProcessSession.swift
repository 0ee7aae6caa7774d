// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Foundation

/// All processes that descend from one child, whatever groups they have made: they share its session.
enum ProcessSession {
    /// The living members; zombies, which only wait to be reaped, are none.
    static func members(of session: Int32) -> [Int32] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.filter { process in
            guard let statistics = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
                return false
            }
            // proc(5): number, (name), state, parent, group, session …; the name may hold any character.
            guard let name = statistics.lastIndex(of: ")") else { return false }
            let fields = statistics[statistics.index(after: name)...].split(separator: " ")
            return fields.count > 3 && fields[0] != "Z" && fields[0] != "X" && Int32(fields[3]) == session
        }
    }

    /// Kills them all, and what they start meanwhile too; returns when they are gone.
    static func kill(_ session: Int32) {
        _ = Foundation.kill(-session, SIGKILL)
        // The kernel ends a killed process within microseconds, but tells nobody except its parent. One that a device
        // holds may take for ever.
        let giveUp = ContinuousClock.now + .seconds(5)
        while case let living = self.members(of: session), !living.isEmpty, ContinuousClock.now < giveUp {
            for process in living {
                _ = Foundation.kill(process, SIGKILL)
            }
            sched_yield()
        }
    }
}
