// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Faults as somebody asks for them who tests a program of their own: by an option of `sluice serve`, and with curl.
@Suite(.timeLimit(.minutes(5)), .requires(.curl, .python3)) struct FaultOptionTests {
    private static func hello() throws -> [String] {
        ["-H", "x-script: \(try FixtureFunction.stream(type: "text/plain", chunks: ["hello ", "world"]))"]
    }

    private static func withFault(_ fault: String, _ body: (SluiceProcess, String) async throws -> Void) async throws {
        let function = try await FixtureFunction.argument("fixture")
        try await withSluice(functions: [function], ["--fault", fault, "--timeout", "60"]) { sluice in
            try await body(sluice, try sluice.url())
        }
    }

    /// For every request, and another for one by its header.
    @Test func aDroppedConnectionIsAnIncompleteTransfer() async throws {
        try await Self.withFault("drop=3") { _, url in
            for _ in 1...2 {
                let cut = try await curl(url, try Self.hello())
                #expect(cut.exit == .code(18) && cut.status == 200 && cut.text == "hel", "\(cut)")
            }
            let other = try await curl(url, try Self.hello() + ["-H", "X-Sluice-Fault: drop=8"])
            #expect(other.exit == .code(18) && other.text == "hello wo", "\(other)")
        }
    }

    @Test func aKilledFunctionIsReportedAndTheNextOneIsANewProcess() async throws {
        try await Self.withFault("kill=6") { sluice, url in
            let cut = try await curl(url, try Self.hello())
            #expect(cut.exit == .code(18) && cut.text == "hello ", "\(cut)")
            let line = try await sluice.logLine { $0.contains("signal: killed") }
            #expect(line.contains("Runtime.ExitError") || line.contains("RequestId"), "\(line)")
        }
    }

    @Test func everySecondRequestIsThrottled() async throws {
        try await Self.withFault("throttle=2") { _, url in
            var statuses: [Int] = []
            for _ in 1...4 { statuses.append(try await curl(url, try Self.hello()).status) }
            #expect(statuses == [200, 429, 200, 429])
        }
    }

    @Test func aFunctionThatCrashesAsItStartsHasABadGateway() async throws {
        try await Self.withFault("init-crash") { _, url in
            let crashed = try await curl(url, try Self.hello())
            #expect(crashed.status == 502, "\(crashed)")
        }
    }
}
