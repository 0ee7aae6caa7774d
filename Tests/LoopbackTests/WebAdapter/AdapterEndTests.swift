// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceWebAdapter
import TestSupport
import Testing

/// How the adapter ends with an application that does not.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterEndTests {
    private static let deaf = """
        import os, signal
        signal.signal(signal.SIGTERM, lambda *_: print("stays", flush=True))
        print("child", os.getpid(), flush=True)
        while True:
            signal.pause()
        """

    /// Within Lambda's time for the end, which is half a second where there is an extension.
    @Test func anApplicationThatStaysAfterSIGTERMIsKilledAndTheAdapterEndsWell() async throws {
        #expect(AdapterLimits.shutdownMilliseconds < 500)
        try await ScriptedAdapter.run(command: ["--", "python3", "-c", Self.deaf]) { adapter in
            let line = try await adapter.process.line { $0.hasPrefix("child ") }
            let child = try #require(Int32(line.dropFirst("child ".count)))
            try await adapter.start().readNext()
            adapter.process.send(signal: SIGTERM)
            _ = try await adapter.process.line { $0 == "stays" }
            #expect(try await adapter.process.exit() == .code(0))
            #expect(!Processes.isAlive(child))
        }
    }

    /// As a shell does with a script that has `trap '' TERM`, and all that it starts.
    @Test func anApplicationThatNeverHearsOfSIGTERMIsKilledAndTheAdapterEndsWell() async throws {
        let command = ["--", "sh", "-c", "trap '' TERM; echo child $$; exec sleep 1000"]
        try await ScriptedAdapter.run(command: command) { adapter in
            let line = try await adapter.process.line { $0.hasPrefix("child ") }
            let child = try #require(Int32(line.dropFirst("child ".count)))
            try await adapter.start().readNext()
            #expect(try await adapter.process.terminate() == .code(0))
            #expect(!Processes.isAlive(child))
        }
    }
}
