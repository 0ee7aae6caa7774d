// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import Logging
import NIOCore
import Sluice
import TestSupport
import Testing

/// What a handler is told, and that runtimes of one process know nothing of each other.
@Suite struct ContextTests {
    @Test func tellsTheHandlerWhatTheServiceAndTheEnvironmentSay() async throws {
        let seen = Watched<InvocationContext?>(nil)
        let function = LambdaFunction { _, context in
            seen.update { $0 = context }
            return .text("{}")
        }
        var environment = FunctionEnvironment()
        environment.functionName = "name"
        environment.memoryMegabytes = 512
        environment.logGroupName = "/aws/lambda/name"
        environment.logStreamName = "2026/11/26/name[$LATEST]0"
        try await withFunction(function, environment: environment) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: [
                "Lambda-Runtime-Deadline-Ms: 4102444800000", "Lambda-Runtime-Invoked-Function-Arn: arn:x",
                "Lambda-Runtime-Trace-Id: Root=1", "Lambda-Runtime-Client-Context: {\"custom\":{}}",
                "Lambda-Runtime-Cognito-Identity:", "Lambda-Runtime-Aws-Tenant-Id: blue",
            ])
            let context = try await seen.first("the context") { $0 }
            #expect(context.requestID == "req-1")
            #expect(context.invokedFunctionARN == "arn:x")
            #expect(context.traceID == "Root=1")
            #expect(context.clientContext == #"{"custom":{}}"#)
            #expect(context.cognitoIdentity == nil)
            #expect(context.tenantID == "blue")
            #expect(context.functionName == "name")
            #expect(context.functionVersion == nil)
            #expect(context.memoryMegabytes == 512)
            #expect(context.logGroupName == "/aws/lambda/name")
            #expect(context.logStreamName == "2026/11/26/name[$LATEST]0")
            #expect(context.remainingTime > .seconds(3600))
            #expect(context.logger[metadataKey: "requestID"] == "req-1")
        }
    }

    @Test(arguments: ["", "-9223372036854775808", "9223372036854775807", "x"])
    func survivesAnyDeadline(deadline: String) async throws {
        let function = LambdaFunction { _, context in .text("\(context.remainingTime > .seconds(-90_000))") }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: ["Lambda-Runtime-Deadline-Ms: \(deadline)"])
            #expect(try await connection.readWhole().body == "true")
        }
    }

    @Test func runsSeveralFunctionsInOneProcess() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await withFunction(LambdaFunction { _, _ in .text("\(number)") }) { server, _ in
                        let connection = try await server.accept()
                        for _ in 0..<20 {
                            try await connection.answerNext()
                            #expect(try await connection.readWhole().body == "\(number)")
                            try await connection.reply()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func readsAFunctionURLsEvent() async throws {
        let seen = Watched<FunctionRequest?>(nil)
        let function = HTTPFunction { request, _ in
            seen.update { $0 = request }
            return .json("{}")
        }
        let event = #"""
            {"version":"2.0","routeKey":"$default","rawPath":"/a%20b","rawQueryString":"x=1&y=a%20b+c&x=2&z&%41=%zz",
            "cookies":["k=v","l=w"],"headers":{"content-type":"text/plain","x-a":"1,2"},
            "requestContext":{"http":{"method":"POST","path":"/a%20b","protocol":"HTTP/1.1","sourceIp":"192.0.2.7"}},
            "body":"AAEC","isBase64Encoded":true}
            """#
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(event)
            let request = try await seen.first("the request") { $0 }
            #expect(request.method == .post)
            #expect(request.path == "/a%20b")
            #expect(request.query == "x=1&y=a%20b+c&x=2&z&%41=%zz")
            #expect(request.queryItem("x") == "1")
            #expect(request.queryItem("y") == "a b c")
            #expect(request.queryItem("z") == "")
            #expect(request.queryItem("A") == "%zz")
            #expect(request.queryItem("none") == nil)
            #expect(request.cookies == ["k=v", "l=w"])
            #expect(request.headers[.contentType] == "text/plain")
            #expect(request.body == ByteBuffer(bytes: [0, 1, 2]))
            #expect(request.sourceIP == "192.0.2.7")
            #expect(request.event == ByteBuffer(string: event))
        }
    }

    @Test func tellsTheServiceWhenStartUpFailsAndAsksForNothing() async throws {
        struct NoModel: Error {}
        let function = LambdaFunction(setUp: { _ in throw NoModel() }, { (_: Int, _, _) in .text("never") })
        try await withFunction(function) { server, function in
            let connection = try await server.accept()
            let (head, body) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"))
            #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: Function.NoModel\r\n"))
            #expect(body == #"{"errorType":"Function.NoModel","errorMessage":"NoModel()"}"#)
            try await connection.reply()
            guard case .initialisationFailed = try await function.failure() else {
                Issue.record("ended otherwise")
                return
            }
            #expect(connection.unread.isEmpty)
        }
    }
}
