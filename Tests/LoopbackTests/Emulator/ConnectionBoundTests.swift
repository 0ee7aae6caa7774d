// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceHTTPServer
import SluiceWire
import TestSupport
import Testing

/// Connections in all, idle ones, and ones whose reader sleeps.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ConnectionBoundTests {
    private static func bounds(_ connections: Int) -> ConnectionBounds {
        var bounds = ConnectionBounds.callers
        bounds.connections = connections
        return bounds
    }

    @Test func callersShareTheirsOverAllPorts() async throws {
        let bounds = Self.bounds(2)
        try await LocalLambda.run(try ScriptedFunction.configuration(), callerBounds: bounds) { lambda in
            let (endpoint, url) = (lambda.addresses.endpointPort, lambda.addresses.functionURLs[0].port)
            try await withRawClient(port: endpoint) { first in
                // A connection is the service's when it has answered.
                try await first.send("GET / HTTP/1.1\r\n\r\n")
                _ = try await first.readHead()
                try await withRawClient(port: url) { second in
                    let steps: [ScriptedFunction.Step] = [.chunk("x"), .end]
                    try await second.send(try LocalLambda.post("/", steps))
                    _ = try await second.readHead()
                    for port in [endpoint, url] {
                        try await withRawClient(port: port) {
                            try await $0.expectRefusal(503, "2 connections are open")
                        }
                    }
                    try await first.closeOutput()
                    _ = try await first.end()
                    // Its end may reach this test before the service has counted it.
                    var reply = try await lambda.invoke(steps)
                    while reply.status == 503 { reply = try await lambda.invoke(steps) }
                    #expect(reply.body == "x")
                    #expect(try await second.read(until: "0\r\n\r\n").hasSuffix("x\r\n0\r\n\r\n"))
                }
            }
        }
    }

    @Test func anEnvironmentHasItsOwn() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let port = try await lambda.runtimePort()
            try await lambda.stays {
                try await Self.withOpen(Limits.maximumRuntimeConnections, port: port) { refused in
                    #expect(refused == 1, "the runtime's own is one of them")
                }
            }
        }
    }

    /// Opens so many connections, each known to the service, and answers how many of them were refused.
    private static func withOpen(_ count: Int, port: Int, refused: Int = 0, _ body: (Int) throws -> Void) async throws {
        guard count > 0 else { return try body(refused) }
        try await withRawClient(port: port) { client in
            try? await client.send("GET /unknown HTTP/1.1\r\n\r\n")
            let head = try await client.readHead()
            let isRefused = head.hasPrefix("HTTP/1.1 503 ")
            try await Self.withOpen(count - 1, port: port, refused: refused + (isRefused ? 1 : 0), body)
        }
    }

    @Test func oneWithoutARequestIsClosedWithoutAWord() async throws {
        var bounds = ConnectionBounds.callers
        bounds.idle = .milliseconds(200)
        try await LocalLambda.run(try ScriptedFunction.configuration(), callerBounds: bounds) { lambda in
            try await withRawClient(port: lambda.addresses.endpointPort) { client in
                let rest = try await client.readToEnd()
                #expect(rest.isEmpty)
            }
            try await withRawClient(port: lambda.addresses.endpointPort) { client in
                try await client.send(try LocalLambda.post(LocalLambda.buffered, [.respond("1")]))
                #expect(String(decoding: try await client.readToEnd(), as: UTF8.self).hasSuffix("\r\n\r\n1"))
            }
        }
    }

    /// Six megabytes are more than the kernel takes for a reader that does not read; the rest is the service's.
    @Test func oneWhoseReaderSleepsIsGivenUp() async throws {
        var bounds = Self.bounds(1)
        bounds.delivery = .milliseconds(50)
        bounds.idle = .seconds(600)
        try await LocalLambda.run(try ScriptedFunction.configuration(), callerBounds: bounds) { lambda in
            let port = lambda.addresses.endpointPort
            try await withRawClient(port: port, reading: false, receiveBufferBytes: 8 * 1024) { sleeper in
                let mebibyte = String(repeating: "x", count: 1024 * 1024)
                try await sleeper.send(
                    try LocalLambda.post(LocalLambda.buffered, [.chunk(mebibyte, times: 6), .end])
                )
                _ = try await lambda.log.first("the answer") { if case .request = $0 { true } else { nil } }
                // While the sleeper has the only connection, everybody else is refused.
                var status: Int?
                for _ in 0..<10_000 where status != 200 {
                    status = try await lambda.invoke([.chunk("x"), .end]).status
                }
                #expect(status == 200)
            }
        }
    }
}
