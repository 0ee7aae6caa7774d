// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice
import TestSupport
import Testing

/// A connection that ends at each byte of a reply that comes before the first invocation.
@Suite struct CutStartTests {
    private struct Failure: Error {}

    private static let acceptance = Array("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}".utf8)
    private static let restored = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".utf8)
    private static let registered = Array(
        "HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: id\r\nContent-Length: 2\r\n\r\n{}".utf8
    )

    /// The process ends whether or not the service has heard why.
    @Test func aReportOfAFailedStart() async throws {
        let function = LambdaFunction(setUp: { _ in throw Failure() }, { _, _, _ in .text("never") })
        for cut in 0..<Self.acceptance.count {
            try await withFunction(function) { server, function in
                let connection = try await server.accept()
                #expect(try await connection.readWhole().head.hasPrefix("POST /2018-06-01/runtime/init/error "))
                try await connection.send(Array(Self.acceptance.prefix(cut)))
                await connection.close()
                guard case .initialisationFailed(let reason) = try await function.failure() else {
                    Issue.record("ended otherwise")
                    return
                }
                #expect(reason == "Function.Failure: Failure()")
            }
        }
    }

    /// Without the extension there is no signal at the end, and everything else is as it would be.
    @Test func theRegistrationOfTheExtension() async throws {
        let function = LambdaFunction(setUp: { $0.onShutdown {} }, { _, event, _ in .bytes(event) })
        for cut in 0..<Self.registered.count {
            try await withFunction(function) { server, _ in
                let start = try await server.accept()
                #expect(try await start.readWhole().head.hasPrefix("POST /2020-01-01/extension/register "))
                try await start.send(Array(Self.registered.prefix(cut)))
                await start.close()
                let connection = try await server.accept()
                try await connection.answerNext("served")
                #expect(try await connection.readWhole().body == "served")
            }
        }
    }

    /// The environment that a snapshot begins in has none of the connections of the one that it was taken in: an end is
    /// a restore like any other.
    @Test func theRestore() async throws {
        var environment = FunctionEnvironment()
        environment.initializationType = "snap-start"
        for cut in 0..<Self.restored.count {
            let restores = Watched(0)
            let function = LambdaFunction(
                setUp: { $0.afterRestore { restores.update { $0 += 1 } } },
                { _, event, _ in .bytes(event) }
            )
            try await withFunction(function, environment: environment) { server, _ in
                let before = try await server.accept()
                #expect(try await before.readHead().hasPrefix("GET /2018-06-01/runtime/restore/next "))
                try await before.send(Array(Self.restored.prefix(cut)))
                await before.close()
                let connection = try await server.accept()
                try await connection.answerNext("served")
                #expect(try await connection.readWhole().body == "served")
                #expect(restores.current == 1)
            }
        }
    }
}
