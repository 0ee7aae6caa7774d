// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The built `sluice`, run as a user runs it.
enum SluiceProgram {
    /// What `--ready json` says.
    struct Ready: Decodable, Sendable {
        let endpoint: String
        let functionURLs: [String: String]
    }

    /// Variables of a terminal of that width, and none that would change what is printed.
    static func environment(columns: Int = 80, _ more: [String: String] = [:]) -> [String: String] {
        let own = ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin", "HOME": "/root", "COLUMNS": "\(columns)"]
        return own.merging(more) { $1 }
    }

    static var path: String {
        get throws { try BuiltProducts.url(of: "sluice").path }
    }

    static func run(
        _ arguments: [String],
        environment: [String: String] = Self.environment(),
        directory: String? = nil,
        input: [UInt8] = []
    ) async throws -> ProgramResult {
        try await runProgram(
            Self.path,
            arguments,
            environment: environment,
            directory: directory,
            input: input
        )
    }

    /// `--function` with a scripted function of that name.
    static func scripted(_ name: String = "scripted") throws -> [String] {
        let words = try ScriptedFunction.command.map { "'\($0)'" }
        return ["--function", "\(name)=" + words.joined(separator: " ")]
    }

    /// Runs `sluice serve` on ports that the kernel chooses for as long as the closure runs, and stops it in order.
    static func serve<Result>(
        _ arguments: [String],
        environment: [String: String] = Self.environment(),
        directory: String? = nil,
        _ body: (Ready, ChildProcess) async throws -> Result
    ) async throws -> Result {
        let all = ["serve", "--ready", "json", "--port", "0"] + arguments
        return try await withChildProcess(Self.path, all, environment: environment, directory: directory) { process in
            let line = try await process.line()
            let ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
            let result = try await body(ready, process)
            let exit = try await process.terminate()
            #expect(exit == .code(0), "\(String(decoding: process.printed(on: .standardError), as: UTF8.self))")
            return result
        }
    }
}
