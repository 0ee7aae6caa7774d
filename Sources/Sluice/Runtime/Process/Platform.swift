// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// The few calls of the C library that the runtime needs. Foundation is not among its dependencies.
package enum Platform {
    /// The value of an environment variable; an empty one counts as none.
    package static func environmentValue(_ name: String) -> String? {
        guard let value = getenv(name), value[0] != 0 else { return nil }
        return String(cString: value)
    }

    /// All variables that have a value and a name; of a name that comes twice, the first.
    package static func environmentValues() -> [String: String] {
        var values: [String: String] = [:]
        var entry = Self.environmentEntries
        while let text = entry?.pointee {
            let parts = String(cString: text).utf8.split(separator: UInt8(ascii: "="), maxSplits: 1)
            if parts.count == 2, let name = parts.first {
                let name = String(Substring(name))
                values[name] = values[name] ?? String(Substring(parts[1]))
            }
            entry = entry?.successor()
        }
        return values
    }

    private static var environmentEntries: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        #if canImport(Darwin)
        _NSGetEnviron().pointee
        #else
        environ
        #endif
    }

    /// The path of this process's own program: as the kernel has it, or as it was called.
    package static func programPath() -> String {
        #if os(Linux)
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &bytes, bytes.count - 1)
        if count > 0 { return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) }
        #endif
        return CommandLine.arguments.first ?? ""
    }

    /// Only before the function runs: where it asks for invocations.
    package static func useRuntimeAPI(at address: String) {
        self.setEnvironmentValue(RuntimeAddress.variable, to: address)
    }

    /// Only before or between invocations of a process that owns its environment: this is not safe while other
    /// threads read it.
    static func setEnvironmentValue(_ name: String, to value: String?) {
        if let value {
            setenv(name, value, 1)
        } else {
            unsetenv(name)
        }
    }

    package static func printToStandardError(_ text: String) {
        Array((text + "\n").utf8).withUnsafeBytes { self.write($0, to: STDERR_FILENO) }
    }

    static var standardOutput: CInt { STDOUT_FILENO }

    /// Writes all of it, or as much as the descriptor takes before it fails.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = self.systemWrite(descriptor, part)
            guard count > 0 || (count < 0 && errno == EINTR) else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    /// A name of its own, since within this type `write` is another.
    private static func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    /// Milliseconds since 1970 by the system's clock.
    package static func wallClockMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    static var terminationSignal: CInt { SIGTERM }

    package static func exitProcess(_ code: Int32) -> Never {
        exit(code)
    }

    /// A pipe, or `nil` when the process has no descriptors left.
    static func makePipe() -> (input: CInt, output: CInt)? {
        var descriptors: [CInt] = [-1, -1]
        guard pipe(&descriptors) == 0 else { return nil }
        for descriptor in descriptors {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        return (descriptors[0], descriptors[1])
    }

    static func closeDescriptor(_ descriptor: CInt) {
        close(descriptor)
    }

    #if os(Linux)
    /// `nil` when the process has no descriptor left.
    static func duplicate(_ descriptor: CInt) -> CInt? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return copy >= 0 ? copy : nil
    }
    #endif
}
