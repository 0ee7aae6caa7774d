// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Files change, and functions run what they have become.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct FunctionWatchTests {
    @Test func aStreamUnderWayFinishesWithTheOldCodeAndTheNextRunsTheNew() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old")
            try await folder.run { lambda in
                try await lambda.log.watching()
                let gate = try await Gate.open()
                async let old = lambda.invoke([
                    .chunk("a;"), .untilAccepted(port: gate.port), .chunk("b"), .end,
                ])
                try await gate.wait()
                try folder.writeFunction("new")
                try await lambda.log.renewals(1)
                #expect(try await lambda.invoke([.chunk("c"), .end]).body == "new c")
                await gate.release()
                let reply = try await old
                #expect(reply.body == "old a;old b")
                #expect(reply.end == .complete)
            }
        }
    }

    @Test func whatIsBuiltIsRun() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old", to: "sources/function.py")
            try await folder.run(build: "echo compiling; cp sources/function.py .") { lambda in
                try await lambda.log.watching()
                #expect(try await lambda.invoke([.chunk("a"), .end]).body == "old a", "the first build")
                try folder.writeFunction("new", to: "sources/function.py")
                try await lambda.log.renewals(1)
                #expect(try await lambda.invoke([.chunk("b"), .end]).body == "new b")
                try await lambda.log.news("the build's output", count: 2) { $0 == .buildOutput("compiling") }
                try await lambda.log.news("what changed") { $0 == .changed(paths: ["sources/function.py"], count: 1) }
            }
        }
    }

    @Test func aBuildThatFailsLeavesTheOldCodeServing() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old", to: "sources/function.py")
            let build = """
                cp sources/function.py .; test -e sources/broken && { echo no, broken; echo x > function.py; exit 3; }; exit 0
                """
            try await folder.run(build: build) { lambda in
                try await lambda.log.watching()
                #expect(try await lambda.invoke([.chunk("a"), .end]).body == "old a")
                _ = try await lambda.log.reports(atLeast: 1)
                try folder.write(to: "sources/broken")
                try await lambda.log.news("a build that fails") {
                    if case .buildEnded(.failed("exit code 3"), _) = $0 { true } else { false }
                }
                try await lambda.log.news("the build's words") { $0 == .buildOutput("no, broken") }
                #expect(try await lambda.invoke([.chunk("b"), .end]).body == "old b")
                #expect(lambda.log.startedEnvironments == 1)
                #expect(lambda.log.renewalCount == 0)
                // Mended, it is built and run.
                try FileManager.default.removeItem(at: folder.url.appending(path: "sources/broken"))
                try folder.writeFunction("new", to: "sources/function.py")
                try await lambda.log.renewals(1)
                #expect(try await lambda.invoke([.chunk("c"), .end]).body == "new c")
            }
        }
    }

    @Test func changesDuringABuildAreBuiltOnceMore() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old")
            try folder.write(to: "sources/a")
            let gate = try await Gate.open()
            // Held at the gate until it is opened for all.
            let python = try ScriptedFunction.command[0]
            let wait = "import socket; socket.create_connection(('127.0.0.1', \(gate.port))).recv(1)"
            let build = "'\(python)' -I -S -c \"\(wait)\" 2> /dev/null; exit 0"
            try await folder.run(build: build) { lambda in
                try await gate.wait()
                for number in 1...3 {
                    try folder.write("\(number)", to: "sources/a")
                    try folder.write(to: "sources/b\(number)")
                }
                await gate.release()
                try await lambda.log.builds(2)
                try folder.write("4", to: "sources/a")
                try await lambda.log.builds(3)
                #expect(lambda.log.startedBuilds == 3)
            }
        }
    }

    @Test func aBuildThatCannotBeStartedSaysWhy() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old")
            let function = try folder.configuration()
            let watch = WatchConfiguration(
                functions: [function],
                buildCommand: ["./no-such-builder"],
                workingDirectory: folder.path
            )
            try await LocalLambda.run(function) { lambda in
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { await FunctionWatch(watch, of: lambda.addresses.control).run() }
                    try await lambda.log.news("a build that fails") {
                        if case .buildEnded(.failed(let why), _) = $0 { why.contains("no-such-builder") } else { false }
                    }
                    #expect(try await lambda.invoke([.chunk("a"), .end]).body == "old a")
                    tasks.cancelAll()
                }
            }
        }
    }
}
