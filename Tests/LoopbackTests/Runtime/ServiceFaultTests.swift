// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import NIOPosix
import Sluice
import TestSupport
import Testing

/// Whatever the service says to a response, whenever it says it, and wherever the connection breaks: the function asks
/// for its next invocation, unless the service told it to end.
@Suite struct ServiceFaultTests {
    enum Moment: CaseIterable { case beforeTheBody, inTheBody, afterTheEnd }

    private static let answers = [
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
        "garbage garbage\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nhalf",
        "HTTP/1.1 202 Acc",
        "",
    ]

    @Test(arguments: Self.answers, Moment.allCases)
    func anyAnswerAtAnyMoment(answer: String, moment: Moment) async throws {
        let gate = Watched(false)
        let bodies = Watched(0)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                defer { bodies.update { $0 += 1 } }
                try await writer.write("first")
                _ = try await gate.first("the answer") { $0 ? true : nil }
                // The answer is read before a writer that never waits has written all of this.
                for _ in 0..<2_000 { try await writer.write("and more, and more, and more, and more") }
            }
        }
        try await withFunction(function) { server, function in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            if moment != .beforeTheBody { _ = try await connection.readChunk() }
            if moment == .afterTheEnd {
                gate.update { $0 = true }
                while try await !connection.readChunk().isEmpty {}
                _ = try await connection.readTrailers()
            }
            if !answer.isEmpty { try await connection.send(answer) }
            if !answer.hasSuffix("\r\n\r\n") && !answer.hasSuffix("{}") { await connection.close() }
            gate.update { $0 = true }
            if answer.contains(" 500 ") {
                guard case .containerError = try await function.failure() else {
                    Issue.record("ended otherwise")
                    return
                }
            } else {
                try await Self.expectNext(on: connection, or: server)
            }
            #expect(bodies.current == 1, "the body ran to its end, once")
        }
    }

    /// As long as there is none, nothing else is asked for: only Lambda knows whether it has ended the invocation.
    @Test(arguments: [true, false]) func noAnswerAtAll(streamed: Bool) async throws {
        let function = LambdaFunction { _, _ in
            guard streamed else { return .text("whole") }
            return .stream { writer in
                try await writer.write("whole")
                try await workUntilCancelled()
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            let deadline = Int(Date().timeIntervalSince1970 * 1_000) + 2_000
            try await connection.answerNext(fields: ["Lambda-Runtime-Deadline-Ms: \(deadline)"])
            if streamed {
                let trailers = try await connection.readStream().trailers
                #expect(trailers.first?.hasSuffix("Function.DeadlineExceeded") == true)
            } else {
                #expect(try await connection.readWhole().body == "whole")
            }
            // Past the deadline, when a client that lost its patience would have done something else.
            await #expect(throws: DeadlinePassed.self) { _ = try await connection.readSome(within: .milliseconds(600)) }
            #expect(server.connectionCount == 1)
            try await connection.reply()
            try await connection.readNext()
        }
    }

    /// It may come on the connection that there is, behind the rest of a body.
    private static func expectNext(on connection: RawConnection, or server: TestSupport.ScriptedServer) async throws {
        let next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await connection.read(until: next)
            }
            group.addTask {
                _ = try await server.accept().read(until: next)
            }
            var last: (any Error)?
            for _ in 0..<2 {
                do {
                    try await group.next()
                    return group.cancelAll()
                } catch {
                    last = error
                }
            }
            if let last { throw last }
        }
    }

    /// From the first byte of the response to its last.
    @Test func aConnectionThatIsCutAtEveryByte() async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                for word in ["one", "two", "three"] { try await writer.write(word) }
            }
        }
        let whole = try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            return try await connection.read(until: "0\r\n\r\n").utf8.count
        }
        #expect(whole > 200)
        try await withFunction(function) { server, _ in
            for cut in 1..<whole {
                let connection = try await server.accept()
                try await connection.answerNext(requestID: "req-\(cut % 10)")
                _ = try await connection.read(exactly: cut)
                await connection.close()
            }
            try await server.accept().readNext()
        }
    }

    @Test(arguments: [("127.0.0.2", "127.0.0.2"), ("localhost", "localhost"), ("::1", "[::1]")])
    func aServiceOnAnotherHost(host: String, inAddress: String) async throws {
        try await withScriptedServer(host: host) { server in
            let address = try RuntimeAddress("\(inAddress):\(server.port)")
            let runtime = FunctionRuntime(
                LambdaFunction { event, _ in .bytes(event) },
                connector: SocketConnector(address: address)
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = await runtime.run(on: MultiThreadedEventLoopGroup.singleton.any()) }
                let connection = try await server.accept()
                let head = try await connection.readHead()
                #expect(head.contains("\r\nHost: \(inAddress):\(server.port)\r\n"))
                try await connection.sendInvocation("there", requestID: "r")
                #expect(try await connection.readWhole().body == "there")
                group.cancelAll()
            }
        }
    }
}
