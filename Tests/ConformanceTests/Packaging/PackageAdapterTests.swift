// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The script that makes the layer of the adapter.
@Suite(.requires(.python3)) struct PackageAdapterTests {
    private static func pack(_ options: [String] = [], in folder: URL) async throws -> ProgramResult {
        let file = folder.appending(path: "program")
        try Data(CraftedProgram().bytes).write(to: file)
        return try await runProgram(
            RepositoryRoot.url("Scripts/package-adapter").path,
            ["--executable", file.path, "--output", folder.path] + options
        )
    }

    private static func layer(in folder: URL) throws -> URL {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return folder.appending(path: try #require(names.first { $0.hasSuffix(".zip") }))
    }

    @Test func theLayerHasTheProgramAsBootstrapAndIsTheSameEachTime() async throws {
        try await withTemporaryFolder { folder in
            let result = try await Self.pack(in: folder)
            try #require(result.exit == .code(0), "\(result)")
            let layer = try Self.layer(in: folder)
            let zip = try await UnpackedZip(layer.path, to: folder.appending(path: "unpacked"))
            #expect(zip.entries.map { "\($0.mode) \($0.name)" } == ["0o100755 bootstrap"])
            let program = folder.appending(path: "sluice-adapter")
            #expect(FileManager.default.isExecutableFile(atPath: program.path))
            let inLayer = try Data(contentsOf: folder.appending(path: "unpacked/bootstrap"))
            #expect(try Data(contentsOf: program) == inLayer)
            for words in ["publish-layer-version", "fileb://\(layer.path)", "AWS_LAMBDA_EXEC_WRAPPER=/opt/bootstrap"] {
                #expect(result.outputText.contains(words), "\(words)")
            }
            let first = try Data(contentsOf: layer)
            try #require(try await Self.pack(in: folder).exit == .code(0))
            #expect(try Data(contentsOf: layer) == first)
        }
    }

    @Test func theOtherLayerHasItAsAnExtension() async throws {
        try await withTemporaryFolder { folder in
            let result = try await Self.pack(["--extension"], in: folder)
            try #require(result.exit == .code(0), "\(result)")
            let layer = try Self.layer(in: folder)
            #expect(layer.lastPathComponent.hasPrefix("sluice-adapter-extension-layer-"))
            let zip = try await UnpackedZip(layer.path, to: folder.appending(path: "unpacked"))
            #expect(zip.entries.map { "\($0.mode) \($0.name)" } == ["0o100755 extensions/sluice-adapter"])
            #expect(result.outputText.contains("--layer-name sluice-adapter-extension "))
            #expect(!result.outputText.contains("EXEC_WRAPPER"))
        }
    }

    #if os(Linux)
    /// Built as its users build it, and held against what `provided.al2023` has: the layer's file is the adapter.
    @Test(.timeLimit(.minutes(15))) func theLayerOfARealBuildIsTheAdapter() async throws {
        try await withTemporaryFolder { folder in
            let built = try await runProgram(
                RepositoryRoot.url("Scripts/package-adapter").path,
                ["--output", folder.path, "--", "--scratch-path", RepositoryRoot.url(".build/linkage/Adapter").path],
                within: .seconds(900)
            )
            try #require(built.exit == .code(0), "\(built)")
            let zip = try await UnpackedZip(try Self.layer(in: folder).path, to: folder.appending(path: "unpacked"))
            #expect(zip.entries.map { "\($0.mode) \($0.name)" } == ["0o100755 bootstrap"])
            let help = try await runProgram(folder.appending(path: "unpacked/bootstrap").path, ["--help"])
            #expect(help.exit == .code(0) && help.outputText.contains("AWS_LWA_PORT"), "\(help)")
            let versions = try #require(built.errorText.firstMatch(of: #/GLIBC 2\.(\d+)/#).flatMap { Int($0.1) })
            #expect(versions <= 34, "\(built)")
            let size = try Data(contentsOf: folder.appending(path: "sluice-adapter")).count
            #expect(size < 13_000_000, "\(size)")
        }
    }
    #endif

    @Test func anotherMachinesProgramIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let other = try await Self.pack(["--arch", "arm64"], in: folder)
            #expect(other.exit == .code(1) && other.errorText.hasPrefix("package-adapter: "), "\(other)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["program"])
        }
    }
}
