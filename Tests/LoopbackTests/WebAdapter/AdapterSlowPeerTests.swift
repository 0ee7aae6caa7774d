// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Those who do not take what they are sent: callers, and whoever reads the adapter's standard error.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterSlowPeerTests {
    /// It ends while its last bytes wait for their reader. All that the kernel took of it is the caller's.
    @Test func whatADeadApplicationHadSentReachesASlowCallerBeforeTheError() async throws {
        try await AdaptedApplication.run { app async throws in
            var hasWaited = false
            let reply = try await app.get(
                "/full",
                onChunk: { _ in
                    guard !hasWaited else { return }
                    hasWaited = true
                    _ = try await app.line("sent ")
                    // Nothing ends while the caller has not read: what must not come cannot be waited for without an end.
                    await #expect(throws: DeadlinePassed.self) {
                        try await app.lambda.log.first("the environment's end", within: .seconds(1)) {
                            if case .environmentEnded = $0 { () } else { nil }
                        }
                    }
                }
            )
            let sent = try await app.line("sent ")
            #expect(reply.status == 200 && sent == "sent \(reply.body.utf8.count)")
            #expect(reply.end != .complete)
            let report = try await app.lambda.log.reports(atLeast: 1)[0]
            #expect(report.errorType == "Adapter.ResponseBrokeOff")
            #expect(try await app.get("/echo").status == 200, "a new environment serves the next")
        }
    }

    #if os(Linux)
    /// A pipe that is full takes nothing: the application's lines wait, and its requests do not.
    @Test func aStandardErrorThatNobodyReadsHoldsUpNoRequest() async throws {
        let path = "/tmp/sluice-\(UInt64.random(in: 0 ... .max)).fifo"
        try #require(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        // Open for both, so that opening waits for nobody.
        let pipe = open(path, O_RDWR | O_NONBLOCK)
        defer { close(pipe) }
        let blocks = 1_000
        try await AdaptedApplication.run(configure: {
            $0.command = ["sh", "-c", #"exec "$@" 2>\#(path)"#, "sh"] + $0.command
            $0.freezes = false
        }) { app async throws in
            #expect(try await app.get("/noise?blocks=\(blocks)").status == 200)
            #expect(await eventually { Self.isFull(pipe) })
            for round in 1...3 {
                // It asks for the next although its lines wait; a busy machine may let it ask a little late.
                _ = try await app.lambda.log.reports(atLeast: round)
                let reply = try await app.get("/echo")
                #expect(reply.status == 200, "\(reply.body)")
            }
            #expect(Self.isFull(pipe))
            var count = 0
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let hasAll = await eventually {
                let got = read(pipe, &buffer, buffer.count)
                if got > 0 { count += buffer[..<got].count { $0 == UInt8(ascii: "\n") } }
                return count >= blocks
            }
            #expect(hasAll, "\(count) lines")
        }
    }

    private static func isFull(_ pipe: Int32) -> Bool {
        var look = pollfd(fd: pipe, events: Int16(POLLOUT), revents: 0)
        return poll(&look, 1, 0) == 0
    }
    #endif
}
