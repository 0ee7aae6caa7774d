// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// A stand-in for IAM and Lambda's control plane: it answers each call of the AWS command line as if it had succeeded, and
/// says what was asked. That parameters exist and fit is judged by the command line itself, which has AWS's models.
struct StandInForAWS: Sendable {
    fileprivate let server: ChildProcess
    fileprivate let port: Int

    struct Call: Decodable {
        /// Of IAM the action, of Lambda the method and the path.
        let name: String
        /// What stands deeper has its path, with dots.
        let body: [String: String]
    }

    /// What was asked so far.
    func calls() async throws -> [Call] {
        try String(decoding: self.server.printed(on: .standardOutput), as: UTF8.self).split(separator: "\n").dropFirst()
            .map { try JSONDecoder().decode(Call.self, from: Data($0.utf8)) }
    }

    /// Runs lines of a shell, which find `aws` and `sluice`.
    func run(_ lines: String) async throws -> ProgramResult {
        var environment = RunEnvironment.all.filter { !$0.key.hasPrefix("AWS_") }
        let sluice = try BuiltProducts.url(of: "sluice").deletingLastPathComponent().path
        let aws = URL(filePath: try Tools.path(of: .aws)).deletingLastPathComponent().path
        environment["PATH"] = "\(sluice):\(environment["PATH"] ?? "/usr/bin:/bin"):\(aws)"
        environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(self.port)"
        environment["AWS_ACCESS_KEY_ID"] = "test"
        environment["AWS_SECRET_ACCESS_KEY"] = "test"
        environment["AWS_DEFAULT_REGION"] = "us-east-1"
        environment["AWS_CONFIG_FILE"] = "/dev/null"
        environment["AWS_PAGER"] = ""
        environment["NO_PROXY"] = "*"
        return try await runProgram("bash", ["-euc", lines], environment: environment)
    }
}

/// For the time of the closure. `functionURL` is what a new Function URL's address will be.
func withAWS<Result>(functionURL: String, _ body: (StandInForAWS) async throws -> Result) async throws -> Result {
    try await withChildProcess(try await Python.interpreter(), [Fixture.aws.path, functionURL]) { server in
        let port = try #require(Int(try await server.line()))
        return try await body(StandInForAWS(server: server, port: port))
    }
}
