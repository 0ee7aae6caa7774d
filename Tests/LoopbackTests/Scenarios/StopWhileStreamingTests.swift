// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// `sluice serve` is told to stop while streams are under way.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct StopWhileStreamingTests {
    private static func send(_ steps: [ScriptedFunction.Step], on client: RawConnection) async throws {
        let body = try ScriptedFunction.Step.event(steps)
        let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        try await client.send(head + body)
    }

    private static func ports(_ ready: SluiceProgram.Ready) throws -> (endpoint: Int, url: Int) {
        let ports = (
            URL(string: ready.endpoint)?.port, ready.functionURLs["scripted"].flatMap { URL(string: $0)?.port }
        )
        return (try #require(ports.0), try #require(ports.1))
    }

    /// Runs `sluice serve` itself, since `SluiceProgram.serve` would stop it once more.
    private static func serve(_ body: (SluiceProgram.Ready, ChildProcess) async throws -> Void) async throws {
        let arguments = ["serve", "--ready", "json", "--port", "0", "--timeout", "60"] + (try SluiceProgram.scripted())
        let environment = SluiceProgram.environment()
        try await withChildProcess(try SluiceProgram.path, arguments, environment: environment) { process in
            let line = try await process.line()
            try await body(try JSONDecoder().decode(SluiceProgram.Ready.self, from: Data(line.utf8)), process)
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func whatEndsInTimeIsWholeAndTheRestIsBroken(signal: Int32) async throws {
        try await Self.serve { ready, process in
            let (endpoint, url) = try Self.ports(ready)
            try await withRawClient(port: url) { ending in
                try await withRawClient(port: url) { hanging in
                    // The endpoint is the first thing that a stop closes.
                    let steps: [ScriptedFunction.Step] = [.untilRefused(port: endpoint), .chunk("after"), .end]
                    try await Self.send([.chunk("before ")] + steps, on: ending)
                    try await Self.send([.chunk("before "), .child(), .hang], on: hanging)
                    _ = try await (ending.readHead(), hanging.readHead())
                    _ = try await (ending.readChunk(), hanging.readChunk())
                    _ = try await process.line(on: .standardError) { $0.contains("child ") }

                    process.send(signal: signal)
                    #expect(String(decoding: try await ending.readChunk(), as: UTF8.self) == "after")
                    try await ending.expect("0\r\n\r\n")
                    #expect(try await hanging.end() == .endOfFile)
                    #expect(hanging.unread == [], "no last chunk")
                    #expect(try await process.exit() == .code(0))
                    #expect(await Processes.eventually { process.livingProcesses().isEmpty })
                }
            }
            _ = try await process.line(on: .standardError) { $0.contains("Sandbox.Failure") }
        }
    }
}
