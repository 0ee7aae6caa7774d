// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// Bytes that make no sense, at every door.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct GarbageTests {
    private static let seeds = [
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: a\r\n\r\n3;x=y\r\nabc\r\n0\r\na: b\r\n\r\n",
        "GET /2018-06-01/runtime/unknown HTTP/1.1\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n",
        "PUT /a?b=c HTTP/1.0\r\nUpgrade: x\r\nConnection: upgrade\r\nExpect: 100-continue\r\n\r\n",
    ]

    /// Random bytes, or a request with a few of its bytes changed, left out or said twice.
    private static func bytes(_ random: inout SeededGenerator) -> [UInt8] {
        guard Int.random(in: 0..<4, using: &random) > 0 else {
            return random.bytes(Int.random(in: 1...4_000, using: &random))
        }
        var bytes = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(bytes[index], at: index)
            default: bytes.insert(contentsOf: bytes[index...], at: index)
            }
        }
        return bytes
    }

    @Test(arguments: LocalLambda.Door.allCases) func harmsNobody(at door: LocalLambda.Door) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let port = try await lambda.port(of: door)
            try await lambda.stays {
                var random = SeededGenerator()
                for _ in 0..<300 {
                    let bytes = Self.bytes(&random)
                    do {
                        try await withRawClient(port: port) { client in
                            // It may be refused before all of it is sent.
                            try? await client.send(bytes)
                            try? await client.closeOutput()
                            _ = try await client.end()
                        }
                    } catch {
                        Issue.record("\(random): \(error) after \(printable(bytes))")
                    }
                }
            }
            // What got through to a function may have ended it; what was thrown at a runtime's door may not.
            if door != .functionURL { #expect(lambda.log.startedEnvironments <= 2) }
        }
    }
}
