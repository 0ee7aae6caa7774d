// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Those who do not take what they are sent: callers, and whoever reads the adapter's standard error.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterSlowPeerTests {
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
            for _ in 1...3 { #expect(try await app.get("/echo").status == 200) }
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
