// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// A certificate authority of a test's own, and certificates that it issued: made by `openssl`, for this run only.
struct Certificates {
    private let folder: URL

    /// The authority's certificate, in PEM.
    var authority: String { self.path("authority.pem") }

    private func path(_ name: String) -> String { self.folder.appending(path: name).path }

    /// Issues a certificate.
    ///
    /// - Parameters:
    ///   - names: As `DNS:name` or `IP:address`, with commas.
    ///   - days: For how long from now it is valid.
    /// - Returns: The path of a file with it and its key.
    func issue(_ names: String, days: Int = 2) async throws -> String {
        let name = UUID().uuidString
        let (key, request, certificate) = ("\(name).key", "\(name).request", "\(name).pem")
        try await self.openssl(
            ["req", "-newkey"] + Self.key + ["-keyout", key, "-out", request, "-subj", "/CN=test"]
                + ["-addext", "subjectAltName=\(names)"]
        )
        try await self.openssl([
            "x509", "-req", "-in", request, "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial",
            "-copy_extensions", "copy", "-days", "\(days)", "-out", certificate,
        ])
        let both = try [certificate, key].map { try String(contentsOfFile: self.path($0), encoding: .utf8) }.joined()
        try Data(both.utf8).write(to: self.folder.appending(path: certificate))
        return self.path(certificate)
    }

    private static let key = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private func openssl(_ arguments: [String]) async throws {
        let result = try await runProgram(try Tools.path(of: .openssl), arguments, directory: self.folder.path)
        try #require(result.exit == .code(0), "openssl \(arguments): \(result)")
    }

    static func with<Result>(_ body: (Certificates) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificates = Certificates(folder: folder)
        try await certificates.openssl(
            ["req", "-x509", "-newkey"] + Self.key
                + ["-keyout", "authority.key", "-out", "authority.pem", "-days", "2", "-subj", "/CN=test authority"]
        )
        return try await body(certificates)
    }
}

/// Runs the server of `tls.py` with the certificate in a file; the closure gets its port.
func withTLSServer<Result>(_ certificate: String, _ body: (Int, ChildProcess) async throws -> Result) async throws
    -> Result
{
    try await withChildProcess(try Tools.path(of: .python3), [Fixture.tls.path, certificate]) { server in
        let port = try #require(Int(try await server.line()))
        return try await body(port, server)
    }
}
