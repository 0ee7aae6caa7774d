// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// A function with layers lives and ends as one without: its process is the one that the service started.
@Suite(.timeLimit(.minutes(5)), .requires(.python3, .unshare), .takesTurns) struct LayeredLifeTests {
    private static func run(
        _ change: (inout FunctionConfiguration) -> Void = { _ in },
        _ body: @Sendable (LocalLambda) async throws -> Void
    ) async throws {
        try await LayerFixture.with { fixture in
            var function = try LayerFixture.function([try fixture.layer("one", ["sluice/x": "x"])])
            change(&function)
            try await LocalLambda.run(function, body: body)
        }
    }

    @Test func beginsWithNothingOfWhatMountedItsLayers() async throws {
        try await Self.run({ $0.workingDirectory = "/usr" }) { lambda in
            let facts = try await lambda.invoke(streaming: false, [.facts]).body
            #expect(facts.contains(#""directory": "/usr""#), "\(facts)")
            #expect(facts.contains(#""isGroupLeader": true"#), "\(facts)")
            #expect(facts.contains(#""descriptors": [0, 1, 2, 3]"#), "\(facts)")
            #expect(facts.contains(#""blocked": "0000000000000000""#), "\(facts)")
        }
    }

    @Test func isStoppedBetweenInvocationsAndGoesOn() async throws {
        try await Self.run { lambda in
            _ = try await lambda.invoke([.processID, .child(["sleep", "1000"]), .chunk("one"), .end])
            let processes = try await lambda.log.children(2)
            #expect(await Processes.eventually { processes.allSatisfy(Processes.isStopped) })
            #expect(try await lambda.invoke([.chunk("two"), .end]).body == "two")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test(arguments: [
        (ScriptedFunction.Step.exit(7), "exit status 7"), (.exit(137), "exit status 137"),
        (.kill("SIGKILL"), "signal: killed"), (.kill("SIGTERM"), "signal: terminated"),
    ])
    func itsEndIsToldAsItWas(step: ScriptedFunction.Step, words: String) async throws {
        try await Self.run { lambda in
            let reply = try await lambda.invoke([step])
            #expect(reply.failureType == "Runtime.ExitError")
            #expect(reply.failureMessage?.hasSuffix("Error: Runtime exited with error: \(words)") == true, "\(reply)")
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
        }
    }

    @Test func isEndedAtItsTimeOutWithWhatItStarted() async throws {
        try await Self.run({ $0.timeout = .seconds(1) }) { lambda in
            let reply = try await lambda.invoke([.processID, .child(["sleep", "1000"]), .hang])
            #expect(reply.failureType == "Sandbox.Timedout")
            let processes = try await lambda.log.children(2)
            #expect(await Processes.eventually { !processes.contains(where: Processes.isAlive) })
        }
    }

    @Test func itsOwnMemoryIsMeasured() async throws {
        try await Self.run { lambda in
            _ = try await lambda.invoke([.allocate(megabytes: 60), .chunk("x"), .end])
            let report = try await lambda.log.reports(atLeast: 1)[0]
            #expect((61...127).contains(report.maximumMemoryUsedMegabytes ?? 0), "\(report)")
            let reply = try await lambda.invoke([.allocate(megabytes: 200), .hang])
            #expect(reply.failureMessage?.hasSuffix("signal: killed") == true, "\(reply)")
        }
    }

    @Test(arguments: [
        ("/opt/sluice/none", "fork/exec /opt/sluice/none: no such file or directory"),
        ("/opt/sluice", "fork/exec /opt/sluice: permission denied"),
        ("no-such-program-anywhere", "executable file not found in $PATH"),
        ("/opt/bin/odd", "its first line names an interpreter that is not there: /opt/bin/none"),
    ])
    func saysWhatIsWrongWithAProgram(program: String, words: String) async throws {
        try await LayerFixture.with { fixture in
            let layer = try fixture.layer("one", ["sluice/x": "x", "bin/odd": "#!/opt/bin/none\n"])
            var function = try LayerFixture.function([layer])
            function.command = [program]
            try await LocalLambda.run(function) { lambda in
                let reply = try await lambda.invoke(streaming: false, [.end])
                #expect(reply.failureType == "Runtime.InvalidEntrypoint")
                #expect(reply.failureMessage?.contains(words) == true, "\(reply)")
            }
        }
    }
}
