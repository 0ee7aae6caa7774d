// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// `sluice invoke` against a server over TLS that nobody here wrote the TLS of: Python's, which is OpenSSL's.
@Suite struct HTTPSInvokeTests {
    /// The arguments of one call, and what is run with them.
    private struct Server {
        let port: Int
        let process: ChildProcess
        let authority: String

        func arguments(_ path: String, host: String = "localhost") -> [String] {
            ["invoke", "https://\(host):\(self.port)\(path)", "--ca-file", self.authority]
        }

        func invoke(_ path: String, host: String = "localhost") async throws -> ProgramResult {
            try await runProgram(BuiltProducts.url(of: "sluice").path, self.arguments(path, host: host))
        }
    }

    private static func withServer(
        _ names: String = "DNS:localhost,DNS:hello.localhost,IP:127.0.0.1",
        days: Int = 2,
        _ body: (Server) async throws -> Void
    ) async throws {
        try await Certificates.with { certificates in
            try await withTLSServer(try await certificates.issue(names, days: days)) { port, process in
                try await body(Server(port: port, process: process, authority: certificates.authority))
            }
        }
    }

    private struct Echo: Decodable, Equatable {
        var method = "GET"
        var host: String
        var alpn: String? = "http/1.1"
        var sni: String?
    }

    @Test(.requires(.openssl, .python3))
    func namesTheHostAndTheProtocolInTheHandshake() async throws {
        try await Self.withServer { server in
            for (host, sni) in [("localhost", "localhost"), ("hello.localhost", "hello.localhost"), ("127.0.0.1", nil)]
            {
                let result = try await server.invoke("/echo", host: host)
                try #require(result.exit == .code(0), "\(result)")
                let echo = try JSONDecoder().decode(Echo.self, from: Data(result.standardOutput))
                #expect(echo == Echo(host: "\(host):\(server.port)", sni: sni))
            }
        }
    }

    @Test(.requires(.openssl, .python3))
    func aChunkIsShownBeforeTheNextIsWrittenAndTheTimeLineTellsOfTLS() async throws {
        try await Self.withServer { server in
            let arguments = server.arguments("/gate") + ["--timeline"]
            try await withChildProcess(BuiltProducts.url(of: "sluice").path, arguments) { sluice in
                for text in ["one", "two", "three"] {
                    try await server.process.write(text + "\n")
                    #expect(try await sluice.line() == text)
                }
                try await server.process.write("end\n")
                #expect(try await sluice.exit() == .code(0))
                let drawn = String(decoding: try await sluice.end(of: .standardError), as: UTF8.self)
                let lines = drawn.split(separator: "\n")
                #expect(lines.first?.hasPrefix("connected in ") == true, "\(drawn)")
                #expect(lines.first?.contains(", of which TLS ") == true, "\(drawn)")
                #expect(lines.last?.hasSuffix("complete") == true, "\(drawn)")
            }
        }
    }

    @Test(
        .requires(.openssl, .python3),
        arguments: [
            ("/cut", "broken off after 3 bytes: the connection closed before the last chunk"),
            ("/tear", "broken off after 3 bytes: the connection closed before the last chunk"),
            ("/short", "broken off after 3 of 5 bytes: the connection closed"),
            // Without the farewell, nobody can tell the end from a cut wire (RFC 8446, section 6.1).
            ("/torn", "broken off after 3 bytes: the connection closed"),
        ]
    )
    func saysHowAnAnswerBrokeOff(path: String, reason: String) async throws {
        try await Self.withServer { server in
            let result = try await server.invoke(path)
            #expect(result.exit == .code(2))
            #expect(result.outputText == "one")
            #expect(result.errorText == "sluice: \(reason)\n")
        }
    }

    @Test(.requires(.openssl, .python3))
    func aResetIsToldApartFromAnEnd() async throws {
        try await Self.withServer { server in
            try await withChildProcess(BuiltProducts.url(of: "sluice").path, server.arguments("/reset")) { sluice in
                _ = try await sluice.bytes { $0 == Array("one".utf8) }
                try await server.process.write("now\n")
                #expect(try await sluice.exit() == .code(2))
                let text = String(decoding: try await sluice.end(of: .standardError), as: UTF8.self)
                #expect(text == "sluice: broken off after 3 bytes: the connection was reset\n")
            }
        }
    }

    @Test(.requires(.openssl, .python3))
    func aBodyThatTheFarewellEndsIsCompleteAndAnErrorOfTheServiceIsShown() async throws {
        try await Self.withServer { server in
            let old = try await server.invoke("/old")
            #expect(old.exit == .code(0), "\(old)")
            #expect(old.outputText == "one")
            let error = try await server.invoke("/502")
            #expect(error.exit == .code(1))
            #expect(error.outputText == "Internal Server Error")
            #expect(error.errorText == "sluice: failed: HTTP status 502: InternalServerErrorException\n")
        }
    }
}

/// Whom it does not talk to.
extension HTTPSInvokeTests {
    @Test(.requires(.openssl, .python3))
    func anAuthorityThatTheSystemDoesNotKnowIsNotTrusted() async throws {
        try await Self.withServer { server in
            let url = "https://localhost:\(server.port)/echo"
            let result = try await runProgram(BuiltProducts.url(of: "sluice").path, ["invoke", url])
            #expect(result.exit == .code(3))
            #expect(result.outputText == "")
            let reason = "its certificate was not issued by an authority that is trusted here; --ca-file names others"
            #expect(result.errorText == "sluice: cannot connect to localhost:\(server.port): \(reason)\n")
        }
    }

    @Test(.requires(.openssl, .python3))
    func aCertificateOfAnotherNameIsRefusedAndItsNamesAreSaid() async throws {
        try await Self.withServer("DNS:example.org,DNS:www.example.org") { server in
            for host in ["localhost", "127.0.0.1"] {
                let result = try await server.invoke("/echo", host: host)
                #expect(result.exit == .code(3))
                let reason = "its certificate is not for \(host) but for example.org, www.example.org"
                #expect(result.errorText == "sluice: cannot connect to \(host):\(server.port): \(reason)\n")
            }
        }
    }

    @Test(.requires(.openssl, .python3))
    func anExpiredCertificateIsRefusedWithItsDate() async throws {
        try await Self.withServer(days: -1) { server in
            let result = try await server.invoke("/echo")
            #expect(result.exit == .code(3))
            let beginning = "sluice: cannot connect to localhost:\(server.port): its certificate expired on "
            #expect(result.errorText.hasPrefix(beginning), "\(result)")
        }
    }

    @Test(.requires(.python3))
    func aFileWithoutAuthoritiesIsAMistakeOfTheCaller() async throws {
        let sluice = try BuiltProducts.url(of: "sluice").path
        let file = try await runProgram(sluice, ["invoke", "https://localhost:1/", "--ca-file", Fixture.tls.path])
        #expect(file.exit == .code(64))
        #expect(file.errorText.contains("tls.py has no certificate in PEM"), "\(file)")
        let plain = try await runProgram(sluice, ["invoke", "http://localhost:1/", "--ca-file", Fixture.tls.path])
        #expect(plain.errorText.contains("--ca-file is for https"), "\(plain)")
    }
}
