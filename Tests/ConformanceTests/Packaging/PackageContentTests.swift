// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What lies beside the program on Lambda.
@Suite struct PackageContentTests {
    /// Each of them is a promise that not every function can make, so none is kept unless it is asked for.
    @Test(arguments: [
        ("--static", "-static-executable"), ("--no-exclusivity-checks", "-enforce-exclusivity=unchecked"),
        ("--no-unwind-tables", "--no-eh-frame-hdr"),
    ])
    func anOptionOfTheBuildIsOneOnlyWhenItIsAskedFor(option: String, flag: String) async throws {
        let script = RepositoryRoot.url("Scripts/lambda-flags").path
        let without = try await runProgram(script)
        #expect(without.exit == .code(0) && !without.outputText.contains(flag))
        let with = try await runProgram(script, [option])
        #expect(with.exit == .code(0) && with.outputText.split(separator: "\n").contains(Substring(flag)), "\(with)")
        let help = try await runProgram(PackageFunction.path, ["--help"])
        #expect(help.outputText.contains(option))
    }

    @Test(.requires(.python3))
    func whatIsIncludedAndTheResourcesOfThePackageLieBesideTheProgram() async throws {
        try await withTemporaryFolder { folder in
            for (path, mode) in [("Data/a.txt", 0o644), ("Data/deep/run", 0o755), ("App_App.resources/b.txt", 0o600)] {
                let file = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data(path.utf8).write(to: file)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            }
            let data = folder.appending(path: "Data").path
            let result = try await PackageFunction.pack(CraftedProgram().bytes, ["--include", data], in: folder)
            try #require(result.exit == .code(0), "\(result)")

            let unpacked = folder.appending(path: "unpacked")
            let zip = try await UnpackedZip(folder.appending(path: "program.zip").path, to: unpacked)
            #expect(
                zip.entries.map { "\($0.mode) \($0.name)" } == [
                    "0o100755 bootstrap", "0o100644 Data/a.txt", "0o100755 Data/deep/run",
                    "0o100644 App_App.resources/b.txt",
                ]
            )
            let text = try String(contentsOf: unpacked.appending(path: "Data/deep/run"), encoding: .utf8)
            #expect(text == "Data/deep/run")
        }
    }
}
