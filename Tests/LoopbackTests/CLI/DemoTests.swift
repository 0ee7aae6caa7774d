// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// `sluice demo`, as the first thing that a new user runs.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct DemoTests {
    @Test func checksItselfAndSaysTheVerdict() async throws {
        let result = try await SluiceProgram.run(["demo", "--once"])
        #expect(result.exit == .code(0), "\(result)")
        #expect(result.errorText.components(separatedBy: "✓").count == 5, "\(result)")
        #expect(!result.errorText.contains("✗ "), "\(result)")
        #expect(result.errorText.hasSuffix("\nGood: it streams.\n"))
        for line in result.errorText.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    /// Each command is run as it stands there, pasted into a shell.
    @Test(.requires(.curl)) func suggestsOnlyWhatWorks() async throws {
        let program = try SluiceProgram.path
        let folder = URL(filePath: program).deletingLastPathComponent().path
        let environment = SluiceProgram.environment(["PATH": folder + ":" + (RunEnvironment["PATH"] ?? "/usr/bin:/bin")]
        )
        try await withChildProcess(program, ["demo", "--port", "0"], environment: environment) { demo in
            _ = try await demo.line(on: .standardError) { $0 == "Ctrl-C stops it." }
            let text = String(decoding: demo.printed(on: .standardError), as: UTF8.self)
            let lines = text.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 80 || $0.contains("export PATH") }, "\(text)")

            var suggestions: [(what: String, command: String)] = []
            for line in lines.drop(while: { !$0.hasPrefix("or in another") }).dropFirst() {
                if line.hasPrefix("    ") {
                    suggestions[suggestions.count - 1].command += line + "\n"
                } else if line.hasPrefix("  ") {
                    suggestions.append((line.trimmingCharacters(in: .whitespaces), ""))
                }
            }
            #expect(suggestions.count == 6, "\(text)")
            for (what, command) in suggestions {
                let result = try await runProgram("sh", ["-c", command], environment: environment)
                // What curl says of a body that broke off.
                let expected: Int32 = what == "a stream that fails" ? 18 : 0
                #expect(result.exit == .code(expected), "\(command): \(result)")
                #expect(!result.standardOutput.isEmpty, "\(command): \(result)")
            }
            #expect(try await demo.terminate(SIGINT) == .code(0))
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func endsItsFunctionWhenItIsStoppedInTheMiddle(signal: Int32) async throws {
        try await withChildProcess(try SluiceProgram.path, ["demo", "--once"]) { demo in
            // Its first call is through, the next ones are under way.
            _ = try await demo.line(on: .standardError) { $0.contains("status 200") }
            #expect(try await demo.terminate(signal) == .code(1))
            // The function has a group of its own, but no session.
            #expect(await Processes.eventually { demo.livingProcesses().isEmpty })
        }
    }

    @Test func namesThePortThatIsTaken() async throws {
        try await Ports.withFree(2, holding: 1) { base in
            let result = try await SluiceProgram.run(["demo", "--port", "\(base)"])
            #expect(result.exit == .code(1))
            #expect(result.errorText.contains("cannot listen on 127.0.0.1:\(base + 1)"), "\(result)")
        }
    }
}
