// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// A function as a process of its own, whose main thread is the event loop.
@Suite struct RuntimeProcessTests {
    private func withProcess(
        _ arguments: [String] = [],
        variables: [String: String] = [:],
        _ body: (TestSupport.ScriptedServer, ChildProcess) async throws -> Void
    ) async throws {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        try await withScriptedServer { server in
            let environment = variables.merging([
                "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)", "AWS_LAMBDA_FUNCTION_NAME": "fixture",
            ]) { $1 }
            try await withChildProcess(program, arguments, environment: environment) { child in
                try await body(server, child)
            }
        }
    }

    @Test func runsMainActorWorkOnTheThreadThatIsTheLoop() async throws {
        try await self.withProcess { server, _ in
            let connection = try await server.accept()
            for visit in 1...3 {
                try await connection.answerNext("main actor")
                #expect(try await connection.readWhole().body == "visit \(visit)")
                try await connection.reply()
            }
            try await connection.answerNext("main actor in a stream")
            #expect(try await connection.readStream().text == "visit 4\nvisit 5\nvisit 6\n")
        }
    }

    /// Nothing but the first request has the main queue looked after there.
    @Test(arguments: [nil, "2"]) func theMainActorServesAlsoWhereNothingIsPrepared(workers: String?) async throws {
        let variables = workers.map { ["AWS_LAMBDA_MAX_CONCURRENCY": $0] } ?? [:]
        try await self.withProcess(["plain"], variables: variables) { server, _ in
            let connection = try await server.accept()
            for visit in [1, 3] {
                try await connection.answerNext("x")
                #expect(try await connection.readStream().text == "visit \(visit), \(visit + 1)")
                try await connection.reply()
            }
        }
    }

    /// By the names that Lambda has for them. (Lambda Developer Guide, "Defined runtime environment variables".)
    @Test func readsWhatItsVariablesSayOfTheFunction() async throws {
        let variables = [
            "AWS_LAMBDA_FUNCTION_VERSION": "7", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/fixture", "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/27/[7]ab",
        ]
        try await self.withProcess(variables: variables) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("facts")
            #expect(try await connection.readWhole().body == "fixture 7 256 /aws/lambda/fixture 2026/11/27/[7]ab")
        }
    }

    #if os(Linux)
    /// In a function of 128 MB each thread's stack and each hop between threads is felt.
    @Test func startsNoThreadForWhatOneCanDo() async throws {
        try await self.withProcess { server, child in
            let connection = try await server.accept()
            try await connection.answerNext("hello")
            #expect(try await connection.readWhole().body == "hello of fixture")
            try await connection.reply()
            // Nor for a stream, the time between its chunks, or a heartbeat.
            try await connection.answerNext("wait")
            #expect(try await connection.readStream().text == "0\n1\n2\n")
            try await connection.reply()
            try await connection.answerNext("beat")
            let events = try await connection.readStream().text
            #expect(events.hasPrefix(":") && events.hasSuffix("data: x\n\n"), "\(events)")
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(child.processID)/task")
            #expect(threads.count == 1, "\(threads)")
        }
    }
    #endif

    @Test func writesFromAnotherExecutor() async throws {
        try await self.withProcess { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("another executor")
            #expect(try await connection.readStream().text == "0\n1\n2\n")
        }
    }

    @Test func namesTheTraceOfEachInvocationInTheEnvironment() async throws {
        try await self.withProcess { server, _ in
            let connection = try await server.accept()
            for (field, value) in [("Lambda-Runtime-Trace-Id: Root=1", "Root=1"), ("X-None: 1", "none")] {
                try await connection.answerNext("trace", fields: [field])
                #expect(try await connection.readWhole().body == value)
                try await connection.reply()
            }
            try await connection.answerNext("hello")
            #expect(try await connection.readWhole().body == "hello of fixture")
        }
    }

    @Test(arguments: ["Text", "JSON"]) func logsToStandardOutputAsLambdaIsConfigured(format: String) async throws {
        try await self.withProcess(variables: ["AWS_LAMBDA_LOG_FORMAT": format]) { server, child in
            let connection = try await server.accept()
            try await connection.answerNext("log")
            _ = try await connection.readWhole()
            let line = try await child.line(on: .standardOutput) { _ in true }
            #expect(
                format == "JSON"
                    ? line.hasSuffix(
                        #"","level":"INFO","requestId":"req-1","logger":"sluice","message":"logged\nhere"}"#
                    )
                    : line.hasSuffix("Z\treq-1\tINFO\tlogged\rhere")
            )
        }
    }

    @Test func exitsWithACodeAndTheReasonWhenStartUpFails() async throws {
        try await self.withProcess(["fail"]) { server, child in
            let connection = try await server.accept()
            #expect(try await connection.readWhole().body.contains("no model today"))
            try await connection.reply()
            #expect(try await child.exit() == .code(1))
            let errors = String(decoding: try await child.end(of: .standardError), as: UTF8.self)
            #expect(errors.contains("Function.StartUpFailed: no model today"))
        }
    }

    @Test func exitsWithACodeAndTheReasonWhenItIsNotRestored() async throws {
        try await self.withProcess(variables: ["AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"]) { server, child in
            let connection = try await server.accept()
            #expect(try await connection.readHead().hasPrefix("GET /2018-06-01/runtime/restore/next "))
            try await connection.reply("403 Forbidden")
            #expect(try await child.exit() == .code(1))
            let errors = String(decoding: try await child.end(of: .standardError), as: UTF8.self)
            #expect(errors.contains("answered /restore/next with status 403"), "\(errors)")
            #expect(server.connectionCount == 1)
        }
    }

    @Test func exitsWithACodeOnAContainerError() async throws {
        try await self.withProcess { server, child in
            let connection = try await server.accept()
            try await connection.answerNext("x")
            _ = try await connection.readWhole()
            try await connection.reply("500 Internal Server Error")
            #expect(try await child.exit() == .code(1))
        }
    }

    @Test func endsOnATerminationSignal() async throws {
        try await self.withProcess { server, child in
            try await server.accept().readNext()
            #expect(try await child.terminate() == .signal(15))
        }
    }

    @Test func doesItsLastWorkWhenItIsAskedToEnd() async throws {
        try await self.withProcess(["shutdown"]) { server, child in
            let first = try await server.accept()
            #expect(try await first.readWhole().head.hasPrefix("POST /2020-01-01/extension/register HTTP/1.1\r\n"))
            try await first.reply("200 OK", fields: ["Lambda-Extension-Identifier: id-1"])
            try await first.readNext()
            #expect(try await server.accept().readHead().hasPrefix("GET /2020-01-01/extension/event/next "))
            #expect(try await child.terminate() == .code(0))
            #expect(try await child.end(of: .standardOutput) == Array("flushed\n".utf8))
        }
    }

    @Test func servesSeveralInvocationsAtOnceWhereLambdaSaysSo() async throws {
        try await self.withProcess(variables: ["AWS_LAMBDA_MAX_CONCURRENCY": "3"]) { server, _ in
            let connections = try await [server.accept(), server.accept(), server.accept()]
            for (number, connection) in connections.enumerated() {
                try await connection.answerNext(
                    "trace",
                    requestID: "r\(number)",
                    fields: ["Lambda-Runtime-Trace-Id: t"]
                )
                #expect(try await connection.readWhole().body == "none", "the variable is the whole process's")
            }
        }
    }

    @Test(arguments: [nil, "localhost", "127.0.0.1:99999", ""]) func saysWhatIsMissing(address: String?) async throws {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        let result = try await runProgram(
            program,
            environment: address.map { ["AWS_LAMBDA_RUNTIME_API": $0] } ?? [:]
        )
        #expect(result.exit == .code(1))
        #expect(result.errorText.contains("AWS_LAMBDA_RUNTIME_API"))
        #expect(result.errorText.contains("sluice serve --function NAME=COMMAND"))
    }

    @Test func namesTheAddressThatCannotBeReached() async throws {
        let port = try await withScriptedServer { $0.port }
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        let result = try await runProgram(program, environment: ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(port)"])
        #expect(result.exit == .code(1))
        #expect(result.errorText.contains("127.0.0.1:\(port)"))
    }
}
