// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

enum Machine {
    /// Such as "2 × Intel Xeon …, Linux 6.1.0".
    static func description() -> String {
        let model = readFile("/proc/cpuinfo")?.split(separator: "\n").first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":").last.map { String($0.drop { $0 == " " }) } }
        var names = utsname()
        uname(&names)
        let system = withUnsafeBytes(of: names.sysname) { Self.text($0) }
        let release = withUnsafeBytes(of: names.release) { Self.text($0) }
        let machine = withUnsafeBytes(of: names.machine) { Self.text($0) }
        return "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) × \(model ?? machine), \(system) \(release)"
    }

    static func megabytes(of path: String) -> Double? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Double(status.st_size) / 1e6
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
