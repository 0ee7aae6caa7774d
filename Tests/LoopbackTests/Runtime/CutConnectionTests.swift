// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice
import TestSupport
import Testing

/// The service's side of a connection that ends at each of its bytes: the function makes another, and goes on.
@Suite struct CutConnectionTests {
    private struct Failure: Error {}

    private static let invocations = [
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: req-1\r\nContent-Length: 4\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: req-1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nha\r\n"
            + "2\r\nlf\r\n0\r\nx: y\r\n\r\n",
    ]
    private static let acceptance = "HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n"

    private static func end(_ connection: RawConnection, byReset: Bool) async throws {
        if byReset { try await connection.abort() } else { await connection.close() }
    }

    @Test(arguments: Self.invocations, [false, true])
    func anInvocationThatIsCutWasNone(invocation: String, byReset: Bool) async throws {
        let events = Watched<[String]>([])
        let function = LambdaFunction { event, _ in
            events.update { $0.append(String(buffer: event)) }
            return .bytes(event)
        }
        let reply = Array(invocation.utf8)
        try await withFunction(function) { server, _ in
            var connection = try await server.accept()
            for cut in 0..<reply.count {
                try await connection.readNext()
                try await connection.send(Array(reply.prefix(cut)))
                try await Self.end(connection, byReset: byReset)
                connection = try await server.accept()
                try await connection.answerNext("whole")
                #expect(try await connection.readWhole().body == "whole")
                try await connection.reply()
            }
            try await connection.readNext()
            #expect(events.current == Array(repeating: "whole", count: reply.count))
        }
    }

    /// Whether Lambda has it is not known then, so it is posted once more.
    @Test(arguments: [true, false], [false, true])
    func aReplyToAWholeAnswerThatIsCut(throwing: Bool, byReset: Bool) async throws {
        let calls = Watched(0)
        let function = LambdaFunction { _, _ in
            calls.update { $0 += 1 }
            if throwing { throw Failure() }
            return .text("answer")
        }
        let reply = Array(Self.acceptance.utf8)
        try await withFunction(function) { server, _ in
            var connection = try await server.accept()
            for cut in 0..<reply.count {
                try await connection.answerNext()
                let first = try await connection.readWhole()
                try await connection.send(Array(reply.prefix(cut)))
                try await Self.end(connection, byReset: byReset)
                connection = try await server.accept()
                let second = try await connection.readWhole()
                #expect(second.head == first.head && second.body == first.body)
                try await connection.reply()
            }
            try await connection.readNext()
            #expect(calls.current == reply.count)
        }
    }

    /// A stream cannot be sent twice.
    @Test(arguments: [true, false], [false, true])
    func aReplyToAStreamThatIsCut(throwing: Bool, byReset: Bool) async throws {
        let reply = Array(Self.acceptance.utf8)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                try await writer.write("a")
                if throwing { throw Failure() }
            }
        }
        try await withFunction(function) { server, _ in
            for cut in 0..<reply.count {
                let connection = try await server.accept()
                try await connection.answerNext()
                let response = try await connection.readStream()
                #expect(response.text == "a" && response.trailers.isEmpty != throwing)
                try await connection.send(Array(reply.prefix(cut)))
                try await Self.end(connection, byReset: byReset)
            }
            try await server.accept().readNext()
        }
    }
}
