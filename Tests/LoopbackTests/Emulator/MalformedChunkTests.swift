// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// Chunk sizes that are none, from callers and from a runtime.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct MalformedChunkTests {
    static let chunks = [
        "\r\n", "-1\r\n", "+1\r\n", "0x1\r\nx\r\n", "g\r\n", " 1\r\nx\r\n", "1 \r\nx\r\n", "1\nx\r\n",
        "fffffffffffffffff\r\n", "10000000000000000\r\n", "2\r\nabc\r\n", "2\r\nab0\r\n\r\n", "1\rx\r\n", ";\r\n",
        "\u{0}\r\n",
        "1\r\nx\r\n\r\n", "0\r\na\u{0}: b\r\n\r\n",
    ]

    @Test(arguments: LocalLambda.Door.allCases) func areRefusedWithAWord(at door: LocalLambda.Door) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let port = try await lambda.port(of: door)
            try await lambda.stays {
                for chunk in Self.chunks {
                    try await withRawClient(port: port) { client in
                        let target = door == .runtimeAPI ? "/2018-06-01/runtime/init/error" : LocalLambda.buffered
                        try await client.send("POST \(target) HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
                        let head = try await client.readHead()
                        // Initialisation is over, which the Runtime API may say before it has read a body.
                        let isEarly = door == .runtimeAPI && head.hasPrefix("HTTP/1.1 403 ")
                        #expect(isEarly || head.hasPrefix("HTTP/1.1 400 "), "\(chunk.debugDescription): \(head)")
                        _ = try await client.end()
                    }
                }
            }
        }
    }

    /// The stream breaks where it is malformed, and only that one.
    @Test(arguments: chunks) func ofARuntimeBreakItsOwnStream(_ chunk: String) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            try await lambda.stays {
                let reply = try await lambda.invoke([.chunk("good"), .raw(chunk), .end])
                #expect(reply.body.hasPrefix("good"))
                #expect(reply.failureType == "Runtime.TruncatedResponse", "\(reply)")
            }
            try await lambda.log.first("a note") { kind in
                if case .note(let text) = kind {
                    text.hasPrefix("a connection of the runtime was ended with 4") ? true : nil
                } else {
                    nil
                }
            }
        }
    }
}
