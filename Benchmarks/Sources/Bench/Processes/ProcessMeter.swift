// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What a process and its descendants use, where the system tells it, which is on Linux; elsewhere there is no figure.
struct ProcessMeter {
    let identifier: pid_t

    /// User and system time so far, of threads that have ended too.
    var processorSeconds: Double? {
        #if os(Linux)
        let seconds = self.tree().compactMap { identifier -> Double? in
            var clock = clockid_t()
            var time = timespec()
            guard clock_getcpuclockid(identifier, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        return seconds.isEmpty ? nil : seconds.reduce(0, +)
        #else
        return nil
        #endif
    }

    /// Memory that is its own and no file's.
    var privateKiB: Double? {
        let values = self.tree().compactMap { identifier -> Int? in
            let line = readFile("/proc/\(identifier)/status")?.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
            return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Int($0) }
        }
        return values.isEmpty ? nil : Double(values.reduce(0, +))
    }

    private func tree() -> [pid_t] {
        var tree = [self.identifier]
        var index = 0
        while index < tree.count {
            for thread in entries(of: "/proc/\(tree[index])/task") {
                let children = readFile("/proc/\(tree[index])/task/\(thread)/children") ?? ""
                tree += children.split(separator: " ").compactMap { pid_t($0) }
            }
            index += 1
        }
        return tree
    }
}

private func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if !name.hasPrefix(".") { names.append(name) }
    }
    return names
}

/// The text of a small file.
func readFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4_096)
    while true {
        let count = read(descriptor, &piece, piece.count)
        guard count > 0 else { break }
        bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}
