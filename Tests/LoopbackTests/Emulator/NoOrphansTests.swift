// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// Whatever a function has started ends with it: the children share its process group.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct NoOrphansTests {
    private static let stubborn = ["sh", "-c", "trap '' TERM INT HUP; sleep 1000 & sleep 1000"]

    /// All of the group are gone.
    private static func isGone(_ group: Int32) async -> Bool {
        await Processes.eventually { !Processes.groupIsAlive(group) }
    }

    @Test(arguments: [
        [ScriptedFunction.Step.chunk("x"), .end],
        // It has its answer, and is frozen when the service stops.
        [.chunk("x"), .end, .stopGroup],
        // It is in mid-stream, and frozen.
        [.begin, .stopGroup],
    ])
    func leavesNoneAfterAStop(script: [ScriptedFunction.Step]) async throws {
        let log = LocalLambda.Log()
        let group = try await LocalLambda.run(try ScriptedFunction.configuration(), log: log) { lambda in
            try await withThrowingTaskGroup(of: Void.self) { calls in
                calls.addTask { _ = try? await lambda.invoke([.child(Self.stubborn)] + script) }
                let child = try await log.children()[0]
                let group = try #require(Processes.group(of: child))
                #expect(group != child, "the child shares the function's group")
                if script.contains(where: { if case .stopGroup = $0 { true } else { false } }) {
                    #expect(await Processes.eventually { Processes.isStopped(group) })
                    calls.cancelAll()
                } else {
                    try await calls.waitForAll()
                }
                return group
            }
        }
        #expect(await Self.isGone(group))
    }

    @Test(arguments: [ScriptedFunction.Step.exit(1), .kill("SIGKILL"), .kill("SIGABRT")])
    func leavesNoneAfterACrash(last: ScriptedFunction.Step) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            async let reply = lambda.invoke([.child(Self.stubborn), .untilAccepted(port: gate.port), last])
            let child = try await lambda.log.children()[0]
            let group = try #require(Processes.group(of: child))
            await gate.release()
            #expect(try await reply.failureType == "Runtime.ExitError")
            // The service runs on.
            #expect(await Self.isGone(group))
        }
    }

    @Test func leavesNoneAfterATimeout() async throws {
        var function = try ScriptedFunction.configuration()
        function.timeout = .seconds(2)
        try await LocalLambda.run(function) { lambda in
            async let reply = lambda.invoke([.child(Self.stubborn), .hang])
            let child = try await lambda.log.children()[0]
            let group = try #require(Processes.group(of: child))
            #expect(try await reply.failureType == "Sandbox.Timedout")
            #expect(await Self.isGone(group))
        }
    }

    @Test func leavesNoneAfterAFailedStart() async throws {
        let function = try ScriptedFunction.configuration(
            initialisation: [.child(Self.stubborn), .initError(type: "Init.No", body: "{}"), .hang]
        )
        try await LocalLambda.run(function) { lambda in
            async let reply = lambda.invoke([.end])
            let child = try await lambda.log.children()[0]
            let group = Processes.group(of: child)
            #expect(try await reply.failureType == "Init.No")
            if let group { #expect(await Self.isGone(group)) }
        }
    }
}
