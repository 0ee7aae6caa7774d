// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOHTTP1
import SluiceWebAdapter
import SluiceWire
import Testing

@Suite struct UpstreamRequestTests {
    private let context: JSONObject = ["request_id": "1", "name": "grün 🎈"]

    private func request(
        _ event: String,
        _ change: (inout AdapterConfiguration) -> Void = { _ in },
        tenantID: String? = nil
    ) throws -> UpstreamRequest {
        var configuration = AdapterConfiguration()
        change(&configuration)
        let event = try HTTPRequestEvent(json: ByteBuffer(string: event))
        return UpstreamRequestMaker(configuration).request(of: event, lambdaContext: self.context, tenantID: tenantID)
    }

    private func event(
        path: String = "/",
        query: String = "",
        method: String = "GET",
        headers: String = "{}",
        more: String = ""
    ) -> String {
        #"""
        {"version":"2.0","rawPath":"\#(path)","rawQueryString":"\#(query)","headers":\#(headers),
        "requestContext":{"domainName":"id.lambda-url.eu-west-1.on.aws","accountId":"anonymous",
        "http":{"method":"\#(method)","path":"\#(path)","sourceIp":"1.2.3.4"}}\#(more)}
        """#
    }

    @Test func pathAndQueryStayAsTheyCame() throws {
        let request = try self.request(self.event(path: "/a%2Fb//c/%C3%A4+", query: "x=1&x=2&y=%20&&z"))
        #expect(request.target == "/a%2Fb//c/%C3%A4+?x=1&x=2&y=%20&&z")
        #expect(request.method == .GET)
        #expect(request.body.readableBytes == 0)
        #expect(!request.headers.contains(name: "content-length"))
    }

    @Test func withoutAQueryThereIsNoQuestionMark() throws {
        #expect(try self.request(self.event(path: "/a")).target == "/a")
        #expect(try self.request(self.event(path: "")).target == "/")
    }

    @Test func theBasePathIsTakenOff() throws {
        let request = try self.request(self.event(path: "/api/api/x", query: "q")) { $0.basePath = BasePath("/api") }
        #expect(request.target == "/api/x?q")
    }

    @Test func cookiesComeAsOneField() throws {
        let request = try self.request(self.event(more: #","cookies":["a=1","b=2"]"#))
        #expect(request.headers["cookie"] == ["a=1; b=2"])
    }

    @Test func aBodyInBase64IsItsBytes() throws {
        let request = try self.request(
            self.event(
                method: "POST",
                headers: #"{"content-length":"9"}"#,
                more: #","body":"AP8K","isBase64Encoded":true"#
            )
        )
        #expect(Array(request.body.readableBytesView) == [0x00, 0xFF, 0x0A])
        #expect(request.headers["content-length"] == ["3"])
    }

    @Test(arguments: [
        ("POST", true), ("PUT", true), ("PATCH", true), ("DELETE", false), ("GET", false), ("HEAD", false),
    ])
    func anEmptyBodyHasALengthWhereOneIsExpected(method: String, hasLength: Bool) throws {
        let request = try self.request(self.event(method: method))
        #expect(request.headers["content-length"] == (hasLength ? ["0"] : []))
    }

    @Test func whatTheCallerSaysOfLambdaIsOverwritten() throws {
        let headers = #"""
            {"x-amzn-request-context":"forged","X-Amzn-Lambda-Context":"forged","x-amz-tenant-id":"forged"}
            """#
        let request = try self.request(self.event(headers: headers), tenantID: "blue")
        #expect(request.headers["x-amz-tenant-id"] == ["blue"])
        #expect(request.headers["x-amzn-lambda-context"] == [#"{"request_id":"1","name":"gr\u00fcn \ud83c\udf88"}"#])
        let context = try #require(request.headers["x-amzn-request-context"].first)
        #expect(request.headers["x-amzn-request-context"].count == 1)
        let object = try JSONValue(parsing: ByteBuffer(string: context)).objectValue
        #expect(object?["accountId"] == .string("anonymous"))
        #expect(try self.request(self.event(headers: headers)).headers["x-amz-tenant-id"] == [])
    }

    @Test func whatIsAboutOneConnectionEndsThere() throws {
        let headers = #"""
            {"connection":"close, X-Mine","x-mine":"1","keep-alive":"1","te":"trailers","transfer-encoding":"chunked",
            "upgrade":"h2c","proxy-authorization":"x","expect":"100-continue","x-other":"2","host":"example.com"}
            """#
        let request = try self.request(self.event(headers: headers))
        let names = request.headers.map(\.name).filter { !$0.hasPrefix("x-amz") }.sorted()
        #expect(names == ["host", "x-other"])
        #expect(request.headers["host"] == ["example.com"])
    }

    @Test func theHostIsTheEventsDomainWithoutAField() throws {
        #expect(try self.request(self.event()).headers["host"] == ["id.lambda-url.eu-west-1.on.aws"])
    }

    @Test func theAuthorizationIsTakenFromWhereItWasPut() throws {
        let headers = #"{"x-token":"Bearer 1","authorization":"AWS4"}"#
        let request = try self.request(self.event(headers: headers)) {
            $0.authorizationSource = HTTPField.Name("x-token")
        }
        #expect(request.headers["authorization"] == ["Bearer 1"])
        #expect(!request.headers.contains(name: "x-token"))
        let none = try self.request(self.event(headers: #"{"authorization":"AWS4"}"#)) {
            $0.authorizationSource = HTTPField.Name("x-token")
        }
        #expect(none.headers["authorization"] == ["AWS4"], "who sends none keeps what there is")
    }

    @Test func repeatedFieldsOfALoadBalancerStayApart() throws {
        let event = #"""
            {"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"GET","path":"/",
            "multiValueQueryStringParameters":{"a":["1","2"]},"multiValueHeaders":{"accept":["x","y"]},"body":"",
            "isBase64Encoded":false}
            """#
        let request = try self.request(event)
        #expect(request.headers["accept"] == ["x", "y"])
        #expect(request.target == "/?a=1&a=2")
    }

    @Test func anyOtherEventIsPostedAsItIs() throws {
        var configuration = AdapterConfiguration()
        configuration.passThroughPath = "/jobs"
        let event = ByteBuffer(string: #"{"Records":[1, 2]}"#)
        let request = UpstreamRequestMaker(configuration).passThrough(event, lambdaContext: self.context, tenantID: "t")
        #expect(request.method == .POST && request.target == "/jobs" && request.body == event)
        #expect(request.headers["content-type"] == ["application/json"])
        #expect(request.headers["content-length"] == ["18"])
        #expect(request.headers["host"] == ["127.0.0.1:8080"])
        #expect(request.headers["x-amz-tenant-id"] == ["t"])
    }

    @Test func anEventThatIsNoRequestIsTold() throws {
        let bedrock = #"{"messageVersion":"1.0","agent":{},"apiPath":"/tea","httpMethod":"GET","requestBody":{}}"#
        let record = #"{"version":"1.0","requestContext":{"condition":"Success"},"responsePayload":{"rawPath":"/"}}"#
        let webSocket = #"{"requestContext":{"routeKey":"$connect","identity":{"sourceIp":"1.2.3.4"}},"headers":{}}"#
        for event in [#"{"Records":[]}"#, "[]", "text", "", #"{"a":{"b":1}}"#, bedrock, record, webSocket] {
            guard case .other(let bytes) = try AdapterEvent(ByteBuffer(string: event)) else {
                Issue.record("\(event) was taken for a request")
                continue
            }
            #expect(String(buffer: bytes) == event)
        }
        #expect(throws: InvalidEvent.self) {
            try AdapterEvent(ByteBuffer(string: self.event(more: #","body":"%","isBase64Encoded":true"#)))
        }
    }
}
