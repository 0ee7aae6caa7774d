// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice
import TestSupport
import Testing

/// The life of a function's process: its start, its snapshot, its workers, its end.
@Suite struct LifecycleTests {
    private struct Failure: Error {}

    private static func function(_ done: Watched<[String]>) -> LambdaFunction {
        LambdaFunction(
            setUp: { lifecycle in
                lifecycle.onShutdown { done.update { $0.append("first") } }
                lifecycle.onShutdown {
                    done.update { $0.append("second") }
                    throw Failure()
                }
                lifecycle.beforeCheckpoint { done.update { $0.append("checkpoint") } }
                lifecycle.afterRestore { done.update { $0.append("restore") } }
                return lifecycle
            },
            { lifecycle, _, _ in
                lifecycle.onShutdown { done.update { $0.append("too late") } }
                return .text("served")
            }
        )
    }

    // MARK: The end

    @Test func anExtensionIsRegisteredForTheSakeOfTheSignal() async throws {
        let done = Watched<[String]>([])
        let termination = Watched(false)
        try await withFunction(Self.function(done), until: termination) { server, function in
            let start = try await server.accept()
            let (head, body) = try await start.readWhole()
            #expect(head.hasPrefix("POST /2020-01-01/extension/register HTTP/1.1\r\n"))
            #expect(head.contains("\r\nLambda-Extension-Name: sluice-shutdown\r\n"))
            #expect(body == #"{"events":[]}"#)
            try await start.reply("200 OK", fields: ["Lambda-Extension-Identifier: id-1"])
            // The connection of the registration serves on, and a second one is held open for the extension.
            try await start.answerNext(requestID: "r")
            #expect(try await start.readWhole().body == "served")
            try await start.reply()
            let hold = try await server.accept().readHead()
            #expect(hold.hasPrefix("GET /2020-01-01/extension/event/next "))
            #expect(hold.contains("\r\nLambda-Extension-Identifier: id-1\r\n"))
            #expect(done.current.isEmpty)
            termination.update { $0 = true }
            guard case .terminated = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
            #expect(done.current == ["second", "first"])
        }
    }

    /// A service without extensions, or one that has too many of them.
    @Test(arguments: ["404 Not Found", "403 Forbidden", "200 OK"]) func withoutItTheFunctionStillServes(
        status: String
    ) async throws {
        let done = Watched<[String]>([])
        let termination = Watched(false)
        try await withFunction(Self.function(done), until: termination) { server, function in
            let start = try await server.accept()
            _ = try await start.readWhole()
            try await start.reply(status)
            try await start.answerNext()
            #expect(try await start.readWhole().body == "served")
            termination.update { $0 = true }
            _ = try await function.failure()
            #expect(done.current == ["second", "first"])
        }
    }

    // MARK: The snapshot

    private static let snapStart = {
        var environment = FunctionEnvironment()
        environment.initializationType = "snap-start"
        return environment
    }()

    @Test func theSnapshotIsTakenBetweenTheTwoHalvesOfTheStart() async throws {
        let done = Watched<[String]>([])
        let function = LambdaFunction(
            setUp: { lifecycle in
                lifecycle.beforeCheckpoint { done.update { $0.append("checkpoint") } }
                lifecycle.afterRestore { done.update { $0.append("restore") } }
            },
            { _, _, _ in .text("served") }
        )
        try await withFunction(function, environment: Self.snapStart) { server, _ in
            let before = try await server.accept()
            #expect(try await before.readHead().hasPrefix("GET /2018-06-01/runtime/restore/next HTTP/1.1\r\n"))
            #expect(done.current == ["checkpoint"])
            try await before.reply("200 OK")
            let after = try await server.accept()
            try await after.readNext()
            #expect(done.current == ["checkpoint", "restore"])
            _ = try await before.end()
        }
    }

    @Test func aFailedCheckpointIsAFailedStart() async throws {
        let function = LambdaFunction(
            setUp: { $0.beforeCheckpoint { throw Failure() } },
            { _, _, _ in .text("never") }
        )
        try await withFunction(function, environment: Self.snapStart) { server, function in
            let connection = try await server.accept()
            #expect(try await connection.readWhole().head.hasPrefix("POST /2018-06-01/runtime/init/error "))
            try await connection.reply()
            guard case .initialisationFailed = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
        }
    }

    @Test func aFailedRestoreIsReported() async throws {
        let function = LambdaFunction(
            setUp: { $0.afterRestore { throw Failure() } },
            { _, _, _ in .text("never") }
        )
        try await withFunction(function, environment: Self.snapStart) { server, function in
            let before = try await server.accept()
            _ = try await before.readHead()
            try await before.reply("200 OK")
            let after = try await server.accept()
            let (head, body) = try await after.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/restore/error HTTP/1.1\r\n"))
            #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: Runtime.AfterRestoreError\r\n"))
            #expect(body.contains("Failure()"))
            try await after.reply()
            guard case .initialisationFailed = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
        }
    }

    /// There is nothing to report it to: what was to be restored is what asks. No hook runs, and nothing more is asked for.
    @Test(arguments: [202, 204, 400, 403, 404, 500, 503]) func aRestoreThatIsNotGrantedIsTheEnd(status: Int)
        async throws
    {
        let done = Watched<[String]>([])
        let function = LambdaFunction(
            setUp: { $0.afterRestore { done.update { $0.append("restore") } } },
            { _, _, _ in .text("never") }
        )
        try await withFunction(function, environment: Self.snapStart) { server, function in
            let connection = try await server.accept()
            #expect(try await connection.readHead().hasPrefix("GET /2018-06-01/runtime/restore/next "))
            try await connection.send("HTTP/1.1 \(status) X\r\n\(status == 204 ? "" : "Content-Length: 0\r\n")\r\n")
            switch try await function.failure() {
            case .refusedRestore(status): #expect(status != 500)
            case .containerError: #expect(status == 500)
            case let other: Issue.record("ended otherwise: \(other)")
            }
            _ = try await connection.end()
            #expect(connection.unread.isEmpty && server.connectionCount == 1)
            #expect(done.current.isEmpty)
        }
    }

    // MARK: Workers

    /// Each has its own context, deadline and connection; none waits for another.
    @Test func workersServeAtOnce() async throws {
        var environment = FunctionEnvironment()
        environment.maximumConcurrency = 4
        let gate = Watched<Set<String>>([])
        let function = LambdaFunction { _, context in
            .stream { writer in
                try await writer.write(context.requestID)
                _ = try await gate.first("the gate") { $0.contains(context.requestID) ? true : nil }
                try await writer.write(" \(InvocationContext.current?.requestID ?? "none")")
            }
        }
        try await withFunction(function, environment: environment) { server, _ in
            var connections: [RawConnection] = []
            for number in 0..<4 {
                let connection = try await server.accept()
                try await connection.answerNext(requestID: "r\(number)")
                connections.append(connection)
            }
            for (number, connection) in connections.enumerated() {
                _ = try await connection.readHead()
                #expect(try await connection.readChunk() == Array("r\(number)".utf8))
            }
            for (number, connection) in connections.enumerated().reversed() {
                gate.update { _ = $0.insert("r\(number)") }
                #expect(try await connection.readChunk() == Array(" r\(number)".utf8))
            }
            #expect(server.connectionCount == 4)
        }
    }
}
