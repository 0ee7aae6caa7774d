// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// `sluice serve --watch`, as its user sees it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ServeWatchTests {
    private func function() throws -> [String] {
        let words = (try ScriptedFunction.command.dropLast() + ["function.py"]).map { "'\($0)'" }
        return ["--function", "fn=" + words.joined(separator: " ")]
    }

    private func invoke(_ ready: SluiceProgram.Ready) async throws -> String {
        let payload = try ScriptedFunction.Step.event([.chunk("x"), .end])
        return try await SluiceProgram.run([
            "invoke", "fn", "--endpoint", ready.endpoint, "--stream", "--payload", payload,
        ]).outputText
    }

    @Test func runsAScriptThatChangedFromTheNextInvocationOn() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old")
            let arguments = try self.function() + ["--watch"]
            try await SluiceProgram.serve(arguments, directory: folder.path) { ready, process in
                let sees = try await process.line(on: .standardError) { $0.contains(" watch ") }
                let python = try ScriptedFunction.command[0]
                #expect(sees.hasSuffix(" watch sees \(python) and function.py of fn"), "\(sees)")
                #expect(try await self.invoke(ready) == "old x")
                try folder.writeFunction("new")
                let changed = try await process.line(on: .standardError) { $0.contains(" watch ") }
                #expect(changed.hasSuffix(" watch changed: function.py"), "\(changed)")
                let renewed = try await process.line(on: .standardError) { $0.contains(" fn renewed: ") }
                #expect(
                    renewed.hasSuffix("the next invocation runs the new code; 1 idle environment ended"),
                    "\(renewed)"
                )
                #expect(try await self.invoke(ready) == "new x")
            }
        }
    }

    @Test func buildsBeforeItIsReadyAndAfterEachChange() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old", to: "sources/function.py")
            let arguments =
                try self.function() + ["--build", "cp -v sources/function.py function.py", "--watch-path", "sources"]
            try await SluiceProgram.serve(arguments, directory: folder.path) { ready, process in
                #expect(try await self.invoke(ready) == "old x")
                try folder.writeFunction("new", to: "sources/function.py")
                for text in [
                    "watch changed: sources/function.py", "watch building: cp -v ", "watch build| 'sources/",
                    "watch built in ",
                ] {
                    _ = try await process.line(on: .standardError) { $0.contains(text) }
                }
                _ = try await process.line(on: .standardError) { $0.contains(" fn renewed: ") }
                #expect(try await self.invoke(ready) == "new x")
                // What is for programs stays for programs.
                #expect(process.printed(on: .standardOutput).count { $0 == UInt8(ascii: "\n") } == 1)
            }
        }
    }

    @Test func saysWhatItSeesAndOfWhichFunctionItSeesNothing() async throws {
        try await WatchedFolder.with { folder in
            try folder.write(to: "sources/a")
            try folder.write(to: "sources/b")
            let functions = ["--function", "on-path=true --port 1", "--function", "later=./not-built-yet"]
            let arguments = functions + ["--watch-path", "sources", "--watch-path", "./sources/"]
            try await SluiceProgram.serve(arguments, directory: folder.path) { _, process in
                var lines: [String] = []
                while lines.count < 3 {
                    lines.append(try await process.line(on: .standardError) { $0.contains(" watch ") })
                }
                let expected = [
                    "sees no file of on-path: true is found by PATH, and no argument is a file",
                    "sees no file of later yet: not-built-yet is not there", "sees 2 files in sources",
                ]
                for (line, text) in zip(lines, expected) { #expect(line.hasSuffix(" watch " + text), "\(line)") }
            }
        }
    }

    @Test func aFirstBuildThatFailsDoesNotSpeakOfWhatRanBefore() async throws {
        try await WatchedFolder.with { folder in
            try folder.write(to: "sources/a")
            let arguments = try self.function() + ["--build", "false", "--watch-path", "sources"]
            try await SluiceProgram.serve(arguments, directory: folder.path) { _, process in
                let first = try await process.line(on: .standardError) { $0.contains("build failed") }
                #expect(first.hasSuffix(": exit code 1; functions run what is there"), "\(first)")
                try folder.write("2", to: "sources/a")
                let second = try await process.line(on: .standardError) { $0.contains("build failed") }
                #expect(second.hasSuffix(": exit code 1; what ran before goes on serving"), "\(second)")
            }
        }
    }

    /// The build has started something that would outlive it.
    @Test func leavesNothingOfABuildThatIsUnderWayBehind() async throws {
        try await WatchedFolder.with { folder in
            try folder.write(to: "sources/a")
            let build = "sh -c 'sleep 1000 & echo child $!; wait'"
            let arguments =
                ["serve", "--port", "0"] + (try self.function()) + ["--build", build, "--watch-path", "sources"]
            try await withChildProcess(try SluiceProgram.path, arguments, directory: folder.path) { process in
                let line = try await process.line(on: .standardError) { $0.contains("build| child ") }
                let child = try #require(line.split(separator: " ").last.flatMap { Int32($0) })
                #expect(Processes.isAlive(child))
                let exit = try await process.terminate()
                #expect(exit == .code(0))
                #expect(await Processes.eventually { !Processes.isAlive(child) })
                #expect(await Processes.eventually { process.livingProcesses().isEmpty })
            }
        }
    }
}
