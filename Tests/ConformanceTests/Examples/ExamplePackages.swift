// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The examples, built all at once in a folder of their own, which is kept between runs. `.ci/run` runs their own tests from
/// there, too.
enum ExamplePackages {
    static let folder = RepositoryRoot.url("Examples")
    static let scratchFolder = RepositoryRoot.url(".build/examples")

    /// The folders that are packages.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.folder.path).filter {
            FileManager.default.fileExists(atPath: self.folder.appending(path: "\($0)/Package.swift").path)
        }.sorted()
    }

    static func program(_ name: String) async throws -> String {
        try await self.built.value.appending(path: name).path
    }

    private static let built = Task {
        let common = ["build", "--package-path", Self.folder.path, "--scratch-path", Self.scratchFolder.path]
        let build = try await runProgram("swift", common + ["--build-tests"], within: .seconds(900))
        guard build.exit == .code(0) else { throw NotBuilt(description: "\(build)") }
        return Self.scratchFolder.appending(path: "debug")
    }

    private struct NotBuilt: Error, CustomStringConvertible { let description: String }
}

/// Runs an example in the local Lambda, in the folder where its README says.
func withExample<Result>(
    _ name: String,
    timeoutSeconds: Int = 60,
    options: [String] = [],
    _ body: (_ sluice: SluiceProcess, _ url: String) async throws -> Result
) async throws -> Result {
    let program = try await ExamplePackages.program(name)
    let folder = ExamplePackages.folder.appending(path: name).path
    let options = ["--timeout", "\(timeoutSeconds)"] + options
    return try await withSluice(functions: ["example='\(program)'"], options, directory: folder) { sluice in
        try await body(sluice, try sluice.url("example"))
    }
}
