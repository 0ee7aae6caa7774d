// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What Lambda would refuse, or fail to start, is refused before, with the rule and what to do.
@Suite struct PackageRefusalTests {
    private func refusal(_ program: CraftedProgram, _ options: [String] = []) async throws -> String {
        try await withTemporaryFolder { folder in
            let result = try await PackageFunction.pack(program.bytes, options, in: folder)
            let zips = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(".zip") }
            #expect(zips == [])
            return try PackageFunction.refusal(result)
        }
    }

    private func accepted(_ program: CraftedProgram, _ options: [String] = []) async throws -> String {
        try await withTemporaryFolder { folder in
            let result = try await PackageFunction.pack(program.bytes, options, in: folder)
            try #require(result.exit == .code(0), "\(result)")
            return result.outputText
        }
    }

    @Test(.requires(.python3), arguments: [(UInt16(62), "x86_64"), (183, "arm64")])
    func theMachineOfTheProgramIsTheFunctions(machine: UInt16, name: String) async throws {
        let lines = try await self.accepted(CraftedProgram(machine: machine))
        #expect(lines.contains("--architectures \(name) "))
        _ = try await self.accepted(CraftedProgram(machine: machine), ["--arch", name])
    }

    @Test(.requires(.python3))
    func refusesAnotherMachine() async throws {
        let other = try await self.refusal(CraftedProgram(machine: 183), ["--arch", "x86_64"])
        #expect(other.contains("is for arm64, and --arch asks for x86_64: build on such a machine"))
        let unknown = try await self.refusal(CraftedProgram(machine: 243))
        #expect(unknown.contains("is for ELF machine 243; Lambda has x86_64 (62) and arm64 (183)"))
    }

    @Test(
        .requires(.python3),
        arguments: [
            ("GLIBC_2.34", "GLIBC_2.35", "GLIBC_2.34"), ("GLIBCXX_3.4.29", "GLIBCXX_3.4.30", "GLIBCXX_3.4.29"),
            ("CXXABI_1.3.13", "CXXABI_1.3.14", "CXXABI_1.3.13"), ("GCC_11.0", "GCC_12.0.0", "GCC_11.0"),
        ]
    )
    func takesTheNewestSymbolsOfAmazonLinuxAndNoneAbove(last: String, next: String, has: String) async throws {
        // Numbers, not text: 2.4 is older than 2.34.
        _ = try await self.accepted(CraftedProgram(versions: [("libc.so.6", ["GLIBC_2.4", last, "GLIBC_PRIVATE"])]))
        let newer = CraftedProgram(versions: [("libm.so.6", ["GLIBC_2.2.5"]), ("libc.so.6", [next, last])])
        let refusal = try await self.refusal(newer)
        #expect(refusal.contains("asks for \(next), and provided.al2023 has \(has): build it on"), "\(refusal)")
    }

    @Test(.requires(.python3))
    func refusesALibraryThatNobodyBrings() async throws {
        let program = CraftedProgram(libraries: ["libc.so.6", "libcurl.so.4"])
        let refusal = try await self.refusal(program)
        #expect(refusal.contains("needs libcurl.so.4, which provided.al2023 does not have"), "\(refusal)")
        _ = try await self.accepted(program, ["--allow-library", "libcurl.so.4"])
    }

    @Test(.requires(.python3), arguments: ["", "#!/bin/sh\n", "\u{7F}ELF", "\u{7F}ELF\u{1}\u{1}\u{1}"])
    func refusesWhatIsNoProgram(text: String) async throws {
        try await withTemporaryFolder { folder in
            let refusal = try PackageFunction.refusal(try await PackageFunction.pack(Array(text.utf8), in: folder))
            #expect(refusal.contains("is no program for Linux"), "\(refusal)")
        }
    }

    @Test(.requires(.python3))
    func refusesAZipOfMoreThan50MB() async throws {
        try await withTemporaryFolder { folder in
            // Of random bytes there is nothing to be packed.
            var random = SystemRandomNumberGenerator()
            let block = (0..<131_072).map { _ in random.next() }
            let data = block.withUnsafeBytes { Data($0) }
            let file = folder.appending(path: "weights.bin")
            try (0..<51).reduce(into: Data()) { all, number in all += Data([number]) + data }.write(to: file)
            let result = try await PackageFunction.pack(CraftedProgram().bytes, ["--include", file.path], in: folder)
            let refusal = try PackageFunction.refusal(result)
            #expect(refusal.contains("and Lambda takes uploads of at most 52,428,800 (50 MB)"), "\(refusal)")
        }
    }

    @Test(.requires(.python3))
    func refusesFilesOfMoreThan250MB() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "hole.bin")
            try Data().write(to: file)
            try FileHandle(forWritingTo: file).truncate(atOffset: 250 * 1024 * 1024)
            let result = try await PackageFunction.pack(CraftedProgram().bytes, ["--include", file.path], in: folder)
            let refusal = try PackageFunction.refusal(result)
            #expect(refusal.contains("and Lambda unpacks at most 262,144,000 (250 MB)"), "\(refusal)")
        }
    }

    @Test(.requires(.python3))
    func refusesANameThatLambdaDoesNotTake() async throws {
        let refusal = try await self.refusal(CraftedProgram(), ["--name", "no spaces"])
        #expect(refusal.contains("'no spaces' cannot be a function's name"), "\(refusal)")
        let lines = try await self.accepted(CraftedProgram(), ["--product", "TokenStream"])
        #expect(lines.contains("--function-name token-stream "))
    }

    @Test(.requires(.python3))
    func refusesTwoFilesOfOneNameAndOneThatIsNotThere() async throws {
        let page = RepositoryRoot.url("README.md").path
        let twice = try await self.refusal(CraftedProgram(), ["--include", page, "--include", page])
        #expect(twice.contains("two files would be README.md in the zip"), "\(twice)")
        let none = try await self.refusal(CraftedProgram(), ["--include", "nowhere"])
        #expect(none.contains("--include nowhere: there is no such file or folder"), "\(none)")
    }

    @Test(.requires(.python3))
    func refusesToGuessTheProgram() async throws {
        let examples = RepositoryRoot.url("Examples").path
        let several = try await runProgram(PackageFunction.path, [examples])
        #expect(try PackageFunction.refusal(several).contains("has several executable products, or none"), "\(several)")
        let absent = try await runProgram(PackageFunction.path, [examples, "--product", "Nothing"])
        let refusal = try PackageFunction.refusal(absent)
        #expect(refusal.contains("has no executable product Nothing; it has: BackgroundWork, "), "\(absent)")
    }
}
