// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceHTTPServer
import SluiceWire
import TestSupport
import Testing

/// Bodies that never end: too long, too slow, or made of nothing but framing.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct EndlessBodyTests {
    private static let doors: [LocalLambda.Door] = [.endpoint, .functionURL]
    private static let chunked =
        "POST \(LocalLambda.buffered) HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: doors) func isAnsweredAtItsBoundAndThenCutOff(at door: LocalLambda.Door) async throws {
        var bounds = ConnectionBounds.callers
        bounds.discardedBytes = 1024 * 1024
        try await LocalLambda.run(try ScriptedFunction.configuration(), callerBounds: bounds) { lambda in
            let port = try await lambda.port(of: door)
            try await lambda.stays {
                try await withRawClient(port: port) { client in
                    try await client.send(Self.chunked)
                    let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
                    try await client.flood(chunk)
                    #expect(try await client.readHead().hasPrefix("HTTP/1.1 413 "))
                    for _ in 0..<10_000 {
                        do { try await client.send(chunk) } catch { break }
                    }
                    _ = try await client.end()
                }
            }
        }
    }

    /// A client that asks for the connection's end behind its request still sees why it was refused.
    @Test(arguments: doors) func aSenderThatClosesSeesItsAnswer(at door: LocalLambda.Door) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let port = try await lambda.port(of: door)
            try await withRawClient(port: port) { client in
                let bytes = 16 * 1024 * 1024
                try await client.send(
                    "POST \(LocalLambda.buffered) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                        + "Content-Length: \(bytes)\r\n\r\n"
                )
                try await client.send(String(repeating: "x", count: bytes))
                let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.hasSuffix("}"), "\(answer.prefix(200))")
            }
        }
    }

    @Test(arguments: doors) func oneThatStopsIsToldThatItsTimeIsOver(at door: LocalLambda.Door) async throws {
        var bounds = ConnectionBounds.callers
        bounds.bodyPause = .milliseconds(200)
        try await LocalLambda.run(try ScriptedFunction.configuration(), callerBounds: bounds) { lambda in
            let port = try await lambda.port(of: door)
            try await lambda.stays {
                try await withRawClient(port: port) { client in
                    try await client.send("POST \(LocalLambda.buffered) HTTP/1.1\r\nContent-Length: 2\r\n\r\n{")
                    try await client.expectRefusal(408, "Nothing of the request body came for 200 ms")
                }
            }
        }
    }

    @Test(arguments: LocalLambda.Door.allCases)
    func aChunkExtensionWithoutEndIsRefused(at door: LocalLambda.Door) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let port = try await lambda.port(of: door)
            try await lambda.stays {
                try await withRawClient(port: port) { client in
                    // The Runtime API does not know that id and says so before the body.
                    let path = door == .runtimeAPI ? "/2018-06-01/runtime/init/error" : LocalLambda.buffered
                    try await client.send("POST \(path) HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;")
                    try await client.flood(String(repeating: "e", count: 16 * 1024))
                    let head = try await client.readHead()
                    let isEarly = door == .runtimeAPI && head.hasPrefix("HTTP/1.1 403 ")
                    #expect(isEarly || head.hasPrefix("HTTP/1.1 400 "), "\(head)")
                }
            }
        }
    }

    /// A streamed response may pause for as long as its function runs, whatever callers may do.
    @Test func aRuntimeMayPause() async throws {
        var bounds = ConnectionBounds.callers
        (bounds.bodyPause, bounds.body, bounds.head) = (.milliseconds(200), .milliseconds(200), .milliseconds(200))
        (bounds.idle, bounds.delivery, bounds.discard) = (.milliseconds(200), .milliseconds(200), .milliseconds(200))
        try await LocalLambda.run(try ScriptedFunction.configuration(), callerBounds: bounds) { lambda in
            try await lambda.stays {
                try await withRawClient(port: lambda.addresses.endpointPort) { client in
                    // An idle connection of a caller is closed meanwhile, without a word.
                    let rest = try await client.readToEnd()
                    #expect(rest.isEmpty)
                }
            }
        }
    }
}
