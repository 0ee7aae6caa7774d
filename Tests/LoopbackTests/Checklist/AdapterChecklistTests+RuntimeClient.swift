// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The list for runtime clients, as far as an application behind the adapter can tell the difference; the numbers behind the
/// colon are that list's. `RuntimeChecklistTests` has all of it for what the adapter is made of.
extension AdapterChecklistTests {
    /// One invocation, answered with `answer` by the application.
    private func serve(
        _ adapter: ScriptedAdapter,
        _ answer: String = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
    ) async throws -> String {
        let application = try await adapter.application.accept()
        let head = try await application.readHead()
        try await application.send(answer)
        return head
    }

    @Test(
        "15: 2, 16, 23: asks on one connection, behind the reply to its response, and on a new one when that has ended"
    )
    func connections() async throws {
        try await ScriptedAdapter.run { adapter in
            var lambda = try await adapter.start()
            for number in 1...3 {
                try await lambda.answerNext(ScriptedAdapter.event(), requestID: "req-\(number)")
                _ = try await self.serve(adapter)
                #expect(try await lambda.readStream().head.contains("/invocation/req-\(number)/response "))
                // The last time it has to end the connection: whatever it had sent before the reply comes before that end.
                try await lambda.reply(fields: number == 3 ? ["Connection: close"] : [])
            }
            _ = try await lambda.end()
            #expect(lambda.unread.isEmpty)
            lambda = try await adapter.lambda.accept()
            try await lambda.readNext()
            await lambda.close()
            lambda = try await adapter.lambda.accept()
            try await lambda.answerNext(ScriptedAdapter.event())
            _ = try await self.serve(adapter)
            #expect(try await lambda.readStream().split().body == "x")
        }
    }

    @Test("15: 3, 4, 5: takes an event in chunks, names in any case, and tells the application what Lambda says of it")
    func nextReply() async throws {
        try await ScriptedAdapter.run(variables: ["AWS_LAMBDA_FUNCTION_NAME": "shop"]) { adapter in
            let lambda = try await adapter.start()
            try await lambda.readNext()
            try await lambda.send(
                """
                HTTP/1.1 200 OK\r\nLAMBDA-RUNTIME-AWS-REQUEST-ID: req-1\r\nlambda-runtime-deadline-ms: 4102444800000\r
                Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:x:1:function:shop\r
                Lambda-Runtime-Trace-Id: Root=1-5\r\nLambda-Runtime-Client-Context: {"custom":{"a":"b"}}\r
                Lambda-Runtime-Cognito-Identity: {"cognitoIdentityId":"c"}\r\nLambda-Runtime-Aws-Tenant-Id: \r
                Transfer-Encoding: chunked\r\n\r\n
                """
            )
            let event = ScriptedAdapter.event("/in/pieces")
            try await lambda.sendChunk(String(event.prefix(7)))
            try await lambda.sendChunk(String(event.dropFirst(7)))
            try await lambda.sendLastChunk()
            let head = try await self.serve(adapter)
            #expect(head.hasPrefix("GET /in/pieces HTTP/1.1\r\n"))
            let line = try #require(
                head.split(whereSeparator: \.isNewline).first { $0.hasPrefix("x-amzn-lambda-context: ") }
            )
            let json = try JSONSerialization.jsonObject(with: Data(line.drop { $0 != "{" }.utf8))
            let context = try #require(json as? [String: Any])
            #expect(context["request_id"] as? String == "req-1" && context["deadline"] as? Int == 4_102_444_800_000)
            #expect(context["invoked_function_arn"] as? String == "arn:aws:lambda:x:1:function:shop")
            #expect(context["xray_trace_id"] as? String == "Root=1-5" && context["tenant_id"] is NSNull)
            #expect((context["client_context"] as? [String: [String: String]])?["custom"] == ["a": "b"])
            #expect((context["identity"] as? [String: String]) == ["cognitoIdentityId": "c"])
            #expect((context["env_config"] as? [String: Any])?["function_name"] as? String == "shop")
        }
    }

    @Test("15: 6, 14: gives the invocation id back, with a response and with an /error")
    func invocationID() async throws {
        try await ScriptedAdapter.run { adapter in
            let lambda = try await adapter.start()
            let fields = ["Lambda-Runtime-Invocation-Id: delivery-7"]
            try await lambda.answerNext(ScriptedAdapter.event(), fields: fields)
            _ = try await self.serve(adapter)
            #expect(try await lambda.readStream().head.contains("\r\nLambda-Runtime-Invocation-Id: delivery-7\r\n"))
            try await lambda.reply()
            try await lambda.answerNext(ScriptedAdapter.event(), fields: fields)
            _ = try await self.serve(adapter, "no HTTP\r\n\r\n")
            let (head, body) = try await lambda.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error HTTP/1.1\r\n"))
            #expect(head.contains("\r\nLambda-Runtime-Invocation-Id: delivery-7\r\n"))
            #expect(body.hasPrefix(#"{"errorType":"Adapter.MalformedResponse""#))
        }
    }

    @Test("15: 12: a head that fits into no prelude is an /error that says so, and nothing of it is sent")
    func longHead() async throws {
        try await ScriptedAdapter.run { adapter in
            let lambda = try await adapter.start()
            try await lambda.answerNext(ScriptedAdapter.event())
            let long = String(repeating: "x", count: 20_000)
            _ = try await self.serve(adapter, "HTTP/1.1 200 OK\r\nX-Long: \(long)\r\nContent-Length: 1\r\n\r\nx")
            let (head, body) = try await lambda.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/invocation/req-1/error HTTP/1.1\r\n"))
            #expect(body.contains("16384") || body.contains("16,384"), "\(body)")
            try await lambda.reply()
            try await lambda.readNext()
        }
    }

    @Test("15: 7, 18: goes on when its response is too late or too large", arguments: ["410 Gone", "413 Too Large"])
    func refused(status: String) async throws {
        try await ScriptedAdapter.run(mode: "buffered") { adapter in
            let lambda = try await adapter.start()
            try await lambda.answerNext(ScriptedAdapter.event())
            _ = try await self.serve(adapter)
            _ = try await lambda.readWhole()
            try await lambda.reply(status)
            try await lambda.readNext()
        }
    }

    @Test("15: 8: ends on a container error, and the application with it")
    func containerErrors() async throws {
        let command = ["--", "sh", "-c", "echo $$; exec sleep 1000"]
        try await ScriptedAdapter.run(command: command) { adapter in
            let application = try #require(Int32(try await adapter.process.line()))
            let lambda = try await adapter.start()
            try await lambda.answerNext(ScriptedAdapter.event())
            _ = try await self.serve(adapter)
            _ = try await lambda.readStream()
            try await lambda.reply("500 Internal Server Error")
            #expect(try await adapter.process.exit() == .code(1))
            #expect(!Processes.isAlive(application))
        }
    }

    @Test("15: 19: tells /init/error of an application that does not start, and exits with a code that is not zero")
    func initErrors() async throws {
        try await ScriptedAdapter.run(
            command: ["--", "sh", "-c", "echo why >&2; exit 7"],
            variables: ["AWS_LWA_PORT": "1"]
        ) {
            adapter in
            let lambda = try await adapter.lambda.accept()
            let (head, body) = try await lambda.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"))
            #expect(body.contains("with code 7") && body.contains("why"))
            try await lambda.reply()
            #expect(try await adapter.process.exit() == .code(1))
        }
    }

    @Test("15: 20: with SnapStart, waits for its application, and then asks for the restore before any invocation")
    func restore() async throws {
        try await ScriptedAdapter.run(variables: ["AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"]) { adapter in
            _ = try await adapter.application.accept()
            let before = try await adapter.lambda.accept()
            #expect(try await before.readHead().hasPrefix("GET /2018-06-01/runtime/restore/next HTTP/1.1\r\n"))
            try await before.reply("200 OK")
            try await adapter.refuseExtension().readNext()
        }
    }

    @Test("15: 21: on Managed Instances has so many workers and no more, whose work ends at its own deadline")
    func workers() async throws {
        let variables = ["AWS_LAMBDA_MAX_CONCURRENCY": "3", "AWS_LAMBDA_LOG_FORMAT": "JSON"]
        try await ScriptedAdapter.run(mode: "buffered", variables: variables) { adapter in
            let first = try await adapter.start()
            let workers = [first, try await adapter.lambda.accept(), try await adapter.lambda.accept()]
            for worker in workers { try await worker.readNext() }
            let deadline = Int(Date().timeIntervalSince1970 * 1000) + 3_000
            try await workers[0].sendInvocation(
                ScriptedAdapter.event("/late"),
                requestID: "a",
                fields: ["Lambda-Runtime-Deadline-Ms: \(deadline)"]
            )
            let silent = try await adapter.application.accept()
            _ = try await silent.readHead()
            try await workers[1].sendInvocation(ScriptedAdapter.event("/soon"), requestID: "b")
            #expect(try await self.serve(adapter).hasPrefix("GET /soon "))
            #expect(try await workers[1].readWhole().head.contains("/invocation/b/response "))
            let (head, body) = try await workers[0].readWhole()
            #expect(head.contains("/invocation/a/error ") && body.contains("Function.DeadlineExceeded"))
            #expect(try await silent.end() == .endOfFile, "the application hears that nobody waits")
            #expect(adapter.lambda.connectionCount == 3)
        }
    }

    @Test(
        "15: 24: on SIGTERM it ends in time, and the application before it",
        arguments: ["serving", "waiting for its application"]
    )
    func terminates(while state: String) async throws {
        let command = ["--", "sh", "-c", "trap 'echo told; exit' TERM; echo $$; while :; do sleep 0.01; done"]
        // Nobody listens there.
        let variables = state == "serving" ? [:] : ["AWS_LWA_PORT": "1"]
        try await ScriptedAdapter.run(command: command, variables: variables) { adapter in
            let application = try #require(Int32(try await adapter.process.line()))
            if state == "serving" { try await adapter.start().readNext() }
            #expect(try await adapter.process.terminate() == .code(0))
            #expect(!Processes.isAlive(application))
            #expect(try await adapter.process.end(of: .standardOutput).suffix(5) == Array("told\n".utf8))
        }
    }
}
