// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What a process has used, as the kernel counts it; `nil` where it does not say.
enum ProcessMemory {
    /// The most memory that a process has held, in MB.
    static func peakMegabytes(of process: Int32) -> Int? {
        self.megabytes("VmHWM:", in: ProcessTable.bytes(of: "/proc/\(process)/status", limitBytes: 4096))
    }

    /// What processes and their children hold now, in MB, if it is more than `limit`.
    ///
    /// The sum of resident memory is quick to read and counts shared pages once for each process. Only where it is over
    /// the limit is the kernel asked for what it takes longer to say: the pages with their shares.
    static func excess(of processes: [Int32], over limit: Int) -> Int? {
        let family = processes.flatMap(ProcessTable.family(of:))
        let resident = family.reduce(0) { $0 + (self.residentMegabytes(of: $1) ?? 0) }
        guard resident > limit else { return nil }
        let exact = family.reduce(0) { sum, member in
            let bytes = ProcessTable.bytes(of: "/proc/\(member)/smaps_rollup", limitBytes: 4096)
            return sum + (self.megabytes("Pss:", in: bytes) ?? self.residentMegabytes(of: member) ?? 0)
        }
        return exact > limit ? exact : nil
    }

    private static func residentMegabytes(of process: Int32) -> Int? {
        self.megabytes("VmRSS:", in: ProcessTable.bytes(of: "/proc/\(process)/status", limitBytes: 4096))
    }

    /// A line such as `VmHWM:     5120 kB`, rounded up to MB.
    private static func megabytes(_ name: String, in text: [UInt8]) -> Int? {
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: name.utf8) {
            let digits = line.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return Int(String(decoding: digits, as: UTF8.self)).map { ($0 + 1023) / 1024 }
        }
        return nil
    }
}
