// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// boto3 calls the local Lambda as it calls Lambda.
@Suite struct BotoInvokeTests {
    @Test(.requires(.boto3))
    func aGoodInvokeHasItsPayloadAndItsHeaders() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let reply = try await boto.invoke(#"{"do":"return","value":{"hello":"world"}}"#)
                #expect(reply.status == 200)
                #expect(reply.functionError == nil)
                #expect(reply.executedVersion == "$LATEST")
                // As the function wrote it: Invoke changes no byte.
                #expect(reply.payload == #"{"hello": "world"}"#)
                #expect(reply.headers?["content-type"] == "application/json")
                #expect(reply.headers?["x-amzn-trace-id"]?.hasPrefix("root=1-") == true)

                let echo = try await boto.invoke(
                    #"{"do":"echo"}"#,
                    // {"custom":{"a":"ä"}}
                    arguments: ["ClientContext": "eyJjdXN0b20iOnsiYSI6IsOkIn19"]
                )
                let received = try JSONDecoder().decode(Echo.self, from: Data(try #require(echo.payload).utf8))
                #expect(received.head["lambda-runtime-aws-request-id"] == echo.requestID)
                #expect(received.head["lambda-runtime-client-context"] == #"{"custom":{"a":"Ã¤"}}"#)
                #expect(
                    received.head["lambda-runtime-invoked-function-arn"]
                        == "arn:aws:lambda:us-east-1:123456789012:function:fixture"
                )
            }
        }
    }

    private struct Echo: Decodable {
        var head: [String: String]
    }

    @Test(.requires(.boto3))
    func aFailedInvokeIsUnhandledWithTheFunctionsOwnReport() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let failed = try await boto.invoke(#"{"do":"raise","type":"ValueError","message":"no"}"#)
                #expect(failed.status == 200)
                #expect(failed.functionError == "Unhandled")
                #expect(failed.payload == #"{"errorMessage": "no", "errorType": "ValueError", "stackTrace": []}"#)

                // A stream that fails is a failed invoke too, whatever it had written.
                let stream = try FixtureFunction.stream(
                    chunks: ["lost"],
                    end: .fail(type: "Function.Late", message: "late")
                )
                let late = try await boto.invoke(stream)
                #expect(late.functionError == "Unhandled")
                #expect(late.payload == #"{"errorMessage": "late", "errorType": "Function.Late", "stackTrace": []}"#)

                try await boto.beginStream(#"{"do":"raise","type":"ValueError","message":"no"}"#)
                #expect(try await boto.line().status == 200)
                let (text, complete) = try await boto.finishStream()
                #expect(text == "")
                #expect(complete.ErrorCode == "ValueError")
                #expect(complete.ErrorDetails == failed.payload)
            }
        }
    }

    @Test(.requires(.boto3))
    func aStreamThatFailsOnTheWaySaysSoInItsLastEvent() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let stream = try FixtureFunction.stream(
                    chunks: ["one", "two"],
                    end: .fail(type: "Function.Boom", message: "b\u{f6}\u{f6}m")
                )
                try await boto.beginStream(stream)
                #expect(try await boto.line().status == 200)
                let (text, complete) = try await boto.finishStream()
                #expect(text == "onetwo")
                #expect(complete.ErrorCode == "Function.Boom")
                #expect(
                    complete.ErrorDetails
                        == #"{"errorMessage": "b\u00f6\u00f6m", "errorType": "Function.Boom", "stackTrace": []}"#
                )
            }
        }
    }

    /// What a stream is under `Invoke`, and a buffered response under `InvokeWithResponseStream`.
    @Test(.requires(.boto3))
    func theCallDecidesWhetherAResponseIsStreamed() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let prelude = #"{"statusCode":200}"# + FixtureFunction.delimiter
                let stream = try FixtureFunction.stream(type: FixtureFunction.preludeType, chunks: [prelude, "a", "b"])
                #expect(try await boto.invoke(stream).payload == prelude + "ab")

                try await boto.beginStream(#"{"do":"return","value":[1,2]}"#)
                #expect(try await boto.line().status == 200)
                let (text, complete) = try await boto.finishStream()
                #expect(text == "[1, 2]")
                #expect(complete == Boto.Complete())
            }
        }
    }

    @Test(.requires(.boto3))
    func refusedCallsAreTheExceptionsOfTheModel() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let missing = try await boto.invoke(#"{"do":"echo"}"#, function: "absent")
                #expect(missing.error == "ResourceNotFoundException")
                #expect(missing.status == 404)
                #expect(
                    missing.message
                        == "Function not found: arn:aws:lambda:us-east-1:123456789012:function:absent:$LATEST"
                )
                #expect(missing.type == "User")

                let unreadable = try await boto.send(payload: #"{"script":"#)
                #expect(unreadable.error == "InvalidRequestContentException")
                #expect(unreadable.status == 400)
                #expect(unreadable.message?.hasPrefix("Could not parse request body into json: ") == true)

                try await boto.beginStream(#"{"do":"echo"}"#, function: "absent")
                #expect(try await boto.line().error == "ResourceNotFoundException")
            }
        }
    }

    @Test(.requires(.boto3))
    func aFunctionIsFoundByEachFormOfItsName() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let arn = "arn:aws:lambda:us-east-1:123456789012:function:fixture"
                for name in ["fixture:$LATEST", "123456789012:function:fixture", arn, arn + ":$LATEST"] {
                    let reply = try await boto.invoke(#"{"do":"size"}"#, function: name)
                    #expect(reply.status == 200, "\(name): \(reply)")
                }
            }
        }
    }

    @Test(.requires(.boto3))
    func eventsAreAcceptedWithoutTheirResultAndDryRunsRunNothing() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let run = try await boto.invoke(#"{"do":"exit"}"#, arguments: ["InvocationType": "DryRun"])
                #expect(run.status == 204)
                #expect(run.payload == "")
                let event = try await boto.invoke(#"{"do":"size"}"#, arguments: ["InvocationType": "Event"])
                #expect(event.status == 202)
                #expect(event.payload == "")
                let id = try #require(event.requestID)
                // It is the first that a function saw of all this.
                let start = try await sluice.logLine { $0.contains("START RequestId: ") }
                #expect(start.contains(id))
                try await sluice.logLine { $0.contains("END RequestId: \(id)") }
            }
        }
    }

    @Test(.requires(.boto3))
    func anEventOfSixMebibytesIsTheLargest() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let size = #"{"do":"size"}"#
                #expect(try await boto.invoke(size, padTo: 6 * 1024 * 1024).payload == "6291456")
                let refused = try await boto.invoke(size, padTo: 6 * 1024 * 1024 + 1)
                #expect(refused.error == "RequestTooLargeException")
                #expect(refused.status == 413)
            }
        }
    }

    @Test(.requires(.boto3))
    func oneMoreThanTheConcurrencyIsThrottledUntilAStreamHasEnded() async throws {
        try await withGatedFixture(options: ["--concurrency", "1"]) { sluice, gates in
            try await withBoto(sluice) { boto in
                try await withRawClient(port: try sluice.urlPort()) { client in
                    let script = try FixtureFunction.gatedStream()
                    try await client.send("GET / HTTP/1.1\r\nhost: x\r\nx-script: \(script)\r\n\r\n")
                    let gate = try await gates.accept()
                    let refused = try await boto.invoke(#"{"do":"size"}"#)
                    #expect(refused.error == "TooManyRequestsException")
                    #expect(refused.status == 429)
                    #expect(refused.reason == "ReservedFunctionConcurrentInvocationLimitExceeded")
                    #expect(refused.message == "Rate Exceeded.")

                    try await gate.send(.end)
                    _ = try await client.readHead()
                    try await client.expect("0\r\n\r\n")
                    #expect(try await boto.invoke(#"{"do":"size"}"#).status == 200)
                }
            }
        }
    }
}
