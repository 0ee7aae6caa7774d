// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import SluiceWire
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

    /// The script is a function's program, and lies in a folder that is watched, which is named twice besides.
    @Test func aFileIsNamedOnceHoweverOftenItIsGiven() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old")
            try await folder.run(paths: [".", "./", folder.path]) { lambda in
                try await lambda.log.watching()
                _ = try await lambda.invoke([.chunk("a"), .end])
                try folder.writeFunction("new")
                try await lambda.log.renewals(1)
                try await lambda.log.news("what changed") {
                    if case .changed = $0 { true } else { false }
                }
                let changes = lambda.log.all.compactMap { event -> WatchNews? in
                    if case .watch(.changed(let paths, let count)) = event.kind {
                        .changed(paths: paths, count: count)
                    } else {
                        nil
                    }
                }
                #expect(changes == [.changed(paths: ["function.py"], count: 1)])
            }
        }
    }

    @Test func aFileThatIsWrittenAllTheTimeHoldsNothingUp() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old")
            try folder.write(to: "sources/log")
            try await folder.run { lambda in
                try await lambda.log.watching()
                _ = try await lambda.invoke([.chunk("a"), .end])
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask {
                        for number in 0... {
                            if Task.isCancelled { return }
                            try folder.write("\(number)", to: "sources/log")
                            await Task.yield()
                        }
                    }
                    try folder.writeFunction("new")
                    try await lambda.log.renewals(1)
                    #expect(try await lambda.invoke([.chunk("a"), .end]).body == "new a")
                    try await lambda.log.news("what is left out") {
                        $0 == .leftOut(paths: ["sources/log"], count: 1)
                    }
                    tasks.cancelAll()
                }
                // It counts when it has come to rest, and then it is new like any other file.
                try await lambda.log.news("the log's own change") { $0 == .changed(paths: ["sources/log"], count: 1) }
                #expect(lambda.log.leftOutCount == 1, "said once")
            }
        }
    }

    @Test func saysFromTheStartThatThereIsMoreThanItSees() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old")
            try folder.write(to: "sources/" + String(repeating: "d/", count: Limits.maximumWatchedDepth) + "x")
            try await folder.run { lambda in
                try await lambda.log.watching()
                // Nothing has to change for that.
                try await lambda.log.news("that there is more") {
                    $0 == .tooManyFiles(limit: Limits.maximumWatchedFiles)
                }
            }
        }
    }

    @Test func aProgramThatIsMissingDoesNotKeepTheOthersFromBeingWatched() async throws {
        try await WatchedFolder.with { folder in
            try folder.writeFunction("old")
            var missing = try folder.configuration()
            missing.name = "missing"
            missing.command = ["./missing"]
            try await folder.run(beside: [missing]) { lambda in
                try await lambda.log.news("what it lacks") {
                    $0 == .watchingFunction("missing", .notThereYet("missing"))
                }
                try await lambda.log.watching()
                try folder.write(to: "missing")
                try FileManager.default.removeItem(at: folder.url.appending(path: "missing"))
                _ = try await lambda.invoke([.chunk("a"), .end])
                try folder.writeFunction("new")
                try await lambda.log.renewals(1)
                #expect(try await lambda.invoke([.chunk("a"), .end]).body == "new a")
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
                    if case .buildEnded(.failed("exit code 3"), _, isFirst: false) = $0 { true } else { false }
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
                        if case .buildEnded(.failed(let why), _, isFirst: true) = $0 {
                            why.contains("no-such-builder")
                        } else {
                            false
                        }
                    }
                    #expect(try await lambda.invoke([.chunk("a"), .end]).body == "old a")
                    tasks.cancelAll()
                }
            }
        }
    }
}
