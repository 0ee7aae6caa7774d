// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import Sluice
import TestSupport
import Testing

/// The second half of the list: errors, ends and the life of the process.
extension RuntimeChecklistTests {
    private struct Failure: Error {}

    @Test("13: the prelude has a status, headers of one text each and cookies, and no Set-Cookie among the headers")
    func preludeMembers() async throws {
        let function = LambdaFunction { _, _ in
            let headers: HTTPFields = [.vary: "a", .setCookie: "x=1; Path=/", .vary: "b", .setCookie: "y=2"]
            return .http(HTTPResult(status: .created, headers: headers, cookies: ["z=3"]))
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let text = try await connection.readStream().text
            let prelude = try JSONSerialization.jsonObject(with: Data(text.prefix { $0 != "\0" }.utf8))
            let members = try #require(prelude as? [String: Any])
            #expect(Set(members.keys) == ["statusCode", "headers", "cookies"])
            #expect(members["statusCode"] as? Int == 201)
            #expect(members["headers"] as? [String: String] == ["vary": "a, b"])
            #expect(Set(members["cookies"] as? [String] ?? []) == ["x=1; Path=/", "y=2", "z=3"])
        }
    }

    @Test(
        "14: a failure before the first byte is an /error, and one behind it is trailers, never text",
        arguments: [true, false]
    )
    func failures(begun: Bool) async throws {
        let function = LambdaFunction { _, _ in
            guard begun else { throw Failure() }
            return .stream { writer in
                try await writer.write("begun")
                throw Failure()
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            guard begun else {
                let (head, body) = try await connection.readWhole()
                #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error "))
                #expect(body == #"{"errorType":"Function.Failure","errorMessage":"Failure()"}"#)
                return
            }
            let response = try await connection.readStream()
            #expect(response.text == "begun")
            let report = Data(#"{"errorType":"Function.Failure","errorMessage":"Failure()"}"#.utf8)
                .base64EncodedString()
            #expect(
                response.trailers == [
                    "Lambda-Runtime-Function-Error-Type: Function.Failure",
                    "Lambda-Runtime-Function-Error-Body: \(report)",
                ]
            )
        }
    }

    @Test("15: ends the body on every path", arguments: ["returns", "writes", "throws", "is cancelled", "has no body"])
    func ends(how: String) async throws {
        let function = LambdaFunction { _, _ in
            if how == "has no body" { return .http(HTTPResult(status: .noContent)) }
            return .stream { writer in
                if how == "writes" { try await writer.write("a") }
                if how == "throws" { throw Failure() }
                if how == "is cancelled" { try await workUntilCancelled() }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            let deadline = Int(Date().timeIntervalSince1970 * 1000) + (how == "is cancelled" ? 3_000 : 60_000)
            try await connection.answerNext(fields: ["Lambda-Runtime-Deadline-Ms: \(deadline)"])
            let response = try await connection.readStream()
            #expect(response.trailers.isEmpty == ["returns", "writes", "has no body"].contains(how))
            try await connection.reply()
            try await connection.readNext()
        }
    }

    @Test("16: waits for the reply to its response before it asks for the next invocation")
    func waitsForTheReply() async throws {
        try await withFunction(LambdaFunction { _, _ in .stream { try await $0.write("a") } }) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readStream()
            // The runtime has to end the connection then, and whatever it had sent before comes before that end.
            try await connection.reply(fields: ["Connection: close"])
            _ = try await connection.end()
            #expect(connection.unread.isEmpty)
            try await server.accept().readNext()
        }
    }

    /// After this reply it asks for nothing more: what it asked for before would be there, on this connection or another.
    @Test("16: and has asked for none where that reply ends it")
    func hasNotAskedBeforeTheReply() async throws {
        try await withFunction(LambdaFunction { _, _ in .stream { try await $0.write("a") } }) { server, function in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readStream()
            try await connection.reply("500 Internal Server Error")
            _ = try await function.failure()
            _ = try await connection.end()
            #expect(connection.unread.isEmpty)
            #expect(server.connectionCount == 1)
        }
    }

    /// The head is complete when it is returned, and there is no other start: neither can be written down.
    @Test("17: refuses a write after the end with an error that can be caught")
    func refusesLateWrites() async throws {
        let kept = Watched<BodyWriter?>(nil)
        try await withFunction(LambdaFunction { _, _ in .stream { writer in kept.update { $0 = writer } } }) {
            server,
            _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readStream()
            let writer = try await kept.first("the writer") { $0 }
            let error = await #expect(throws: StreamError.self) { try await writer.write("late") }
            #expect(error?.code == .alreadyEnded)
        }
    }

    @Test("18: a buffered result over 6,291,556 bytes is a failed invocation, and the function goes on")
    func bufferedLimit() async throws {
        let function = LambdaFunction { event, _ in
            .bytes(ByteBuffer(repeating: 0x61, count: event.readableBytes == 2 ? 6_291_557 : 6_291_556))
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("{}")
            #expect(try await connection.readWhole().head.contains("Function.ResponseSizeTooLarge"))
            try await connection.reply()
            try await connection.answerNext("[1]", requestID: "req-2")
            #expect(try await connection.readWhole().body.utf8.count == 6_291_556)
            try await connection.reply("413 Request Entity Too Large")
            try await connection.readNext()
        }
    }

    @Test("19: reports a start that failed to /init/error, and exits with a code that is not zero")
    func initError() async throws {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        try await withScriptedServer { server in
            let address = ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)"]
            try await withChildProcess(program, ["fail"], environment: address) { child in
                let connection = try await server.accept()
                #expect(try await connection.readWhole().head.hasPrefix("POST /2018-06-01/runtime/init/error "))
                try await connection.reply()
                #expect(try await child.exit() == .code(1))
            }
        }
    }

    @Test("20: with SnapStart, asks for the restore before it asks for an invocation")
    func snapStart() async throws {
        var environment = FunctionEnvironment()
        environment.initializationType = "snap-start"
        try await withFunction(LambdaFunction { _, _ in .text("a") }, environment: environment) { server, _ in
            let before = try await server.accept()
            #expect(try await before.readHead().hasPrefix("GET /2018-06-01/runtime/restore/next "))
            try await before.reply("200 OK")
            try await server.accept().readNext()
        }
    }

    @Test(
        """
        21: where several invocations may come at once, has so many workers and no more, names no trace, logs JSON with \
        the request's id, and cancels at the deadline
        """
    )
    func workers() async throws {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        try await withScriptedServer { server in
            let variables = [
                "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)", "AWS_LAMBDA_MAX_CONCURRENCY": "3",
                // What Lambda Managed Instances set.
                "AWS_LAMBDA_LOG_FORMAT": "JSON",
            ]
            try await withChildProcess(program, environment: variables) { child in
                let connections = try await [server.accept(), server.accept(), server.accept()]
                for connection in connections { try await connection.readNext() }
                let trace = ["Lambda-Runtime-Trace-Id: Root=1"]
                let deadline = Int(Date().timeIntervalSince1970 * 1000) + 3_000
                try await connections[0].sendInvocation("trace", requestID: "a", fields: trace)
                try await connections[1].sendInvocation(
                    "until cancelled",
                    requestID: "b",
                    fields: ["Lambda-Runtime-Deadline-Ms: \(deadline)"]
                )
                try await connections[2].sendInvocation("log", requestID: "c")
                let line = try await child.line(on: .standardOutput) { $0.contains("logged") }
                let members = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(members?["requestId"] as? String == "c", "\(line)")
                #expect(try await connections[0].readWhole().body == "none")
                #expect(try await connections[1].readWhole().head.contains("Function.DeadlineExceeded"))
                #expect(server.connectionCount == 3)
            }
        }
    }

    @Test("22: otherwise names the trace of each invocation in _X_AMZN_TRACE_ID")
    func trace() async throws {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        try await withScriptedServer { server in
            let address = ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)"]
            try await withChildProcess(program, environment: address) { _ in
                let connection = try await server.accept()
                try await connection.answerNext("trace", fields: ["Lambda-Runtime-Trace-Id: Root=1-5"])
                #expect(try await connection.readWhole().body == "Root=1-5")
            }
        }
    }

    @Test("23: needs no connection to be closed after a response")
    func keepsAlive() async throws {
        try await withFunction(LambdaFunction { _, _ in .stream { try await $0.write("a") } }) { server, _ in
            let connection = try await server.accept()
            for _ in 0..<20 {
                try await connection.answerNext()
                #expect(try await connection.readStream().text == "a")
                try await connection.reply()
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("24: does its last work on SIGTERM, and ends")
    func terminates() async throws {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        try await withScriptedServer { server in
            let address = ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)"]
            try await withChildProcess(program, ["shutdown"], environment: address) { child in
                let start = try await server.accept()
                _ = try await start.readWhole()
                try await start.reply("200 OK", fields: ["Lambda-Extension-Identifier: id"])
                try await start.readNext()
                _ = try await server.accept().readHead()
                let asked = ContinuousClock.now
                #expect(try await child.terminate() == .code(0))
                // Lambda's own budget for it, which a machine that is busy with other tests may need tenfold.
                #expect(ContinuousClock.now - asked < .seconds(3))
                #expect(try await child.end(of: .standardOutput) == Array("flushed\n".utf8))
            }
        }
    }
}
