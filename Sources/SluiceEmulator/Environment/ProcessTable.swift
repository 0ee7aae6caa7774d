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

/// What the kernel's table of processes says, where there is `/proc`; elsewhere nothing is known of anybody.
enum ProcessTable {
    struct Facts {
        let group: Int32
        /// In ticks since boot.
        let startTicks: UInt64
    }

    /// `nil` if there is no such process.
    static func facts(of process: Int32) -> Facts? {
        let text = self.bytes(of: "/proc/\(process)/stat", limitBytes: 4096)
        // proc(5): number, (name), state, parent, group …, and the start as the 22nd; the name may hold any character.
        guard let name = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[text.index(after: name)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19, let group = Int32(String(decoding: fields[2], as: UTF8.self)),
            let start = UInt64(String(decoding: fields[19], as: UTF8.self))
        else { return nil }
        return Facts(group: group, startTicks: start)
    }

    /// The processes of a group that were started with that variable, as `NAME=value`.
    static func members(of group: Int32, withVariable variable: String) -> [Int32] {
        FolderContents.names(in: "/proc").compactMap(Int32.init).filter { process in
            guard self.facts(of: process)?.group == group else { return false }
            let variables = self.bytes(of: "/proc/\(process)/environ", limitBytes: 1 << 20)
            return variables.split(separator: 0).contains { $0.elementsEqual(variable.utf8) }
        }
    }

    /// A process and what it started, directly or not: not more than `Limits.maximumMeasuredProcesses`.
    static func family(of process: Int32) -> [Int32] {
        var family = [process]
        var next = 0
        while next < family.count, family.count < Limits.maximumMeasuredProcesses {
            let folder = "/proc/\(family[next])/task"
            next += 1
            for thread in FolderContents.names(in: folder) {
                let children = self.bytes(of: "\(folder)/\(thread)/children", limitBytes: 4096)
                for child in children.split(separator: UInt8(ascii: " ")) {
                    if let number = Int32(String(decoding: child, as: UTF8.self)) { family.append(number) }
                }
            }
        }
        return family
    }

    /// Differs from one boot of the machine to the next.
    static func bootID() -> String {
        let text = self.bytes(of: "/proc/sys/kernel/random/boot_id", limitBytes: 64)
        return String(decoding: text.prefix(8), as: UTF8.self)
    }

    /// The beginning of a file; nothing if it cannot be read.
    static func bytes(of path: String, limitBytes: Int) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: limitBytes) { buffer, count in
            count = 0
            while count < buffer.count, let start = buffer.baseAddress {
                let more = read(file, start + count, buffer.count - count)
                guard more > 0 else { break }
                count += more
            }
        }
    }
}
