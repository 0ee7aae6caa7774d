// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The adapter's process between a Runtime API and an application, both of which the test plays byte for byte.
struct ScriptedAdapter: Sendable {
    let process: ChildProcess
    let lambda: TestSupport.ScriptedServer
    let application: TestSupport.ScriptedServer

    /// - Parameter command: what the adapter starts as its application; who listens is the test.
    static func run(
        program: String? = nil,
        command: [String] = ["--", "sleep", "1000"],
        mode: String = "response_stream",
        variables: [String: String] = [:],
        _ body: (ScriptedAdapter) async throws -> Void
    ) async throws {
        try await withScriptedServer { lambda in
            try await withScriptedServer { application in
                let environment = [
                    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(lambda.port)", "AWS_LWA_PORT": "\(application.port)",
                    "AWS_LWA_INVOKE_MODE": mode, "PATH": RunEnvironment["PATH"] ?? "",
                ].merging(variables) { $1 }
                let program = try program ?? BuiltProducts.url(of: "sluice-adapter").path
                try await withChildProcess(program, command, environment: environment) { process in
                    try await body(ScriptedAdapter(process: process, lambda: lambda, application: application))
                }
            }
        }
    }

    /// Lets it start: it looks whether the application is there, and registers for its end.
    ///
    /// - Returns: the connection on which it asks for invocations.
    func start() async throws -> RawConnection {
        _ = try await self.application.accept()
        return try await self.refuseExtension()
    }

    /// - Returns: the connection, on which the adapter goes on.
    func refuseExtension() async throws -> RawConnection {
        let connection = try await self.lambda.accept()
        _ = try await connection.readWhole()
        try await connection.reply("403 Forbidden")
        return connection
    }

    /// An event of a Function URL.
    static func event(_ path: String = "/", method: String = "GET", headers: String = "{}") -> String {
        #"{"version":"2.0","rawPath":"\#(path)","rawQueryString":"","headers":\#(headers),"#
            + #""requestContext":{"http":{"method":"\#(method)","path":"\#(path)","sourceIp":"1.2.3.4"}}}"#
    }
}

extension PostedResponse {
    /// What stands before the eight NULs, and what comes behind them.
    func split() throws -> (prelude: [String: Any], body: String) {
        let delimiter = String(repeating: "\0", count: 8)
        let range = try #require(self.text.range(of: delimiter), "no delimiter")
        let prelude = try JSONSerialization.jsonObject(with: Data(self.text[..<range.lowerBound].utf8))
        return (try #require(prelude as? [String: Any]), String(self.text[range.upperBound...]))
    }
}
