// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// What a function leaves in its folder for temporary files lives as long as its environment, and no longer.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct TemporaryFolderTests {
    private struct Files: Decodable {
        let folder: String
        let names: [String]
    }

    private static func files(of lambda: LocalLambda) async throws -> Files {
        let reply = try await lambda.invoke(streaming: false, [.files])
        return try JSONDecoder().decode(Files.self, from: Data(reply.body.utf8))
    }

    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test func isKeptFromOneInvocationToTheNextAndRemovedWithItsService() async throws {
        let folder = try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.touch("kept"), .chunk("x"), .end])
            let files = try await Self.files(of: lambda)
            #expect(files.names == ["kept"])
            #expect(lambda.log.startedEnvironments == 1)
            return files.folder
        }
        #expect(!Self.exists(folder))
        let run = URL(filePath: folder).deletingLastPathComponent().deletingLastPathComponent()
        #expect(!Self.exists(run.path) && !Self.exists(run.path + ".lock"))
    }

    @Test func isRemovedWithAnEnvironmentThatNobodyNeeds() async throws {
        var function = try ScriptedFunction.configuration()
        function.idleLimit = .milliseconds(50)
        try await LocalLambda.run(function) { lambda in
            _ = try await lambda.invoke([.touch("gone"), .chunk("x"), .end])
            let files = try await Self.files(of: lambda)
            _ = try await lambda.log.endedEnvironment()
            #expect(await Processes.eventually { !Self.exists(files.folder) })
            #expect(try await Self.files(of: lambda).names.isEmpty)
        }
    }

    /// Here a write beyond it goes through, so the log has to say that it would not on Lambda: of a function that is frozen
    /// before anybody has looked, and of one that runs on.
    @Test(arguments: [true, false]) func hasNoMoreRoomThanOnLambdaWithoutAWord(freezes: Bool) async throws {
        var function = try ScriptedFunction.configuration()
        function.ephemeralStorageMegabytes = 4
        function.freezes = freezes
        try await LocalLambda.run(function) { lambda in
            _ = try await lambda.invoke([.store("below/deep/one", megabytes: 2), .chunk("x"), .end])
            _ = try await lambda.invoke([.store("two", megabytes: 3), .chunk("x"), .end])
            let note = try await lambda.log.note("limit ephemeral-storage-megabytes, 4 MB")
            #expect(note.hasPrefix("environment 1 has 6 MB of temporary files, and on Lambda "), "\(note)")
            #expect(note.hasSuffix("4 MB for each environment; Lambda's is 512"), "\(note)")
            #expect(try await lambda.invoke([.store("three", megabytes: 1), .chunk("well"), .end]).body == "well")
        }
    }

    /// Lambda resets such an environment, and its files stay.
    @Test(arguments: [ScriptedFunction.Step.hang, .exit(1)])
    func isLeftToTheNextOneAfterATimeoutOrACrash(last: ScriptedFunction.Step) async throws {
        var function = try ScriptedFunction.configuration()
        function.timeout = .seconds(2)
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke([.touch("left"), last])
            #expect(reply.failureType != nil)
            _ = try await lambda.log.endedEnvironment()
            #expect(try await Self.files(of: lambda).names == ["left"])
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    @Test func isNotSharedByTwoEnvironments() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            async let first = lambda.invoke([.touch("first"), .untilAccepted(port: gate.port), .chunk("x"), .end])
            try await gate.wait()
            #expect(try await Self.files(of: lambda).names.isEmpty)
            await gate.release()
            #expect(try await first.end == .complete)
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    /// Links are not followed, and what cannot be written is removed all the same.
    @Test func takesNothingElseWithItWhenItIsRemoved() async throws {
        let outside = FileManager.default.temporaryDirectory.appending(path: "sluice-outside-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: outside) }
        try Data("mine".utf8).write(to: outside.appending(path: "mine"))
        let folder = try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let folder = try await Self.files(of: lambda).folder
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/link",
                withDestinationPath: outside.path
            )
            try FileManager.default.createDirectory(atPath: folder + "/a/b", withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: folder + "/a/b/file"))
            chmod(folder + "/a/b", 0o500)
            chmod(folder + "/a", 0)
            return folder
        }
        #expect(!Self.exists(folder))
        #expect(Self.exists(outside.appending(path: "mine").path))
    }
}
