// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceTesting
import SluiceWebAdapter
import TestSupport
import Testing

@testable import SluiceCLI

/// What a web adapter must do, point by point. Where a point needs more than one example, other suites have the rest.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterChecklistTests {
    // 1, for the wrapper of a managed runtime and for an image in the local Lambda: PlacementTests.

    @Test("1: registers as an extension, and has its call for the next event open")
    func registers() async throws {
        try await AdaptedApplication.run { app async throws in
            #expect(try await app.get("/echo").status == 200)
            try await app.lambda.log.first("a registered extension") {
                if case .extensions(let news) = $0, "\(news)".contains("eady") { () } else { nil }
            }
        }
    }

    @Test("2: asks for no invocation before the application is ready")
    func readiness() async throws {
        let gate = try await Gate.open()
        try await AdaptedApplication.run(variables: ["APP_GATE": "\(gate.port)"]) { app async throws in
            async let reply = app.get("/echo")
            try await gate.wait()
            #expect(app.lambda.log.count { if case .initFinished = $0 { true } else { false } } == 0)
            await gate.release()
            #expect(try await reply.status == 200)
        }
    }

    @Test("2: with an asynchronous start it asks before Lambda's time is over, and requests wait as long as they can")
    func asynchronousStart() async throws {
        #expect(AdapterLimits.initMilliseconds <= 9_800)
        let gate = try await Gate.open()
        let variables = ["APP_GATE": "\(gate.port)", "AWS_LWA_ASYNC_INIT": "true"]
        try await AdaptedApplication.run(variables: variables, configure: { $0.timeout = .seconds(3) }) {
            app async throws in
            async let early = app.get("/echo")
            _ = try await app.line("The first request waits for it.")
            try await app.lambda.log.first("the end of the initialisation") {
                if case .initFinished = $0 { () } else { nil }
            }
            #expect(try await early.status == 502)
            let failure = try await app.lambda.log.first("a failure") {
                if case .invocationFailed(_, let type, let message) = $0 { "\(type): \(message)" } else { nil }
            }
            #expect(failure.hasPrefix("Function.DeadlineExceeded: "))
            #expect(failure.contains("Adapter.ApplicationNotReady: the application is not ready at 127.0.0.1:"))
            async let reply = app.get("/echo")
            try await app.lambda.log.wait(for: 2, "a start") { if case .start = $0 { true } else { false } }
            await gate.release()
            #expect(try await reply.status == 200)
        }
    }

    @Test("3: understands the events of every source", arguments: TestEvent.Source.allCases)
    func sources(source: TestEvent.Source) async throws {
        try await AdaptedApplication.run(mode: "buffered") { app async throws in
            let event = TestEvent.http(from: source, "/a/b?x=1&x=2", method: .post, body: ByteBuffer(string: "hello"))
            let answer = try await app.invoke(event.payload)
            #expect(answer.contains(#""statusCode":200"#))
            #expect(answer.contains(#"\"method\": \"POST\""#))
            // A load balancer that knows of one value for each name gives the last.
            #expect(answer.contains("/a/b?x=") && answer.contains("x=2"))
            #expect(answer.contains("68656c6c6f"))
        }
    }

    @Test("4: keeps path, query, repeated values, cookies and bodies in base64 as they are")
    func requests() async throws {
        try await AdaptedApplication.run { app async throws in
            let event = #"""
                {"version":"2.0","rawPath":"/%E4//b%2Fc","rawQueryString":"a=1&a=2&b=%20","cookies":["x=1","y=2"],
                "headers":{"x-list":"1,2"},"body":"AAH/","isBase64Encoded":true,
                "requestContext":{"http":{"method":"PUT","path":"/","sourceIp":"1.2.3.4"}}}
                """#
            let answer = try await app.invoke(ByteBuffer(string: event))
            let body = answer.split(separator: "\0", omittingEmptySubsequences: true).last.map(String.init) ?? ""
            var reply = LocalLambda.Reply()
            reply.body = body
            let seen = try SeenRequest(reply)
            #expect(seen.method == "PUT" && seen.target == "/%E4//b%2Fc?a=1&a=2&b=%20" && seen.body == "0001ff")
            #expect(seen["cookie"] == ["x=1; y=2"] && seen["x-list"] == ["1,2"])
        }
    }

    @Test("5: removes the base path once, where a segment ends")
    func basePath() async throws {
        try await AdaptedApplication.run(variables: ["AWS_LWA_REMOVE_BASE_PATH": "/api"]) { app async throws in
            #expect(try await app.seen("/api/api/x").target == "/api/x")
            #expect(try await app.seen("/apix").target == "/apix")
        }
    }

    @Test("6: sets what the application learns of Lambda, and overwrites what the caller says of it")
    func contexts() async throws {
        try await AdaptedApplication.run { app async throws in
            let names = ["x-amzn-request-context", "x-amzn-lambda-context", "x-amz-tenant-id"].compactMap(
                { HTTPField.Name($0) }
            )
            let forged = HTTPFields(names.map { HTTPField(name: $0, value: "forged") })
            let seen = try await app.seen("/echo", fields: forged)
            #expect(seen["x-amzn-request-context"].first?.hasPrefix("{") == true)
            #expect(seen["x-amzn-lambda-context"].first?.hasPrefix("{") == true)
            #expect(seen["x-amz-tenant-id"] == [])
        }
    }

    @Test("7: sends the head when the application's has come, before any of its body")
    func headFirst() async throws {
        try await AdaptedApplication.run { app async throws in
            let gate = try await Gate.open()
            let reply = try await app.get(
                "/head-first?gate=\(gate.port)",
                onHead: {
                    try await gate.wait()
                    await gate.release()
                }
            )
            #expect(reply.status == 200 && reply.body == "")
        }
    }

    @Test("8: answers without a body end with their head")
    func bodiless() async throws {
        try await AdaptedApplication.run { app async throws in
            #expect(try await app.get("/status/204").end == .complete)
            #expect(try await app.get("/status/304").end == .complete)
            #expect(try await app.get("/echo", method: .head).end == .complete)
            #expect(try await app.get("/empty").end == .complete)
        }
    }

    @Test("9: an answer that breaks off ends in trailers, and adds nothing to the body")
    func brokenBody() async throws {
        try await AdaptedApplication.run { app async throws in
            let reply = try await app.get("/break")
            #expect(reply.body == "half" && reply.end != .complete)
            let report = try await app.lambda.log.reports(atLeast: 1)[0]
            #expect(report.errorType == "Adapter.ResponseBrokeOff")
        }
    }

    @Test("10: compresses only where it is asked to, and then each chunk can be read when it comes")
    func compression() async throws {
        let accepting: HTTPFields = [.acceptEncoding: "gzip"]
        try await AdaptedApplication.run { app async throws in
            #expect(try await app.get("/echo", fields: accepting).fields[.contentEncoding] == nil)
        }
        try await AdaptedApplication.run(variables: ["AWS_LWA_ENABLE_COMPRESSION": "true"]) { app async throws in
            #expect(try await app.get("/echo", fields: accepting).fields[.contentEncoding] == "gzip")
            _ = try await app.line("Function URLs were seen to unpack streams in gzip")
            let plain = try await app.get("/echo")
            #expect(plain.fields[.contentEncoding] == nil)
            #expect(plain.fields[.vary] == "accept-encoding", "a cache must not give it to everybody")
        }
    }

    @Test("11: statuses that are named fail the invocation, with the body in the error")
    func errorStatuses() async throws {
        try await AdaptedApplication.run(variables: ["AWS_LWA_ERROR_STATUS_CODES": "500-599"]) { app async throws in
            #expect(try await app.get("/status/404").status == 404)
            _ = try await app.get("/status/500")
            let failure = try await app.lambda.log.first("a failure") {
                if case .invocationFailed(_, let type, let message) = $0 { type + " " + message } else { nil }
            }
            #expect(failure == #"Adapter.ErrorStatus {"statusCode":500,"body":"status 500"}"#)
        }
    }

    @Test("12: asks a proxy for invocations where one is named, on any host")
    func proxy() async throws {
        try await withScriptedServer(host: "127.0.0.3") { server in
            let port = try await freePort()
            let environment = [
                "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "AWS_LWA_PORT": "\(port)",
                "AWS_LWA_LAMBDA_RUNTIME_API_PROXY": "127.0.0.3:\(server.port)", "PATH": RunEnvironment["PATH"] ?? "",
            ]
            let program = try BuiltProducts.url(of: "sluice-adapter").path
            let command = ["--", "python3", AdaptedApplication.script]
            try await withChildProcess(program, command, environment: environment) { _ in
                let head = try await server.accept().readHead()
                #expect(head.contains("Host: 127.0.0.3:\(server.port)\r\n"))
            }
        }
    }

    @Test("13: serves as many requests at once as Managed Instances give it")
    func concurrency() async throws {
        try await AdaptedApplication.run(configure: { $0.managedConcurrency = 3 }) { app async throws in
            let gate = try await Gate.open()
            async let first = app.get("/live?gate=\(gate.port)")
            async let second = app.get("/live?gate=\(gate.port)")
            async let third = app.get("/live?gate=\(gate.port)")
            try await gate.wait(for: 3)
            #expect(app.lambda.log.startedEnvironments == 1)
            await gate.release()
            for reply in [try await first, try await second, try await third] {
                #expect(reply.body == "first\nsecond\n")
            }
        }
    }

    @Test("15: streams as a runtime must: mode, chunks, a content type, and both trailers declared")
    func runtimeClient() async throws {
        try await withScriptedServer { server in
            let port = try await freePort()
            let environment = [
                "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)", "AWS_LWA_PORT": "\(port)",
                "AWS_LWA_INVOKE_MODE": "response_stream", "PATH": RunEnvironment["PATH"] ?? "",
            ]
            let program = try BuiltProducts.url(of: "sluice-adapter").path
            let command = ["--", "python3", AdaptedApplication.script]
            try await withChildProcess(program, command, environment: environment) { _ in
                let connection = try await server.accept()
                _ = try await connection.readWhole()
                try await connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}")
                let event = #"""
                    {"version":"2.0","rawPath":"/status/201","rawQueryString":"","headers":{},
                    "requestContext":{"http":{"method":"GET","path":"/status/201","sourceIp":"1.2.3.4"}}}
                    """#
                try await connection.answerNext(event)
                let head = try await connection.readHead().lowercased()
                #expect(head.contains("lambda-runtime-function-response-mode: streaming\r\n"))
                #expect(head.contains("transfer-encoding: chunked\r\n"))
                #expect(head.contains("content-type: application/vnd.awslambda.http-integration-response\r\n"))
                #expect(head.contains("trailer: lambda-runtime-function-error-type"))
            }
        }
    }

    @Test("14: neither another event nor a buffered answer gets a prelude")
    func noPrelude() async throws {
        for mode in ["response_stream", "buffered"] {
            try await AdaptedApplication.run(mode: mode) { app async throws in
                #expect(try await app.invoke(ByteBuffer(string: #"{"a":1}"#)) == #"{"handled":{"a":1}}"#)
            }
        }
    }
}
