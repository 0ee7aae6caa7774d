// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// `sluice serve`, from its start to its end.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ServeTests {
    @Test func saysWhereItListensInOneLineOfJSON() async throws {
        let functions = try SluiceProgram.scripted("one") + SluiceProgram.scripted("two")
        let output = try await SluiceProgram.serve(functions) { ready, process in
            #expect(ready.functionURLs.keys.sorted() == ["one", "two"])
            // Everything listens by now.
            for address in [ready.endpoint] + ready.functionURLs.values {
                let port = try #require(URL(string: address)?.port)
                try await withRawClient(port: port) { _ in }
            }
            let one = try #require(ready.functionURLs["one"]), two = try #require(ready.functionURLs["two"])
            let expected = """
                {"endpoint":"\(ready.endpoint)","functionURLs":{"one":"\(one)","two":"\(two)"}}\n
                """
            #expect(String(decoding: process.printed(on: .standardOutput), as: UTF8.self) == expected)
            #expect(ready.endpoint.wholeMatch(of: /http:\/\/127\.0\.0\.1:\d+/) != nil)
            #expect(one.wholeMatch(of: /http:\/\/127\.0\.0\.1:\d+\//) != nil)
            return process
        }
        // Nothing came after it.
        #expect(try await output.end(of: .standardOutput).count { $0 == UInt8(ascii: "\n") } == 1)
    }

    @Test func givesFunctionURLsThePortsBehindItsOwn() async throws {
        let functions = try SluiceProgram.scripted("z") + SluiceProgram.scripted("a")
        try await Ports.withFree(3) { base in
            let arguments = ["serve", "--ready", "json", "--port", "\(base)"] + functions
            try await withChildProcess(try SluiceProgram.path, arguments) { process in
                let line = try await process.line()
                #expect(
                    line == """
                        {"endpoint":"http://127.0.0.1:\(base)","functionURLs":\
                        {"z":"http://127.0.0.1:\(base + 1)/","a":"http://127.0.0.1:\(base + 2)/"}}
                        """
                )
                let exit = try await process.terminate()
                #expect(exit == .code(0))
            }
        }
    }

    @Test(arguments: [0, 1])
    func failsAndNamesThePortThatIsTaken(distance: Int) async throws {
        let function = try SluiceProgram.scripted()
        try await Ports.withFree(2, holding: distance) { base in
            let result = try await SluiceProgram.run(["serve", "--ready", "json", "--port", "\(base)"] + function)
            #expect(result.exit == .code(1))
            #expect(result.standardOutput.isEmpty, "not ready")
            let message = "cannot listen on 127.0.0.1:\(base + distance): Address already in use"
            #expect(result.errorText.contains(message), "\(result)")
        }
    }

    @Test func tellsAPersonWhatToType() async throws {
        let arguments = ["serve", "--port", "0"] + (try SluiceProgram.scripted("hello"))
        try await withChildProcess(try SluiceProgram.path, arguments) { process in
            _ = try await process.line(on: .standardError) { $0 == "Ctrl-C stops it." }
            let text = String(decoding: process.printed(on: .standardError), as: UTF8.self)
            let url = try #require(text.firstMatch(of: /Function URL  (http:\S+)/)?.1)
            let endpoint = try #require(text.firstMatch(of: /Local Lambda at (http:\S+)/)?.1)
            #expect(text.contains("      curl -N \(url)\n"))
            #expect(text.contains("sluice invoke hello --endpoint \(endpoint) --stream --timeline\n"))
            #expect(text.contains("http://hello.lambda-url.localhost:"))
            #expect(!text.contains("\u{1B}"), "no colour into a pipe")
            for line in text.split(separator: "\n") {
                #expect(line.count <= 80 || line.contains("export PATH"), "\(line)")
            }
            #expect(process.printed(on: .standardOutput).isEmpty)
            #expect(try await process.terminate(SIGINT) == .code(0))
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func leavesNothingBehindWhenItIsAskedToStop(signal: Int32) async throws {
        try await SluiceProgram.serve(try SluiceProgram.scripted()) { ready, process in
            let payload = try ScriptedFunction.Step.event([
                .child(["sh", "-c", "trap '' TERM; sleep 1000"]), .respond("1"),
            ])
            let reply = try await SluiceProgram.run([
                "invoke", "scripted", "--endpoint", ready.endpoint, "--payload", payload,
            ])
            #expect(reply.outputText == "1", "\(reply)")
            let line = try await process.line(on: .standardError) { $0.contains("child ") }
            let child = try #require(line.split(separator: " ").last.flatMap { Int32($0) })
            #expect(Processes.isAlive(child))
            #expect(try await process.terminate(signal) == .code(0))
            #expect(await Processes.eventually { !Processes.isAlive(child) })
            #expect(await Processes.eventually { process.livingProcesses().isEmpty })
        }
    }

    /// A terminal that is stopped reads nothing, and must not keep the service from ending.
    @Test(.timeLimit(.minutes(1))) func endsThoughNobodyReadsItsLog() async throws {
        let script = """
            fifo=$(mktemp -u) && mkfifo "$fifo" && { sleep 1000 < "$fifo" & } && exec 2> "$fifo" && rm "$fifo" && exec "$@"
            """
        let serve = [try SluiceProgram.path, "serve", "--ready", "json", "--port", "0"]
        let arguments = ["-c", script, "sh"] + serve + (try SluiceProgram.scripted())
        try await withChildProcess("/bin/sh", arguments, environment: SluiceProgram.environment()) { process in
            let line = try await process.line()
            let ready = try JSONDecoder().decode(SluiceProgram.Ready.self, from: Data(line.utf8))
            let payload = try ScriptedFunction.Step.event(
                [ScriptedFunction.Step](repeating: .print(String(repeating: "x", count: 4_000)), count: 50) + [
                    .respond("1")
                ]
            )
            let reply = try await SluiceProgram.run(
                ["invoke", "scripted", "--endpoint", ready.endpoint, "--payload", "-"],
                input: Array(payload.utf8)
            )
            #expect(reply.outputText == "1", "\(reply)")
            #expect(try await process.terminate(SIGTERM) == .code(0))
        }
    }

    @Test func outlivesItsTerminalUnderNohup() async throws {
        let arguments = [try SluiceProgram.path, "serve", "--ready", "json", "--port", "0"]
        let functions = try SluiceProgram.scripted()
        try await withChildProcess("nohup", arguments + functions) { process in
            let line = try await process.line()
            let ready = try JSONDecoder().decode(SluiceProgram.Ready.self, from: Data(line.utf8))
            process.send(signal: SIGHUP)
            let reply = try await SluiceProgram.run(["invoke", "scripted", "--endpoint", ready.endpoint])
            #expect(reply.outputText == "{}", "\(reply)")
            let exit = try await process.terminate(SIGTERM)
            #expect(exit == .code(0))
        }
    }

    @Test func logsARequestWithItsStatusFirstByteBytesAndDuration() async throws {
        try await SluiceProgram.serve(try SluiceProgram.scripted()) { ready, process in
            let url = try #require(ready.functionURLs["scripted"])
            _ = try await SluiceProgram.run(["invoke", url + "body?x=1", "--payload", "12345"])
            let line = try await process.line(on: .standardError) { $0.contains("POST /body") }
            let pattern =
                /\d\d:\d\d:\d\d\.\d{3} scripted 200 first byte [\d.]+ m?s, 5 B in [\d.]+ m?s  POST \/body\?x=1/
            #expect(line.wholeMatch(of: pattern) != nil, "\(line)")

            _ = try await SluiceProgram.run(["invoke", "scripted", "--endpoint", ready.endpoint, "--stream"])
            let call = try await process.line(on: .standardError) { $0.contains(" 200 ") }
            #expect(call.hasSuffix("  InvokeWithResponseStream"), "\(call)")
        }
    }
}
