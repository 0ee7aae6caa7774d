// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// A command that cannot be started: the caller hears Lambda's words, and what to do.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct EntrypointProblemTests {
    private static func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private static func message(
        of command: String,
        in folder: URL,
        type: String = "Runtime.InvalidEntrypoint"
    ) async throws -> String {
        let function = FunctionConfiguration(name: "scripted", command: [command], workingDirectory: folder.path)
        return try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke(streaming: false, [.end])
            #expect(reply.failureType == type)
            #expect(try await lambda.invoke([.end]).failureType == type)
            #expect(try await lambda.request([.end]).status == 502)
            let message = try #require(reply.failureMessage)
            return message.components(separatedBy: " Error: ").last ?? ""
        }
    }

    @Test(arguments: [
        ("file", 0o755, "", "fork/exec ./file: exec format error (it is no program for this machine"),
        ("file", 0o755, "\u{7F}ELF nonsense", "fork/exec ./file: exec format error (it is no program"),
        ("file", 0o644, "#!/bin/sh\n", "fork/exec ./file: permission denied (it is not executable; chmod +x"),
        ("file", 0o755, "#!/no/such\n", "no such file or directory (its first line names an interpreter that is not"),
        ("file", 0o755, "#!/bin/sh\r\n", "is not there: /bin/sh\r; the line ends with a carriage return)"),
        ("other", 0o755, "", "fork/exec ./file: no such file or directory (there is no such file; has it been built?)"),
    ])
    func saysWhatIsWrongWithAFile(name: String, mode: Int, content: String, expected: String) async throws {
        // Root may run nothing either that nobody may run, but reads everything: the mode is what counts.
        try await Self.withFolder { folder in
            let file = folder.appending(path: name)
            try Data(content.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            let message = try await Self.message(of: "./file", in: folder)
            #expect(message.contains(expected), "\(message)")
        }
    }

    @Test func saysThatItIsAFolder() async throws {
        try await Self.withFolder { folder in
            let message = try await Self.message(of: folder.path, in: folder)
            #expect(message == "fork/exec \(folder.path): permission denied (it is a folder; name the program in it)")
        }
    }

    @Test func saysThatANameIsNotInThePath() async throws {
        try await Self.withFolder { folder in
            let message = try await Self.message(of: "no-such-program-anywhere", in: folder)
            #expect(message.hasPrefix("exec: \"no-such-program-anywhere\": executable file not found in $PATH ("))
            #expect(message.contains("./no-such-program-anywhere"))
        }
    }

    @Test func saysThatTheWorkingDirectoryIsMissing() async throws {
        let folder = URL(filePath: "/does/not/exist")
        let message = try await Self.message(of: "/bin/sh", in: folder, type: "Runtime.InvalidWorkingDir")
        #expect(message.hasPrefix("chdir /does/not/exist: no such file or directory ("), "\(message)")
    }
}
