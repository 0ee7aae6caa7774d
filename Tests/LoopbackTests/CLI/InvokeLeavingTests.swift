// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Ctrl-C while `sluice invoke --timeline` waits.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct InvokeLeavingTests {
    private func invoke(
        _ steps: [ScriptedFunction.Step],
        script: [String] = [],
        _ body: (ChildProcess) async throws -> Void
    ) async throws {
        try await SluiceProgram.serve(try SluiceProgram.scripted()) { ready, _ in
            let payload = try ScriptedFunction.Step.event(steps)
            let options = ["scripted", "--stream", "--timeline", "--endpoint", ready.endpoint, "--payload", payload]
            let command = script + [try SluiceProgram.path, "invoke"] + options
            try await withChildProcess(
                command[0],
                Array(command.dropFirst()),
                environment: SluiceProgram.environment(),
                body
            )
        }
    }

    @Test func drawsWhatCameUntilThen() async throws {
        try await self.invoke([.chunk("one"), .chunk("two"), .hang]) { process in
            _ = try await process.bytes { $0 == Array("onetwo".utf8) }
            #expect(try await process.terminate(SIGINT) == .code(130))
            let text = String(decoding: try await process.end(of: .standardError), as: UTF8.self)
            let lines = text.split(separator: "\n")
            #expect(lines.first?.hasPrefix("connected in ") == true, "\(text)")
            #expect(lines.contains { $0.contains("6 B") || $0.contains("3 B") }, "\(text)")
            #expect(lines.contains { $0.contains("end") && $0.hasSuffix("✗") }, "\(text)")
            let last = lines.suffix(2).joined(separator: " ")
            #expect(last.contains("6 B") && last.firstMatch(of: /left by you after [\d.]+ m?s$/) != nil, "\(text)")
        }
    }

    @Test func saysSoWhenNothingHasComeYet() async throws {
        let gate = try await Gate.open()
        try await self.invoke([.untilAccepted(port: gate.port), .hang]) { process in
            try await gate.wait()
            #expect(try await process.terminate(SIGINT) == .code(130))
            let text = String(decoding: try await process.end(of: .standardError), as: UTF8.self)
            #expect(text.contains("no answer · no bytes"), "\(text)")
            #expect(text.contains("left by you after "), "\(text)")
        }
    }

    /// The drawing cannot be written, since nobody reads what has filled its pipe.
    @Test func aSecondOneEndsItAtOnce() async throws {
        let script = """
            fifo=$(mktemp -u) && mkfifo "$fifo" && { sleep 1000 < "$fifo" & } && exec 2> "$fifo" && rm "$fifo" \
            && head -c 65536 /dev/zero >&2 && exec "$@"
            """
        try await self.invoke([.chunk("one"), .hang], script: ["/bin/sh", "-c", script, "sh"]) { process in
            _ = try await process.bytes { $0 == Array("one".utf8) }
            #expect(
                await Processes.eventually {
                    process.send(signal: SIGINT)
                    return !Processes.isAlive(process.processID)
                }
            )
            #expect(try await process.exit() == .code(130))
        }
    }
}
