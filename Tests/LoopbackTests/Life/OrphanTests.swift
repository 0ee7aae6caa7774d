// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// A service that is killed can end nothing; the next one ends what it left, and nothing else.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct OrphanTests {
    private static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-orphans-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    private static func host(_ folder: String) -> [String: String] {
        ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin", "TMPDIR": folder]
    }

    /// Runs `sluice serve`, lets a function do these steps until it has named its child, and kills the service. The
    /// closure runs before what is left of it would be killed by the test.
    private static func leaveBehind(
        _ steps: [ScriptedFunction.Step],
        in folder: String,
        _ body: (_ child: Int32, _ group: Int32) async throws -> Void
    ) async throws {
        let arguments = try ["serve", "--ready", "json", "--port", "0", "--timeout", "60"] + SluiceProgram.scripted()
        let environment = SluiceProgram.environment(["TMPDIR": folder])
        try await withChildProcess(try SluiceProgram.path, arguments, environment: environment) { service in
            let ready = try JSONDecoder().decode(SluiceProgram.Ready.self, from: Data(try await service.line().utf8))
            let payload = try ScriptedFunction.Step.event(steps)
            let call = ["invoke", "scripted", "--endpoint", ready.endpoint, "--payload", payload]
            try await withChildProcess(try SluiceProgram.path, call, environment: environment) { _ in
                let line = try await service.line(on: .standardError) { $0.contains("child ") }
                let child = try #require(line.split(separator: " ").last.flatMap { Int32($0) })
                let group = try #require(Processes.group(of: child))
                service.send(signal: SIGKILL)
                _ = try await service.exit()
                try await body(child, group)
            }
        }
    }

    /// The runtime loses its connection, and whether it ends of it is its own affair; its child does not.
    @Test(arguments: [true, false])
    func theNextServiceEndsWhatAKilledOneLeftBehind(runtimeLives: Bool) async throws {
        try await Self.withFolder { folder in
            let last: [ScriptedFunction.Step] = runtimeLives ? [.hang] : [.begin, .tell]
            try await Self.leaveBehind([.child(["sleep", "1000"])] + last, in: folder) { child, group in
                if runtimeLives {
                    #expect(Processes.isAlive(group))
                } else {
                    // Reaped too, so that nobody has its number.
                    #expect(await Processes.eventually { !Processes.exists(group) })
                }
                #expect(Processes.isAlive(child))

                let log = LocalLambda.Log()
                let function = try ScriptedFunction.configuration()
                try await LocalLambda.run(function, hostVariables: Self.host(folder), log: log) { _ in
                    // Before it is ready, so nothing is waited for but the kernel.
                    #expect(await Processes.eventually { !Processes.groupIsAlive(group) })
                }
                let note = try await log.first("a word of it") { if case .note(let text) = $0 { text } else { nil } }
                #expect(note == "ended 1 process group that a local Lambda left behind when it was killed")
                let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/sluice-\(geteuid())")
                #expect(left.isEmpty, "\(left)")
            }
        }
    }

    @Test func leavesTheEnvironmentsOfAServiceThatLives() async throws {
        try await Self.withFolder { folder in
            let function = try ScriptedFunction.configuration()
            try await LocalLambda.run(function, hostVariables: Self.host(folder)) { first in
                _ = try await first.invoke([.processID, .chunk("x"), .end])
                let process = try await first.log.children()[0]
                try await LocalLambda.run(function, hostVariables: Self.host(folder)) { second in
                    let reply = try await second.invoke([.chunk("x"), .end])
                    #expect(reply.end == .complete)
                    #expect(Processes.isAlive(process))
                }
                #expect(try await first.invoke([.chunk("y"), .end]).body == "y")
                #expect(first.log.startedEnvironments == 1)
            }
        }
    }

    /// Its number was a function's once, and is another's now.
    @Test func leavesAProcessAloneThatStartedAtAnotherTime() async throws {
        try await Self.withFolder { folder in
            try await withChildProcess("sleep", ["1000"]) { stranger in
                let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).prefix(8)
                let base = "\(folder)/sluice-\(geteuid())"
                let run = "\(base)/1-\(boot)-0"
                try FileManager.default.createDirectory(atPath: run + "/groups", withIntermediateDirectories: true)
                chmod(base, 0o700)
                #expect(FileManager.default.createFile(atPath: run + ".lock", contents: nil))
                let record = GroupRecord(group: stranger.processID, startTicks: 1, runtimeAPIPort: 9001)
                let path = "\(run)/groups/\(record.fileName)"
                #expect(FileManager.default.createFile(atPath: path, contents: nil))

                let log = LocalLambda.Log()
                try await LocalLambda.run(
                    try ScriptedFunction.configuration(),
                    hostVariables: Self.host(folder),
                    log: log
                ) { _ in }
                #expect(!FileManager.default.fileExists(atPath: run), "the record has been read")
                #expect(Processes.isAlive(stranger.processID))
                #expect(log.count { if case .note = $0 { true } else { false } } == 0)
            }
        }
    }

    /// Somebody else's folder is not written to, and nothing in it is believed.
    @Test func doesWithoutAFolderThatOthersCanWriteTo() async throws {
        try await Self.withFolder { folder in
            let base = "\(folder)/sluice-\(geteuid())"
            try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
            chmod(base, 0o777)
            let log = LocalLambda.Log()
            let host = Self.host(folder)
            try await LocalLambda.run(try ScriptedFunction.configuration(), hostVariables: host, log: log) { lambda in
                let reply = try await lambda.invoke(streaming: false, [.files])
                #expect(reply.body.contains(#""folder": "\#(folder)""#), "\(reply)")
            }
            let note = try await log.first("a word of it") { if case .note(let text) = $0 { text } else { nil } }
            #expect(note.hasPrefix("cannot have a folder of its own in \(folder)"), "\(note)")
        }
    }
}
