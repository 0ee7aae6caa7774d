// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceAdapterCLI
@testable import SluiceCLI

@Suite struct PlacementTests {
    private func placement(
        _ arguments: [String],
        program: String = "/usr/bin/sluice-adapter",
        variables: [String: String] = [:]
    ) throws -> Placement {
        try Placement(
            arguments: arguments,
            program: program,
            isProgram: { $0 == program },
            variable: { variables[$0] }
        )
    }

    @Test func aCommandMakesItAParent() throws {
        let parent = Placement.parent(command: ["uvicorn", "app:app", "--", "x"])
        #expect(try self.placement(["--", "uvicorn", "app:app", "--", "x"]) == parent)
        #expect(try self.placement(["--", "uvicorn", "app:app", "--", "x"], program: "/opt/extensions/a") == parent)
    }

    @Test func aFolderForExtensionsMakesItOneUnderItsFilesName() throws {
        let placement = try self.placement([], program: "/opt/extensions/my-adapter")
        #expect(placement == .externalExtension(name: "my-adapter"))
    }

    /// A wrapper is called with the command of the runtime that it stands for.
    @Test(arguments: [[], ["/var/lang/bin/python3", "/var/runtime/bootstrap.py"]])
    func elsewhereItStartsWhatTheHandlerNames(arguments: [String]) throws {
        let variables = ["_HANDLER": "run.sh", "LAMBDA_TASK_ROOT": "/var/task"]
        let placement = try self.placement(arguments, program: "/opt/bootstrap", variables: variables)
        #expect(placement == .parent(command: ["/var/task/run.sh"]))
    }

    @Test(arguments: [["--"], ["--prot", "--", "x"], []])
    func whatSaysNothingIsAProblem(arguments: [String]) {
        #expect(throws: Placement.Problem.self) { try self.placement(arguments) }
    }

    /// As `bootstrap` it would start itself, and that one itself again.
    @Test func aHandlerThatNamesTheAdapterIsAProblem() throws {
        let variables = ["_HANDLER": "bootstrap", "LAMBDA_TASK_ROOT": "/var/task"]
        let problem = #expect(throws: Placement.Problem.self) {
            try self.placement([], program: "/var/task/bootstrap", variables: variables)
        }
        #expect(problem?.description.contains("names the adapter itself") == true)
    }

    @Test func theAdapterAsBootstrapDoesNotStartItself() async throws {
        try await self.withFolder { folder in
            let path = folder + "/bootstrap"
            try self.install(at: path)
            let result = try await runProgram(
                path,
                environment: [
                    "_HANDLER": "bootstrap", "LAMBDA_TASK_ROOT": folder, "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
                ]
            )
            #expect(result.exit == .code(64))
            #expect(result.errorText.contains("such as run.sh"), "\(result)")
        }
    }

    // MARK: In the local Lambda

    private func answer(_ app: AdaptedApplication) async throws -> Int? { try await app.get("/status/201").status }

    @Test func worksAsTheWrapperOfALayer() async throws {
        try await self.withFolder { folder in
            let wrapper = folder + "/opt/bootstrap"
            let script = "#!/bin/sh\nexec python3 '\(AdaptedApplication.script)'\n"
            try self.install(at: wrapper)
            try script.write(toFile: folder + "/run.sh", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/run.sh")
            try await AdaptedApplication.run(
                variables: ["_HANDLER": "run.sh"],
                configure: {
                    $0.command = [wrapper, "/var/runtime/bootstrap"]
                    $0.workingDirectory = folder
                },
                body: { app async throws in #expect(try await self.answer(app) == 201) }
            )
        }
    }

    /// In the package itself, for `provided.al2023`; the second line is written when the first has been read.
    @Test func worksAsTheBootstrapOfAPackage() async throws {
        let gate = try await Gate.open()
        try await self.withFolder { folder in
            try self.install(at: folder + "/bootstrap")
            let script = "#!/bin/sh\nexec python3 '\(AdaptedApplication.script)'\n"
            try script.write(toFile: folder + "/run.sh", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/run.sh")
            try await AdaptedApplication.run(
                variables: ["_HANDLER": "run.sh"],
                configure: {
                    $0.command = [folder + "/bootstrap"]
                    $0.workingDirectory = folder
                },
                body: { app async throws in
                    let reply = try await app.getInLockStep(through: gate)
                    #expect(reply.status == 200 && reply.body == "first\nsecond\n" && reply.end == .complete)
                }
            )
        }
    }

    /// Beside the image's own command, which knows nothing of the Runtime API.
    @Test func worksAsAnExtensionOfAnImage() async throws {
        try await self.withFolder { folder in
            let extensions = folder + "/opt/extensions"
            try self.install(at: extensions + "/sluice-adapter")
            try await AdaptedApplication.run(
                configure: {
                    $0.command = ["python3", AdaptedApplication.script]
                    $0.extensionFolders = [extensions]
                },
                body: { app async throws in
                    #expect(try await self.answer(app) == 201)
                    #expect(try await self.answer(app) == 201)
                }
            )
        }
    }

    private func install(at path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A copy: the path of a link is its target's.
        try FileManager.default.copyItem(atPath: BuiltProducts.url(of: "sluice-adapter").path, toPath: path)
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}
