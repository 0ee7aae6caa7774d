// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import TestSupport
import Testing

@testable import Sluice

/// The connection to the Runtime API: kept, re-made, and read however its bytes come.
@Suite struct ConnectionTests {
    private let echo = LambdaFunction { event, _ in .bytes(event) }

    @Test func readsAnEventInChunksAndOneByteAtATime() async throws {
        try await withFunction(self.echo) { server, _ in
            let connection = try await server.accept()
            try await connection.readNext()
            let reply =
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: req-1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "4\r\n{\"a\"\r\n1\r\n:\r\n2\r\n1}\r\n0\r\n\r\n"
            for byte in reply.utf8 { try await connection.send([byte]) }
            #expect(try await connection.readWhole().body == #"{"a":1}"#)
            for byte in "HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n".utf8 {
                try await connection.send([byte])
            }
            try await connection.readNext()
        }
    }

    @Test func readsAnEventOfSixMebibytes() async throws {
        let event = "\"" + String(repeating: "e", count: 6 * 1024 * 1024 - 2) + "\""
        try await withFunction(LambdaFunction { event, _ in .text("\(event.readableBytes)") }) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(event)
            #expect(try await connection.readWhole().body == "\(6 * 1024 * 1024)")
        }
    }

    @Test func makesANewConnectionWhenNextIsAnsweredWithClose() async throws {
        try await withFunction(self.echo) { server, _ in
            let first = try await server.accept()
            try await first.answerNext("1", fields: ["Connection: close"])
            let second = try await server.accept()
            #expect(try await second.readWhole().body == "1")
            try await second.reply(fields: ["Connection: close"])
            try await server.accept().readNext()
            _ = try await first.end()
            _ = try await second.end()
        }
    }

    @Test func makesANewConnectionWhenTheIdleOneIsClosed() async throws {
        try await withFunction(self.echo) { server, _ in
            let first = try await server.accept()
            try await first.readNext()
            await first.close()
            let second = try await server.accept()
            try await second.answerNext("2")
            #expect(try await second.readWhole().body == "2")
        }
    }

    @Test func postsAResultAgainWhenTheConnectionWasClosedMeanwhile() async throws {
        try await withFunction(self.echo) { server, _ in
            let first = try await server.accept()
            try await first.answerNext("3")
            _ = try await first.readWhole()
            await first.close()
            let second = try await server.accept()
            #expect(try await second.readWhole().body == "3")
            await second.close()
            try await server.accept().readNext()
        }
    }

    /// Something on the way that closes what it takes for idle does so for as long as nobody invokes the function.
    @Test func goesOnHoweverOftenAConnectionIsClosedThatItHasWaitedOn() async throws {
        let time = ManualTime {}
        try await withFunction(self.echo, time: time) { server, _ in
            for _ in 0..<12 {
                let connection = try await server.accept()
                try await connection.readNext()
                _ = time.step(to: time.now + .seconds(6))
                await connection.close()
            }
            let connection = try await server.accept()
            try await connection.answerNext("4")
            #expect(try await connection.readWhole().body == "4")
        }
    }

    @Test func givesUpOnAServiceThatEndsEveryConnection() async throws {
        try await withFunction(self.echo) { server, function in
            for _ in 0..<6 { try await server.accept().close() }
            guard case .unreachable(let address, _) = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
            #expect(address == "127.0.0.1:\(server.port)")
            #expect(server.connectionCount == 6)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: a b\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    ])
    func endsWithAReasonWhenNextGivesNoInvocation(reply: String) async throws {
        try await withFunction(self.echo) { server, function in
            let connection = try await server.accept()
            try await connection.readNext()
            try await connection.send(reply)
            guard case .unusableInvocation(let reason) = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test func endsWhenNextIsAContainerError() async throws {
        try await withFunction(self.echo) { server, function in
            let connection = try await server.accept()
            try await connection.readNext()
            try await connection.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
            guard case .containerError = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
        }
    }

    /// Neither garbage nor a reply nobody asked for ends it, as long as there is a connection to be had.
    @Test(arguments: ["garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "\0\0\0\0"])
    func dropsAConnectionThatDoesNotSpeakHTTP(bytes: String) async throws {
        try await withFunction(self.echo) { server, _ in
            let first = try await server.accept()
            try await first.readNext()
            try await first.send(bytes)
            try await server.accept().answerNext("4")
        }
    }

    @Test func survivesAReplyThatNobodyAskedFor() async throws {
        let returned = Watched(false)
        let function = LambdaFunction { event, _ in
            _ = try await returned.first("the unasked reply") { $0 ? true : nil }
            return .bytes(event)
        }
        try await withFunction(function) { server, _ in
            let first = try await server.accept()
            try await first.answerNext("5")
            try await first.reply()
            _ = try await first.end()
            returned.update { $0 = true }
            let second = try await server.accept()
            #expect(try await second.readWhole().body == "5")
        }
    }

    @Test func takesAnyHostAndRefusesAnAddressWithoutPort() throws {
        #expect(try RuntimeAddress("169.254.100.1:9001").host == "169.254.100.1")
        #expect(try RuntimeAddress("[::1]:9001").host == "::1")
        #expect(try RuntimeAddress("lambda.internal:80").port == 80)
        for text in ["", "localhost", "localhost:", ":9001", "a:0", "a:65536", "a:-1", "a b:1", "a/b:1", "a:1/x"] {
            #expect(throws: RuntimeFailure.self, "\(text)") { try RuntimeAddress(text) }
        }
    }
}
