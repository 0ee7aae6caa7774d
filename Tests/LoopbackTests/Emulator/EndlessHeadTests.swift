// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceHTTPServer
import TestSupport
import Testing

/// Heads that never end: they are refused, and nobody else notices.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct EndlessHeadTests {
    private static let piece = String(repeating: "a", count: 16 * 1024)

    struct Flood: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let first: String
        let next: String
        let status: Int
        let words: String
    }

    static let floods = [
        Flood(testDescription: "target", first: "GET /", next: piece, status: 414, words: "16384 bytes"),
        Flood(testDescription: "name", first: "GET / HTTP/1.1\r\n", next: piece, status: 431, words: "fields of"),
        Flood(testDescription: "value", first: "GET / HTTP/1.1\r\na: ", next: piece, status: 431, words: "fields of"),
        Flood(
            testDescription: "fields",
            first: "GET / HTTP/1.1\r\n",
            next: String(repeating: "a: b\r\n", count: 100),
            status: 431,
            words: "256 fields"
        ),
        Flood(
            testDescription: "spaces",
            first: "GET / HTTP/1.1\r\na:",
            next: String(repeating: " ", count: 16 * 1024),
            status: 431,
            words: "may have"
        ),
        Flood(
            testDescription: "empty lines",
            first: "\r\n",
            next: String(repeating: "\r\n", count: 8 * 1024),
            status: 431,
            words: "may have"
        ),
    ]

    @Test(arguments: LocalLambda.Door.allCases, floods)
    func isRefused(at door: LocalLambda.Door, _ flood: Flood) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let port = try await lambda.port(of: door)
            try await lambda.stays {
                try await withRawClient(port: port) { client in
                    try await client.send(flood.first)
                    try await client.flood(flood.next)
                    try await client.expectRefusal(flood.status, flood.words)
                }
            }
        }
    }

    @Test func oneThatStopsIsToldThatItsTimeIsOver() async throws {
        var bounds = ConnectionBounds.callers
        bounds.head = .milliseconds(200)
        let log = LocalLambda.Log()
        try await LocalLambda.run(try ScriptedFunction.configuration(), callerBounds: bounds, log: log) { lambda in
            try await lambda.stays {
                try await withRawClient(port: lambda.addresses.endpointPort) { client in
                    try await client.send("GET / HTTP/1.1\r\nHost: ")
                    try await client.expectRefusal(408, "not whole after 200 ms")
                }
            }
            try await log.first("a note") { kind in
                if case .note(let text) = kind, text.hasPrefix("a caller's connection was ended with 408: ") {
                    true
                } else {
                    nil
                }
            }
        }
    }
}
