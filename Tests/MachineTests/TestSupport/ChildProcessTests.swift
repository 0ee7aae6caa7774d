// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

@Suite struct ChildProcessTests {
    @Test func runsAProgramToItsEndWithInputAndBothOutputs() async throws {
        let result = try await runProgram(
            "sh",
            ["-c", "cat; echo $GREETING >&2; exit 3"],
            environment: ["GREETING": "hi"],
            input: [1, 0, 255]
        )
        #expect(result.exit == .code(3))
        #expect(result.standardOutput == [1, 0, 255])
        #expect(result.errorText == "hi\n")
    }

    @Test func startsInTheDirectoryItIsGiven() async throws {
        let result = try await runProgram("pwd", directory: "/")
        #expect(result.outputText == "/\n")
    }

    @Test func aProgramThatDoesNotReadItsInputIsNoFailure() async throws {
        let result = try await runProgram("true", input: [UInt8](repeating: 0, count: 1_000_000))
        #expect(result.exit == .code(0))
    }

    @Test func aProgramThatDoesNotExistIsNamed() async throws {
        let error = await #expect(throws: CannotStart.self) { try await runProgram("no-such-program") }
        #expect(error?.description.contains("no-such-program") == true)
    }

    @Test func killsWhatOverrunsItsDeadline() async throws {
        await #expect(throws: DeadlinePassed.self) {
            try await runProgram("sleep", ["600"], within: .milliseconds(50))
        }
    }

    @Test func linesAreAwaitedAsTheyCome() async throws {
        try await withChildProcess("sh", ["-c", "while read word; do echo got $word; done; printf rest"]) { child in
            try await child.write("one\n")
            #expect(try await child.line() == "got one")
            try await child.write("two\nthree\n")
            #expect(try await child.line { $0.hasSuffix("three") } == "got three")
            try await child.closeStandardInput()
            #expect(try await child.line() == "rest")
            #expect(try await child.exit() == .code(0))
            #expect(String(decoding: child.printed(on: .standardOutput), as: UTF8.self).contains("got two"))
        }
    }

    @Test func aLineThatNeverComesEndsWithTheStream() async throws {
        let error = await #expect(throws: ChildEnded.self) {
            try await withChildProcess("sh", ["-c", "echo why >&2"]) { try await $0.line() }
        }
        #expect(error?.description.contains("why") == true)
    }

    @Test func aSignalEndsItAndIsReported() async throws {
        let exit = try await withChildProcess("sleep", ["600"]) { try await $0.terminate() }
        #expect(exit == .signal(SIGTERM))
        try await withChildProcess("sh", ["-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done"]) {
            child in
            _ = try await child.line()
            #expect(try await child.terminate() == .code(7))
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/stat"), "needs Linux's /proc"))
    func nothingOutlivesTheScopeEvenOnAThrow() async throws {
        struct Thrown: Error {}
        var processes: [Int32] = []
        await #expect(throws: Thrown.self) {
            // A grandchild in a process group of its own, which a signal to the group would miss.
            try await withChildProcess("bash", ["-c", "set -m; sleep 600 & echo $!; wait"]) { child in
                let grandchild = try #require(Int32(try await child.line()))
                processes = child.livingProcesses()
                #expect(Set(processes) == [child.processID, grandchild])
                #expect(getpgid(grandchild) != child.processID)
                throw Thrown()
            }
        }
        #expect(processes.count == 2)
        for process in processes {
            #expect(!isAlive(process))
        }
    }

    /// A killed orphan may stay a zombie until its new parent reaps it.
    private func isAlive(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return false }
        return !status.contains("State:\tZ") && !status.contains("State:\tX")
    }
}
