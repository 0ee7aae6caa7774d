// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// `sluice logs`, beside a running `sluice serve`.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct LogsTests {
    @Test func printsWhatTheServiceHasPrinted() async throws {
        try await SluiceProgram.serve(try SluiceProgram.scripted()) { ready, process in
            _ = try await SluiceProgram.run(["invoke", "scripted", "--endpoint", ready.endpoint])
            let report = try await process.line(on: .standardError) { $0.contains("REPORT RequestId: ") }
            let result = try await SluiceProgram.run(["logs", "--endpoint", ready.endpoint])
            #expect(result.exit == .code(0))
            #expect(result.errorText == "")
            #expect(result.outputText.contains(report + "\n"), "\(result)")

            let json = try await SluiceProgram.run(["logs", "--json", "--endpoint", ready.endpoint + "/"])
            let lines = json.outputText.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix(#"{"id":"#) && $0.hasSuffix("}") }, "\(json)")
            #expect(lines.contains { $0.contains(#""type":"invocation.report""#) })

            let other = try await SluiceProgram.run(["logs", "--function", "other", "--endpoint", ready.endpoint])
            #expect(other.outputText == "")
        }
    }

    @Test func followsUntilTheServiceStops() async throws {
        try await withChildProcess(
            try SluiceProgram.path,
            ["serve", "--ready", "json", "--port", "0"] + (try SluiceProgram.scripted())
        ) { process in
            let ready = try JSONDecoder().decode(SluiceProgram.Ready.self, from: Data(try await process.line().utf8))
            let arguments = ["logs", "--follow", "--endpoint", ready.endpoint]
            try await withChildProcess(try SluiceProgram.path, arguments) { logs in
                _ = try await SluiceProgram.run(["invoke", "scripted", "--endpoint", ready.endpoint])
                _ = try await logs.line { $0.contains("REPORT RequestId: ") }
                _ = try await logs.line { $0.hasSuffix("environment 1 is frozen") }
                #expect(try await process.terminate(SIGTERM) == .code(0))
                _ = try await logs.line { $0.hasSuffix("environment 1 is shut down: SPINDOWN") }
                _ = try await logs.line { $0.contains("environment 1 ended: the service stopped") }
                #expect(try await logs.exit() == .code(0))
            }
        }
    }

    @Test func saysThatThereIsNoService() async throws {
        let result = try await SluiceProgram.run(["logs", "--endpoint", "http://127.0.0.1:1"])
        #expect(result.exit == .code(3))
        #expect(result.errorText.contains("Is `sluice serve` running?"), "\(result)")
    }
}
