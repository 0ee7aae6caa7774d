// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// A function that uses more than its memory size is killed, and its caller hears of it in Lambda's words: by the kernel
/// where this user may make control groups, and by the watch, which is all that there is elsewhere.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct MemoryLimitTests {
    @Test(arguments: [true, false])
    func killsAFunctionThatUsesMoreThanItsMemorySize(byGroups: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(), limitsMemoryByGroups: byGroups) { lambda in
            let reply = try await lambda.invoke([.allocate(megabytes: 200), .hang])
            #expect(reply.failureType == "Runtime.ExitError")
            #expect(reply.failureMessage?.hasSuffix("Error: Runtime exited with error: signal: killed") == true)
            let line = try await lambda.log.reports(atLeast: 1)[0].line
            #expect(line.contains("\tMemory Size: 128 MB\tMax Memory Used: 128 MB\t"), "\(line)")
            #expect(line.hasSuffix("\tStatus: error\tError Type: Runtime.ExitError"), "\(line)")
            let note = try await lambda.log.first("a word of it") { if case .note(let text) = $0 { text } else { nil } }
            #expect(note.hasPrefix("environment 1 is killed: it "), "\(note)")
            #expect(note.hasSuffix(", and its memory size is 128 MB"), "\(note)")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    @Test(arguments: [true, false])
    func breaksOffTheStreamOfOneThatIsKilledInTheMiddle(byGroups: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(), limitsMemoryByGroups: byGroups) { lambda in
            let reply = try await lambda.invoke([.chunk("x"), .allocate(megabytes: 200), .hang])
            #expect(reply.body == "x")
            #expect(reply.failureType == "Runtime.TruncatedResponse", "\(reply)")
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect(report.maximumMemoryUsedMegabytes == 128)
        }
    }

    @Test(arguments: [true, false])
    func countsWhatItStartedToo(byGroups: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(), limitsMemoryByGroups: byGroups) { lambda in
            let python = try ScriptedFunction.command[0]
            let child = [python, "-c", "import signal; taken = b'x' * (200 << 20); signal.pause()"]
            let reply = try await lambda.invoke([.child(child), .hang])
            #expect(reply.failureMessage?.hasSuffix("signal: killed") == true, "\(reply)")
            let process = try await lambda.log.children()[0]
            #expect(await Processes.eventually { !Processes.isAlive(process) })
        }
    }

    @Test(arguments: [true, false])
    func letsItHaveWhatItsMemorySizeAllows(byGroups: Bool) async throws {
        var function = try ScriptedFunction.configuration()
        function.memoryMegabytes = 512
        try await LocalLambda.run(function, limitsMemoryByGroups: byGroups) { lambda in
            let reply = try await lambda.invoke([.allocate(megabytes: 200), .chunk("x"), .end])
            #expect(reply.end == .complete)
            #expect(try await lambda.log.reports(atLeast: 1)[0].maximumMemoryUsedMegabytes ?? 0 >= 200)
        }
    }

    /// There it has a type of its own.
    @Test(arguments: [true, false]) func hasATypeOfItsOwnOnManagedInstances(byGroups: Bool) async throws {
        var function = try ScriptedFunction.configuration()
        function.managedConcurrency = 1
        try await LocalLambda.run(function, limitsMemoryByGroups: byGroups) { lambda in
            let reply = try await lambda.invoke([.allocate(megabytes: 200), .hang])
            #expect(reply.failureType == "Runtime.OutOfMemory", "\(reply)")
            #expect(reply.failureMessage?.hasSuffix("signal: killed") == true)
        }
    }

    /// Two of them, and each has less than the memory size.
    @Test(arguments: [true, false]) func countsWhatExtensionsHoldToo(byGroups: Bool) async throws {
        var script = ScriptedExtensions.Script()
        script.initialisation = [["allocate", 80]]
        try await ScriptedExtensions.with(["e": script]) { extensions in
            try await LocalLambda.run(try extensions.configuration(), limitsMemoryByGroups: byGroups) { lambda in
                let reply = try await lambda.invoke([.allocate(megabytes: 80), .hang])
                let types = ["Runtime.ExitError", "Extension.Crash"]
                #expect(types.contains(reply.failureType ?? ""), "whom the kernel chooses: \(reply)")
                let report = try await lambda.log.reports(atLeast: 1)[0]
                #expect(report.maximumMemoryUsedMegabytes == 128, "\(report.line)")
            }
        }
    }

    /// A small one is killed in the meantime, so that the look has been taken.
    @Test func killsNobodyWhereItIsSwitchedOff() async throws {
        var unlimited = try ScriptedFunction.configuration(name: "unlimited")
        unlimited.enforcesMemory = false
        try await LocalLambda.run(unlimited, try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            async let reply = lambda.invoke(
                of: "unlimited",
                [.allocate(megabytes: 200), .untilAccepted(port: gate.port), .chunk("x"), .end]
            )
            try await gate.wait()
            #expect(try await lambda.invoke([.allocate(megabytes: 200), .hang]).failureType == "Runtime.ExitError")
            await gate.release()
            #expect(try await reply.end == .complete)
        }
    }
}
