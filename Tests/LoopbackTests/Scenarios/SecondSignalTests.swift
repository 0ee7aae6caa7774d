// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceWire
import TestSupport
import Testing

/// Whoever asks `sluice serve` twice to stop does not want to wait for streams.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct SecondSignalTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func aSecondSignalEndsItAtOnceAndLeavesNothingBehind(signal: Int32) async throws {
        let arguments = ["serve", "--ready", "json", "--port", "0", "--timeout", "60"] + (try SluiceProgram.scripted())
        let environment = SluiceProgram.environment()
        try await withChildProcess(try SluiceProgram.path, arguments, environment: environment) { process in
            let line = try await process.line()
            let ready = try JSONDecoder().decode(SluiceProgram.Ready.self, from: Data(line.utf8))
            let endpoint = try #require(URL(string: ready.endpoint)?.port)
            let url = try #require(ready.functionURLs["scripted"].flatMap { URL(string: $0)?.port })
            try await withRawClient(port: url) { client in
                let body = try ScriptedFunction.Step.event([
                    .child(), .chunk("begun"), .untilRefused(port: endpoint), .chunk("stopping"), .hang,
                ])
                try await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                _ = try await client.read(until: "begun")
                let start = ContinuousClock.now
                process.send(signal: signal)
                // The first has been heard: nothing listens any more.
                _ = try await client.read(until: "stopping")
                process.send(signal: signal)
                _ = try await process.exit()
                // The only place where time is the claim: streams under way would have two seconds.
                #expect(ContinuousClock.now - start < .milliseconds(Limits.stopDrainMilliseconds))
                #expect(await Processes.eventually { process.livingProcesses().isEmpty })
            }
        }
    }
}
