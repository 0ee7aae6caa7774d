// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Sluice
import TestSupport
import Testing

/// What a runtime must do to be one, point by point, as Lambda's documents and Lambda's own clients have it. Where a
/// point needs more than one example, other suites have the rest.
@Suite struct RuntimeChecklistTests {
    private let echo = LambdaFunction { event, _ in .bytes(event) }

    /// Calls the function once and gives the head of what it posts.
    private func head(of function: LambdaFunction, fields: [String] = []) async throws -> String {
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: fields)
            return try await connection.readHead()
        }
    }

    @Test("1: builds every address from AWS_LAMBDA_RUNTIME_API, with any host")
    func anyHost() async throws {
        try await withScriptedServer(host: "127.0.0.3") { server in
            let program = try BuiltProducts.url(of: "FixtureFunction").path
            let address = ["AWS_LAMBDA_RUNTIME_API": "127.0.0.3:\(server.port)"]
            try await withChildProcess(program, environment: address) { _ in
                let head = try await server.accept().readHead()
                #expect(head.hasPrefix("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"))
                #expect(head.contains("\r\nHost: 127.0.0.3:\(server.port)\r\n"))
            }
        }
    }

    @Test("2: waits for /next without a time-out, keeps its connection, and makes another when that was closed")
    func waits() async throws {
        let time = ManualTime {}
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        try await withFunction(self.echo, on: loop, time: time) { server, _ in
            let first = try await server.accept()
            for number in 0..<3 {
                try await first.readNext()
                // A week, with whatever the runtime would do meanwhile: nothing wakes a frozen environment before.
                try await loop.submit {
                    let end = time.now + .hours(7 * 24)
                    while !time.step(to: end) {}
                }.get()
                try await first.sendInvocation("\(number)", requestID: "req-\(number)")
                #expect(try await first.readWhole().body == "\(number)")
                try await first.reply()
            }
            try await first.readNext()
            #expect(server.connectionCount == 1)
            await first.close()
            try await server.accept().answerNext()
        }
    }

    @Test("3: takes an event with a length, and one in chunks")
    func framings() async throws {
        try await withFunction(self.echo) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("with a length")
            #expect(try await connection.readWhole().body == "with a length")
            try await connection.reply()
            try await connection.readNext()
            try await connection.send(
                "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nin \r\n6\r\nchunks\r\n0\r\n\r\n"
            )
            #expect(try await connection.readWhole().body == "in chunks")
        }
    }

    @Test("4: knows header names in any case, and takes an empty optional header for none")
    func headerNames() async throws {
        let function = LambdaFunction { _, context in
            .text("\(context.traceID ?? "no trace"), \(context.tenantID ?? "no tenant")")
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: ["lambda-runtime-TRACE-id: t", "Lambda-Runtime-Aws-Tenant-Id:"])
            #expect(try await connection.readWhole().body == "t, no tenant")
        }
    }

    @Test("5: tells the handler id, deadline, ARN, trace, client context, identity and tenant")
    func context() async throws {
        let function = LambdaFunction { _, context in
            #expect(context.remainingTime > .seconds(3_600))
            let facts = [context.traceID, context.clientContext, context.cognitoIdentity, context.tenantID]
            return .text(
                ([context.requestID, context.invokedFunctionARN] + facts).map { $0 ?? "none" }.joined(separator: "|")
            )
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: [
                "Lambda-Runtime-Deadline-Ms: 4102444800000", "Lambda-Runtime-Invoked-Function-Arn: arn:x",
                "Lambda-Runtime-Trace-Id: Root=1", #"Lambda-Runtime-Client-Context: {"a":1}"#,
                #"Lambda-Runtime-Cognito-Identity: {"b":2}"#, "Lambda-Runtime-Aws-Tenant-Id: blue",
            ])
            #expect(try await connection.readWhole().body == #"req-1|arn:x|Root=1|{"a":1}|{"b":2}|blue"#)
        }
    }

    @Test(
        "6: gives an invocation id back in /response and /error, if and only if there is one",
        arguments: [true, false]
    )
    func echoes(throwing: Bool) async throws {
        struct Failure: Error {}
        let function = LambdaFunction { _, _ in
            if throwing { throw Failure() }
            return .text("a")
        }
        let with = try await self.head(of: function, fields: ["Lambda-Runtime-Invocation-Id: delivery-7"])
        #expect(with.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/\(throwing ? "error" : "response") "))
        #expect(with.contains("\r\nLambda-Runtime-Invocation-Id: delivery-7\r\n"))
        for fields in [[], ["Lambda-Runtime-Invocation-Id:"]] {
            #expect(try await !self.head(of: function, fields: fields).contains("Lambda-Runtime-Invocation-Id"))
        }
    }

    @Test(
        "7: drops a response or error that is answered with 410, and goes on",
        arguments: ["", "/response", "/error"]
    )
    func late(path: String) async throws {
        struct Failure: Error {}
        var function = LambdaFunction { _, _ in
            if path == "/error" { throw Failure() }
            return path.isEmpty ? .stream { try await $0.write("a") } : .text("a")
        }
        let lines = Watched<[String]>([])
        let output = LogOutput(format: "JSON", level: nil) { line in lines.update { $0.append(String(buffer: line)) } }
        function.logger = Logger(label: "test") { SluiceLogHandler(label: $0, output: output) }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            if path.isEmpty {
                _ = try await connection.readStream()
            } else {
                #expect(try await connection.readWhole().head.contains("\(path) HTTP/1.1\r\n"))
            }
            try await connection.reply("410 Gone")
            try await connection.readNext()
            #expect(
                lines.current.contains { $0.contains("NOTICE") || $0.contains(#""level":"INFO""#) },
                "\(lines.current)"
            )
            #expect(lines.current.contains { $0.contains("no longer waits for this response; it is dropped") })
        }
    }

    @Test("8: ends at once on a container error, and posts no /error behind the head of a response")
    func containerError() async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                while true { try await writer.write("on and on") }
            }
        }
        try await withFunction(function) { server, function in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(try await connection.readHead().hasPrefix("POST /2018-06-01/runtime/invocation/req-1/response "))
            try await connection.reply("500 Internal Server Error")
            guard case .containerError = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("9: streams with the mode, in chunks, with a content type and both trailers declared")
    func streams() async throws {
        let head = try await self.head(of: LambdaFunction { _, _ in .stream(contentType: "text/plain") { _ in } })
        for field in [
            "Lambda-Runtime-Function-Response-Mode: streaming", "Transfer-Encoding: chunked",
            "Content-Type: text/plain",
            "Trailer: Lambda-Runtime-Function-Error-Type", "Trailer: Lambda-Runtime-Function-Error-Body",
        ] {
            #expect(head.contains("\r\n\(field)\r\n"), "\(head)")
        }
    }

    @Test("10: sends each write without waiting for more, and suspends the writer while nobody reads")
    func flushesAndSuspends() async throws {
        let seen = Watched(false)
        let written = Watched(0)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                try await writer.write("alone")
                _ = try await seen.first("the reader") { $0 ? true : nil }
                for _ in 0..<1_000 {
                    try await writer.write(ByteBuffer(repeating: 0x61, count: 65_536))
                    written.update { $0 += 1 }
                }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            #expect(try await connection.readChunk() == Array("alone".utf8))
            try await connection.setReading(false)
            seen.update { $0 = true }
            _ = try await written.first("the first of them") { $0 > 0 ? true : nil }
            let taken = written.current
            try await connection.setReading(true)
            #expect(taken < 1_000, "65 MB are more than sockets take")
            while try await !connection.readChunk().isEmpty {}
            #expect(written.current == 1_000)
        }
    }

    @Test("11: sends a prelude and eight NULs before the body, and also where there is none", arguments: ["", "body"])
    func prelude(body: String) async throws {
        let function = HTTPFunction { _, _ in HTTPResult.stream { try await $0.write(body) } }
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(Self.urlEvent)
            let response = try await connection.readStream()
            #expect(response.text == #"{"statusCode":200}"# + String(repeating: "\0", count: 8) + body)
        }
    }

    @Test("12: sends no prelude that is longer than 16,384 bytes with its NULs, and says so before it sends anything")
    func preludeLimit() async throws {
        func function(_ bytes: Int) -> LambdaFunction {
            LambdaFunction { _, _ in .http(HTTPResult(headers: [.vary: String(repeating: "v", count: bytes)])) }
        }
        let empty = #"{"statusCode":200,"headers":{"vary":""}}"#.utf8.count + 8
        #expect(try await self.head(of: function(16_384 - empty)).contains("/response "))
        let over = try await self.head(of: function(16_385 - empty))
        #expect(over.contains("/error ") && over.contains("Function.ResponseHeadTooLarge"))
    }

    static let urlEvent =
        #"{"version":"2.0","rawPath":"/","rawQueryString":"","headers":{},"#
        + #""requestContext":{"http":{"method":"GET","path":"/","sourceIp":"192.0.2.7"}},"isBase64Encoded":false}"#
}
