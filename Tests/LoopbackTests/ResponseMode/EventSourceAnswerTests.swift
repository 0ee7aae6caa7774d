// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// Events as other services make them, through plain `Invoke` to an HTTPFunction that streams where it can; the answer is
/// the JSON that the service takes.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct EventSourceAnswerTests {
    private func object(_ reply: RawReply) throws -> [String: Any] {
        #expect(reply.status == 200 && reply["x-amz-function-error"].isEmpty, "\(reply)")
        #expect(reply["content-type"] == ["application/json"])
        return try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
    }

    private static let identity = #"{"identity":{"sourceIp":"192.0.2.1"}}"#
    private static let tokens = "id: 1\ndata: Alice\n\nid: 2\ndata: was\n\nevent: end\ndata: 2 words\n\n"

    /// An event for a path and its query, by source.
    private static let events: [(name: String, event: String)] = [
        (
            "load balancer",
            #"{"requestContext":{"elb":{"targetGroupArn":"a"}},"httpMethod":"GET","path":"/tokens","#
                + #""queryStringParameters":{"gap":"%30","words":"2"},"headers":{}}"#
        ),
        (
            "load balancer, multi-value",
            #"{"requestContext":{"elb":{"targetGroupArn":"a"}},"httpMethod":"GET","path":"/tokens","#
                + #""multiValueQueryStringParameters":{"gap":["0"],"words":["2","9"]},"multiValueHeaders":{}}"#
        ),
        (
            "HTTP API 1.0",
            #"{"version":"1.0","httpMethod":"GET","path":"/tokens","requestContext":"# + identity
                + #","multiValueQueryStringParameters":{"gap":["0"],"words":["2"]}}"#
        ),
        (
            "HTTP API 2.0",
            #"{"version":"2.0","rawPath":"/tokens","rawQueryString":"gap=0&words=2","#
                + #""requestContext":{"domainName":"a.execute-api.eu-west-1.amazonaws.com","http":{"method":"GET"}}}"#
        ),
        (
            "VPC Lattice 2",
            #"{"version":"2.0","method":"GET","path":"/tokens","queryStringParameters":{"gap":["0"],"words":["2"]},"#
                + #""requestContext":{"serviceNetworkArn":"a"}}"#
        ),
        (
            "VPC Lattice 1",
            #"{"raw_path":"/tokens","method":"GET","query_string_parameters":{"gap":"0","words":"2"},"headers":{}}"#
        ),
    ]

    @Test func answersEachServiceInItsOwnShape() async throws {
        try await LocalLambda.run(try DemoFunction.configuration()) { lambda in
            for (name, event) in Self.events {
                let object = try self.object(try await lambda.invokeDemo(event: event))
                #expect(object["statusCode"] as? Int == 200, "\(name)")
                #expect(object["body"] as? String == Self.tokens, "\(name)")
                #expect(object["isBase64Encoded"] as? Bool == false, "\(name)")
                let isMultiValue = ["load balancer, multi-value", "HTTP API 1.0"].contains(name)
                let headers = object["headers"] as? [String: String]
                let multiValueHeaders = object["multiValueHeaders"] as? [String: [String]]
                #expect((headers == nil) == isMultiValue && (multiValueHeaders == nil) != isMultiValue, "\(name)")
                let contentType = headers?["content-type"] ?? multiValueHeaders?["content-type"]?.first
                #expect(contentType == "text/event-stream; charset=utf-8", "\(name)")
                let description = object["statusDescription"] as? String
                #expect(description == (name.hasPrefix("load balancer") ? "200 OK" : nil), "\(name)")
            }
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test func answersARESTAPIAsTheModeSays() async throws {
        let event = #"{"httpMethod":"GET","path":"/cookies","requestContext":"# + Self.identity + "}"
        try await LocalLambda.run(try DemoFunction.configuration(function: "BUFFERED")) { lambda in
            let object = try self.object(try await lambda.invokeDemo(event: event))
            let headers = try #require(object["multiValueHeaders"] as? [String: [String]])
            #expect(headers["set-cookie"]?.count == 2)
            #expect(object["cookies"] == nil && object["headers"] == nil)
        }
        try await LocalLambda.run(try DemoFunction.configuration()) { lambda in
            let reply = try await lambda.invokeDemo(event: event)
            #expect(reply.text.contains(#""cookies":["#) && reply.text.contains("\0\0\0\0\0\0\0\0"))
        }
    }

    @Test func sendsBytesAsBase64AndTakesThemSo() async throws {
        try await LocalLambda.run(try DemoFunction.configuration()) { lambda in
            let download =
                #"{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/download","#
                + #""queryStringParameters":{"bytes":"1000"}}"#
            let object = try self.object(try await lambda.invokeDemo(event: download))
            #expect(object["isBase64Encoded"] as? Bool == true)
            #expect(Data(base64Encoded: try #require(object["body"] as? String))?.count == 1000)

            let csv = Data("a\n1\n".utf8).base64EncodedString()
            let rows = #"{"raw_path":"/rows","method":"POST","body":""# + csv + #"","is_base64_encoded":true}"#
            let answer = try self.object(try await lambda.invokeDemo(event: rows))
            #expect(answer["body"] as? String == #"{"row":2,"record":{"a":"1"},"totals":{"a":1}}"# + "\n")
        }
    }

    @Test func anEventOfNoHTTPSourceIsAnErrorThatNamesWhatIsMissing() async throws {
        try await LocalLambda.run(try DemoFunction.configuration()) { lambda in
            let reply = try await lambda.invokeDemo(event: #"{"Records":[]}"#)
            #expect(reply["x-amz-function-error"] == ["Unhandled"])
            #expect(reply.object?["errorType"] == "Function.InvalidEvent")
            let message = try #require(reply.object?["errorMessage"])
            #expect(message.contains("requestContext.http") && message.contains(#""Records""#), "\(message)")
        }
    }

    @Test func aBodyThatFailsIsAnErrorToAServiceThatWaitsForTheWhole() async throws {
        try await LocalLambda.run(try DemoFunction.configuration()) { lambda in
            let event = #"{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/fail"}"#
            let reply = try await lambda.invokeDemo(event: event)
            #expect(reply["x-amz-function-error"] == ["Unhandled"])
            #expect(reply.object?["errorType"] == "Function.DemoFailure")
        }
    }
}
