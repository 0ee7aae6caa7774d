// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What a process has used, as the kernel counts it.
enum ProcessMemory {
    /// The most memory that a process has held, in MB; `nil` where the kernel does not say.
    static func peakMegabytes(of process: Int32) -> Int? {
        let file = open("/proc/\(process)/status", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        for line in bytes.prefix(count).split(separator: UInt8(ascii: "\n"))
        where line.starts(with: "VmHWM:".utf8) {
            let digits = line.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return Int(String(decoding: digits, as: UTF8.self)).map { ($0 + 1023) / 1024 }
        }
        return nil
    }
}
