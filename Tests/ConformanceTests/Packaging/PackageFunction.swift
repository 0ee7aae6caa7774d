// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The script that makes a zip of a function.
enum PackageFunction {
    static let path = RepositoryRoot.url("Scripts/package-function").path

    /// Packs a program that is built already.
    static func pack(_ program: [UInt8], _ options: [String] = [], in folder: URL) async throws -> ProgramResult {
        let file = folder.appending(path: "Program")
        try Data(program).write(to: file)
        return try await runProgram(
            self.path,
            [folder.path, "--executable", file.path, "--output", folder.path] + options
        )
    }

    /// The message of a refusal, which is all that it prints.
    static func refusal(_ result: ProgramResult) throws -> String {
        #expect(result.exit == .code(1))
        #expect(result.outputText == "")
        #expect(result.errorText.split(separator: "\n").count == 1, "\(result)")
        return result.errorText
    }

    /// Runs a program in Python that imports the parts of the script.
    static func python(_ program: String, _ arguments: [String] = []) async throws -> ProgramResult {
        let scripts = RepositoryRoot.url("Scripts").path
        let start = "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, '\(scripts)')\n"
        return try await runProgram(try await Python.interpreter(), ["-c", start + program] + arguments)
    }
}

/// A folder for the time of the closure.
func withTemporaryFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
