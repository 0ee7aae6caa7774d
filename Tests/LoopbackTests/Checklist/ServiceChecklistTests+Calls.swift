// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// What a service must do for its callers, point by point. Where a point needs more than one example, other suites have
/// the rest.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ServiceCallsChecklistTests {
    private typealias Request = ScriptedFunction.Step.Request

    @Test("12: Invoke is 200, 202 or 204, names the version, says Unhandled of a failure, and has the log's tail")
    func invoke() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            func call(_ fields: [String], _ steps: [ScriptedFunction.Step]) async throws -> RawReply {
                let body = Array(try ScriptedFunction.Step.event(steps).utf8)
                return try await lambda.call(.invoke, fields: fields, body: body)
            }
            let good = try await call(
                ["X-Amz-Log-Type: Tail"],
                [.chunk("{\"statusCode\":200}\0\0\0\0\0\0\0\0body"), .end]
            )
            #expect(good.status == 200)
            #expect(good["x-amz-executed-version"] == ["$LATEST"])
            #expect(good["x-amz-function-error"] == [])
            #expect(good.text == "{\"statusCode\":200}\0\0\0\0\0\0\0\0body")
            let log = try #require(good["x-amz-log-result"].first.flatMap { Data(base64Encoded: $0) })
            #expect(String(decoding: log, as: UTF8.self).contains("REPORT RequestId: "))
            let bad = try await call([], [.error(type: "Own.Type", body: "{\"errorMessage\":\"no\"}")])
            #expect(bad.status == 200)
            #expect(bad["x-amz-function-error"] == ["Unhandled"])
            #expect(bad.text == "{\"errorMessage\":\"no\"}")
            let event = try await call(["X-Amz-Invocation-Type: Event"], [.end])
            #expect(event.status == 202 && event.body.isEmpty)
            let dryRun = try await call(["X-Amz-Invocation-Type: DryRun"], [.exit(1)])
            #expect(dryRun.status == 204 && dryRun.body.isEmpty)
        }
    }

    @Test(
        "13: InvokeWithResponseStream frames what comes when it comes, ends with one InvokeComplete, and has no Event"
    )
    func stream() async throws {
        let gate = try await Gate.open()
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let steps: [ScriptedFunction.Step] = [.chunk("one"), .untilAccepted(port: gate.port), .chunk("two"), .end]
            try await withRawClient(port: lambda.addresses.endpointPort) { caller in
                try await caller.send(try LocalLambda.post(LocalLambda.streamed, steps))
                let head = try await caller.readHead()
                #expect(head.contains("\r\nContent-Type: application/vnd.amazon.eventstream\r\n"))
                #expect(String(decoding: try await caller.readChunk(), as: UTF8.self).contains("one"))
                await gate.release()
                #expect(String(decoding: try await caller.readChunk(), as: UTF8.self).contains("two"))
            }
            let late = try await lambda.call(.stream, [.chunk("a"), .trailers(type: "Own.Type", body: "{}")])
            #expect(late.status == 200)
            #expect(try late.eventStream() == ("a", ["ErrorCode": "Own.Type", "ErrorDetails": "{}"]))
            let event = try await lambda.call(.stream, fields: ["X-Amz-Invocation-Type: Event"], body: [])
            #expect(event.status == 400)
            #expect(event["x-amzn-errortype"] == ["InvalidParameterValueException"])
        }
    }

    @Test("14: writes its frames to the byte as botocore reads them")
    func frames() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.call(.stream, [.chunk("hello"), .end])
            let hexadecimal = reply.body.map { String(format: "%02x", $0) }.joined()
            #expect(
                hexadecimal == """
                    0000006f0000005af5fe871f0d3a6d6573736167652d747970650700056576656e740b3a6576656e742d7479706507000c\
                    5061796c6f61644368756e6b0d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f637465742d7374\
                    7265616d68656c6c6f4fe061f2\
                    00000066000000541f56c8690d3a6d6573736167652d747970650700056576656e740b3a6576656e742d7479706507000e\
                    496e766f6b65436f6d706c6574650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b7d\
                    face259a
                    """
            )
        }
    }

    @Test("15: names the exception, and spells its message as the model does")
    func exceptions() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let path = "/2015-03-31/functions/other/invocations"
            let missing = try await lambda.call(.invoke, path: path, body: [])
            #expect(missing.status == 404)
            #expect(missing["x-amzn-errortype"] == ["ResourceNotFoundException"])
            let arn = "arn:aws:lambda:us-east-1:123456789012:function:other:$LATEST"
            #expect(missing.object == ["Type": "User", "Message": "Function not found: \(arn)"])
            let malformed = try await lambda.call(.invoke, body: Array("{".utf8))
            #expect(malformed.status == 400)
            #expect(malformed["x-amzn-errortype"] == ["InvalidRequestContentException"])
            #expect(malformed.object?["message"]?.hasPrefix("Could not parse request body into json: ") == true)
        }
    }

    @Test("16: makes an event of format 2.0 of a request")
    func event() throws {
        let request = FunctionURLRequest(
            method: "GET",
            target: "/pa2%Fth/1?a=1&a=2&b=%20",
            fields: [.cookie: "c=1; d=2", .accept: "x", .accept: "y"],
            body: ByteBuffer(),
            sourceIP: "127.0.0.1",
            port: 1,
            domainName: "f.lambda-url.localhost",
            domainPrefix: "f",
            requestID: "r",
            traceID: "t",
            millisecondsSinceEpoch: 0
        )
        let json = Data(FunctionURLEvent.json(request).readableBytesView)
        let event = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(event["version"] as? String == "2.0")
        #expect(event["rawPath"] as? String == "/pa2%Fth/1")
        #expect(event["rawQueryString"] as? String == "a=1&a=2&b=%20")
        #expect(event["queryStringParameters"] as? [String: String] == ["a": "1,2", "b": " "])
        #expect(event["cookies"] as? [String] == ["c=1", "d=2"])
        #expect((event["headers"] as? [String: String])?["accept"] == "x,y")
        #expect(event["body"] == nil)
    }

    @Test("17: a buffering URL infers a response of what the function gives")
    func buffered() async throws {
        var function = try ScriptedFunction.configuration()
        function.invokeMode = .buffered
        try await LocalLambda.run(function) { lambda in
            for (output, status, body) in [
                (#"{"hello": "world"}"#, 200, #"{"hello":"world"}"#),
                (#"["hello", 3, true]"#, 200, #"["hello",3,true]"#),
                (#""hello""#, 200, "hello"), ("3.1", 200, "3.1"), (#"{"statusCode":"418","body":"tea"}"#, 418, "tea"),
            ] {
                let reply = try await lambda.call(.functionURL, [.respond(output)])
                #expect(reply.status == status && reply.text == body, "\(reply)")
                #expect(reply["content-type"] == ["application/json"])
            }
            let failed = try await lambda.call(.functionURL, [.error(type: "Own.Type", body: "{}")])
            #expect(failed.status == 502 && failed.text == "Internal Server Error", "\(failed)")
        }
    }

    private static func prelude(_ json: String, body: String) -> ScriptedFunction.Step {
        var request = Request.of("response").with("Content-Type", "application/vnd.awslambda.http-integration-response")
        request.body = Array((json + "\0\0\0\0\0\0\0\0" + body).utf8)
        return .ask(request)
    }

    @Test("18: a streaming URL reads a prelude where the content type announces one")
    func streamed() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let json = #"{"status":201,"headers":{"content-length":"7"},"cookies":["a=b"]}"#
            let reply = try await lambda.call(.functionURL, [Self.prelude(json, body: "hi")])
            #expect(reply.status == 200)
            #expect(reply["set-cookie"] == ["a=b"])
            #expect(reply["x-amzn-remapped-content-length"] == ["7"])
            #expect(reply["content-length"] == [] && reply.text == "hi")
            let plain = try await lambda.call(.functionURL, [.chunk(json + "\0\0\0\0\0\0\0\0hi"), .end])
            #expect(plain.text.hasPrefix(json))
        }
    }

    @Test("19: answers 403 with no word to a URL that does not exist")
    func unknownURL() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let text = try await withRawClient(port: lambda.addresses.endpointPort) { caller in
                try await caller.send("GET / HTTP/1.1\r\nHost: none.lambda-url.localhost\r\nConnection: close\r\n\r\n")
                return try RawReply(try await caller.readToEnd())
            }
            #expect(text.status == 403 && text.text == #"{"Message":null}"#)
        }
    }

    @Test("19: answers the long word to who may not call a URL, and lets in who signs")
    func deniedURL() async throws {
        var function = try ScriptedFunction.configuration()
        function.urlAuthentication = .iam
        try await LocalLambda.run(function) { lambda in
            let denied = try await lambda.call(.functionURL, [.chunk("x"), .end])
            #expect(denied.status == 403)
            #expect(denied["x-amzn-errortype"] == ["AccessDeniedException"])
            let words =
                "Forbidden. For troubleshooting Function URL authorization issues, see: "
                + "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
            #expect(denied.object == ["Message": words])
            #expect(lambda.log.startedEnvironments == 0)
            let scope = "AKIA1/20261125/us-east-1/lambda/aws4_request"
            let signature = "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=ab"
            // Without a body the function answers with its event.
            let signed = try await lambda.call(.functionURL, fields: ["Authorization: " + signature], body: [])
            #expect(signed.status == 200)
            let event = try #require(try JSONSerialization.jsonObject(with: Data(signed.body)) as? [String: Any])
            let context = try #require(event["requestContext"] as? [String: Any])
            #expect(context["accountId"] as? String == "123456789012")
            let iam = (context["authorizer"] as? [String: Any])?["iam"] as? [String: Any]
            #expect(iam?["accessKey"] as? String == "AKIA1")
        }
    }

    @Test("20: takes a prelude without a body")
    func emptyBody() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await lambda.call(.functionURL, [Self.prelude(#"{"statusCode":204}"#, body: "")])
            #expect(reply.status == 204 && reply.body.isEmpty)
        }
    }
}
