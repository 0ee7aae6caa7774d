// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// `sluice invoke` against `sluice serve`: what comes out, and with which exit code.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct InvokeEndToEndTests {
    private static func serve(
        _ body: (SluiceProgram.Ready, _ invoke: ([String], [UInt8]) async throws -> ProgramResult) async throws -> Void
    ) async throws {
        let demo = "demo='\(try BuiltProducts.url(of: "SluiceDemoFunction").path)'"
        try await SluiceProgram.serve(try SluiceProgram.scripted() + ["--function", demo]) { ready, _ in
            try await body(ready) { arguments, input in
                try await SluiceProgram.run(["invoke"] + arguments + ["--endpoint", ready.endpoint], input: input)
            }
        }
    }

    private static func event(_ steps: ScriptedFunction.Step...) throws -> String {
        try ScriptedFunction.Step.event(steps)
    }

    @Test func exitsWithZeroAfterAGoodAnswer() async throws {
        try await Self.serve { ready, invoke in
            for options in [[], ["--stream"]] {
                let payload = try Self.event(.chunk("one "), .chunk("two"), .end)
                let result = try await invoke(["scripted", "--payload", payload] + options, [])
                #expect(result.exit == .code(0), "\(result)")
                #expect(result.outputText == "one two")
                #expect(result.standardError.isEmpty)
            }
            let url = try #require(ready.functionURLs["demo"])
            #expect(try await invoke([url + "status/204"], []).exit == .code(0))
        }
    }

    @Test func exitsWithOneWhenTheFunctionFailed() async throws {
        try await Self.serve { ready, invoke in
            let report = #"{"errorType":"My.Error","errorMessage":"it broke"}"#
            for options in [[], ["--stream"]] {
                let error = try Self.event(.error(type: "My.Error", body: report))
                let result = try await invoke(["scripted", "--payload", error] + options, [])
                #expect(result.exit == .code(1))
                #expect(result.errorText == "sluice: failed: My.Error: it broke\n")
            }
            let midStream = try Self.event(.chunk("one"), .trailers(type: "My.Error", body: report))
            let result = try await invoke(["scripted", "--stream", "--payload", midStream], [])
            #expect(result.exit == .code(1))
            #expect(result.outputText == "one", "what had come is kept")
            #expect(result.errorText == "sluice: failed: My.Error: it broke\n")

            let url = try #require(ready.functionURLs["scripted"])
            let onURL = try await invoke([url, "--payload", midStream], [])
            #expect(onURL.exit == .code(2))
            #expect(onURL.outputText == "one")
            let reason = "broken off after 3 bytes: the connection closed before the last chunk"
            #expect(onURL.errorText == "sluice: \(reason)\n")
        }
    }

    @Test func exitsWithOneWhenTheFunctionCannotBeReached() async throws {
        try await Self.serve { ready, invoke in
            let unknown = try await invoke(["nobody"], [])
            #expect(unknown.exit == .code(1))
            #expect(
                unknown.errorText.hasPrefix(
                    "sluice: failed: ResourceNotFoundException: Function not found: arn:aws:lambda"
                )
            )

            let demo = try #require(ready.functionURLs["demo"]), scripted = try #require(ready.functionURLs["scripted"])
            let missing = try await invoke([demo + "nothing"], [])
            #expect(missing.exit == .code(1))
            #expect(missing.outputText == "There is nothing at /nothing.\n")
            #expect(missing.errorText == "sluice: failed: HTTP status 404\n")
            let crashed = try await invoke([scripted, "--payload", try Self.event(.exit(1))], [])
            #expect(crashed.exit == .code(1))
            #expect(crashed.errorText == "sluice: failed: HTTP status 502\n")
        }
        try await Ports.withFree(1) { port in
            let nobody = try await SluiceProgram.run(["invoke", "a", "--endpoint", "http://127.0.0.1:\(port)"])
            #expect(nobody.exit == .code(3))
            #expect(
                nobody.errorText == """
                    sluice: cannot connect to 127.0.0.1:\(port): Connection refused. Is `sluice serve` running?\n
                    """
            )
        }
    }

    @Test func showsTheLogOfTheInvocation() async throws {
        try await Self.serve { ready, invoke in
            for options in [[], ["--stream"]] {
                let payload = try Self.event(.chunk("one"), .end)
                let result = try await invoke(["scripted", "--log", "--payload", payload] + options, [])
                #expect(result.exit == .code(0), "\(result)")
                #expect(result.outputText == "one")
                let lines = result.errorText.split(separator: "\n")
                #expect(lines.first?.hasPrefix("START RequestId: ") == true, "\(result)")
                #expect(lines.last?.hasPrefix("REPORT RequestId: ") == true, "\(result)")
            }
        }
    }

    /// It had no invocation, so there is no log to miss.
    @Test func saysNothingOfALogWhenTheCallWasRefused() async throws {
        try await Self.serve { _, invoke in
            let result = try await invoke(["nobody", "--log"], [])
            #expect(result.errorText.hasPrefix("sluice: failed: ResourceNotFoundException"), "\(result)")
        }
        let broken = try await Ports.withFree(1) { port in
            try await SluiceProgram.run(["invoke", "a", "--log", "--endpoint", "http://127.0.0.1:\(port)"])
        }
        #expect(!broken.errorText.contains("without a log"), "\(broken)")
    }

    /// As `sluice invoke … | head -1`: no error line, and the exit code of a program that SIGPIPE ends.
    @Test func endsQuietlyWhenNobodyReadsItsOutput() async throws {
        try await Self.serve { ready, _ in
            let payload = try Self.event(.chunk("one\n"), .chunk("more\n", times: 100_000), .end)
            let invoke = "'\(try SluiceProgram.path)' invoke scripted --stream --timeline --endpoint \(ready.endpoint)"
            let script = "(\(invoke) --payload '\(payload)'; echo \"exit $?\" >&2) | head -1"
            let result = try await runProgram("/bin/sh", ["-c", script], environment: SluiceProgram.environment())
            #expect(result.outputText == "one\n")
            #expect(result.errorText == "exit 141\n")
        }
    }

    @Test func carriesAnyBytesBothWays() async throws {
        var random = SeededGenerator()
        let bytes = random.bytes(200 * 1024)
        let file = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).bin")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await Self.serve { ready, invoke in
            let url = try #require(ready.functionURLs["scripted"]) + "body"
            let fromFile = try await invoke([url, "--payload", "@" + file.path], [])
            #expect(fromFile.exit == .code(0))
            #expect(fromFile.standardOutput == bytes, "\(random)")
            let fromInput = try await invoke([url, "--payload", "-", "--timeline"], bytes)
            #expect(fromInput.standardOutput == bytes, "\(random)")
        }
    }

    @Test func drawsTheTimelineBesideTheOutput() async throws {
        try await Self.serve { _, invoke in
            let payload = try Self.event(.chunk("one"), .chunk("two"), .end)
            let result = try await invoke(["scripted", "--stream", "--timeline", "--payload", payload], [])
            #expect(result.outputText == "onetwo")
            let lines = result.errorText.split(separator: "\n")
            #expect(lines.first?.hasPrefix("connected in ") == true)
            #expect(lines.dropFirst().first?.contains("gap      size") == true)
            #expect(lines.contains { $0.contains("head") } && lines.contains { $0.contains("end") })
            #expect(lines.last?.hasPrefix("status 200 · first byte ") == true)
            #expect(lines.last?.hasSuffix(" · complete") == true)
            #expect(lines.allSatisfy { $0.count <= 80 })
            #expect(!result.errorText.contains("\u{1B}"), "no colour into a pipe")
        }
    }
}
