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
        return Self.names(
            tcp: Self.text(of: "/proc/net/tcp"),
            tcp6: Self.text(of: "/proc/net/tcp6"),
            without: runtimeAPI ?? 0
        )
    }

    /// Who listens on `::1` alone, as Node.js may for `localhost`, is not reached at 127.0.0.1 though the port is the same.
    static func names(tcp: String, tcp6: String, without port: Int) -> [String] {
        let onlySix = Set(Self.ports(inTable: tcp6) { $0 == Self.loopback6 })
        let others = Set(Self.ports(inTable: tcp) + Self.ports(inTable: tcp6) { $0 != Self.loopback6 })
        return others.subtracting([port]).sorted().map { "port \($0)" }
            + onlySix.subtracting(others).sorted().map { "port \($0) of ::1 (AWS_LWA_HOST=::1)" }
    }

    /// `::1` as the kernel's table has it.
    private static let loopback6 = "00000000000000000000000001000000"

    /// Of the sockets in the kernel's table (proc(5), `/proc/net/tcp`), those in the state LISTEN, which is 0A.
    static func ports(inTable text: String, where isWanted: (Substring) -> Bool = { _ in true }) -> [Int] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 3, columns[3] == "0A", let colon = columns[1].lastIndex(of: ":"),
                isWanted(columns[1][..<colon])
            else { return nil }
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
