// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SystemPackage

/// Where anybody on this machine listens, so that an application on another port than the configured one can be named.
enum Listeners {
    /// What others listen on, as `port 3000`; the Runtime API's own port is not the application's.
    static func others() -> [String] {
        let runtimeAPI = AdapterEnvironment.value("AWS_LAMBDA_RUNTIME_API")?.split(separator: ":").last.flatMap {
            Int($0)
        }
        let ports = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { Self.ports(inTable: Self.text(of: $0)) })
        return ports.subtracting([runtimeAPI ?? 0]).sorted().map { "port \($0)" }
    }

    /// Of the sockets in the kernel's table (proc(5), `/proc/net/tcp`), those in the state LISTEN, which is 0A.
    static func ports(inTable text: String) -> [Int] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 3, columns[3] == "0A", let colon = columns[1].lastIndex(of: ":") else { return nil }
            return Int(columns[1][columns[1].index(after: colon)...], radix: 16)
        }
    }

    private static func text(of path: String) -> String {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly) else { return "" }
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 1_048_576, let count = try? block.withUnsafeMutableBytes({ try file.read(into: $0) }),
            count > 0
        {
            bytes += block.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
