// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceWire
import Testing

/// What AWS documents of each source, read.
@Suite struct EventSourceTests {
    private func read(_ json: String) throws -> HTTPRequestEvent {
        try HTTPRequestEvent(json: ByteBuffer(string: json))
    }

    private func lines(_ fields: HTTPFields) -> [String] {
        fields.map { "\($0.name.rawName): \($0.value)" }
    }

    @Test func tellsTheSourcesApart() throws {
        let sources = try EventSamples.all.map { try self.read($0).source }
        #expect(
            sources == [
                .functionURL, .httpAPI, .httpAPI, .restAPI, .applicationLoadBalancer, .applicationLoadBalancer,
                .vpcLattice, .vpcLattice,
            ]
        )
        let forms = try EventSamples.all.map { try self.read($0).resultForm }
        #expect(
            forms == [
                .payload2, .payload2, .payload1, .payload1, .loadBalancer(isMultiValue: false),
                .loadBalancer(isMultiValue: true), .lattice, .lattice,
            ]
        )
    }

    @Test func saysWhichSourcesCanStream() {
        #expect(EventSource.allCases.filter(\.canStream) == [.functionURL, .restAPI])
    }

    @Test(arguments: [
        (
            #""domainName":"x.lambda-url.eu-west-1.on.aws","domainPrefix":"y","apiId":"x","stage":"s""#,
            EventSource.functionURL
        ),
        (#""domainName":"demo.lambda-url.localhost","domainPrefix":"demo","apiId":"demo""#, .functionURL),
        (#""domainName":"x.execute-api.eu-west-1.amazonaws.com","domainPrefix":"x","apiId":"x""#, .httpAPI),
        (#""domainName":"api.example.com","domainPrefix":"api","apiId":"a1b2c3""#, .httpAPI),
        (#""domainName":"api.example.com","stage":"prod""#, .httpAPI),
        (#""routeKey":"GET /items""#, .httpAPI),
        (#""stage":"$default","routeKey":"$default""#, .functionURL),
        (#""domainName":"""#, .functionURL),
    ])
    func tellsAFunctionURLFromAnHTTPAPI(context: String, source: EventSource) throws {
        let json =
            "{\"version\":\"2.0\",\"rawPath\":\"/\",\"requestContext\":{\(context),\"http\":{\"method\":\"GET\"}}}"
        #expect(try self.read(json).source == source)
    }

    @Test func readsAFunctionURLAndAnHTTPAPI() throws {
        for sample in [EventSamples.functionURL, EventSamples.httpAPI2] {
            let event = try self.read(sample)
            #expect(event.method == "POST")
            #expect(event.target == "/my/path?parameter1=value1&parameter1=value2&parameter2=value")
            #expect(event.cookies == ["cookie1", "cookie2"])
            #expect(
                self.lines(event.headers) == ["header1: value1", "header2: value1,value2", "cookie: cookie1; cookie2"]
            )
        }
        #expect(String(buffer: try self.read(EventSamples.functionURL).body) == "Hello from client!")
        #expect(try self.read(EventSamples.httpAPI2).sourceIP == "192.0.2.1")
    }

    @Test func readsAnHTTPAPIWithTheOldPayload() throws {
        let event = try self.read(EventSamples.httpAPI1)
        #expect(event.method == "GET")
        #expect(event.target == "/my/path?parameter1=value1&parameter1=value2&parameter2=value")
        #expect(self.lines(event.headers) == ["header1: value1", "header2: value1", "header2: value2"])
        #expect(String(buffer: event.body) == "Hello from Lambda!")
        #expect(event.sourceIP == "192.0.2.1")
        #expect(event.requestContext["stage"] == "$default")
    }

    @Test func readsARESTAPI() throws {
        let event = try self.read(EventSamples.restAPI)
        #expect(event.method == "POST")
        #expect(event.target == "/hello/world?name=me&name=you%20%26%20me&empty=&two=%C3%BC")
        #expect(
            self.lines(event.headers) == [
                "accept: */*", "content-type: text/plain", "cookie: a=1; b=2", "x-twice: first", "x-twice: second",
            ]
        )
        #expect(event.cookies == ["a=1", "b=2"])
        #expect(String(buffer: event.body) == "{\r\n\t\"a\": 1\r\n}")
        #expect(event.sourceIP == "192.0.2.2")
        #expect(event.domainName == "testPrefix.execute-api.us-west-2.amazonaws.com")
    }

    /// The console's test of a REST API leaves most members null.
    @Test func readsARESTAPIsEventWithNulls() throws {
        let event = try self.read(
            #"""
            {"resource":"/","path":"/","httpMethod":"GET","headers":null,"multiValueHeaders":null,
            "queryStringParameters":null,"multiValueQueryStringParameters":null,"pathParameters":null,
            "stageVariables":null,"requestContext":{"identity":{"sourceIp":null}},"body":null,"isBase64Encoded":false}
            """#
        )
        #expect(event.target == "/")
        #expect(event.headers.isEmpty && event.cookies.isEmpty && event.body.readableBytes == 0)
        #expect(event.sourceIP == nil)
        let single = EventSamples.restAPI.replacing("multiValueQueryStringParameters", with: "x")
            .replacing("multiValueHeaders", with: "y")
        #expect(try self.read(single).rawQuery == "name=you%20%26%20me&empty=&two=%C3%BC")
        #expect(try self.read(single).headers[values: .accept] == ["*/*"])
    }

    @Test func readsALoadBalancer() throws {
        let event = try self.read(EventSamples.loadBalancer)
        #expect(event.method == "GET")
        #expect(event.target == "/a%20b?q=a%20b%26c&empty=&eq%3D=x=y+z")
        #expect(event.cookies == ["a=1", "b=2"])
        #expect(event.sourceIP == "72.21.198.66")
        #expect(event.domainName == "lambda-846800462-us-east-2.elb.amazonaws.com")
        #expect(String(buffer: event.body) == "request_body")

        let multiValue = try self.read(EventSamples.loadBalancerMultiValue)
        #expect(multiValue.target == "/?myKey=val1&myKey=val%202")
        #expect(multiValue.cookies == ["name1=value1", "name2=value2"])
        #expect(multiValue.headers[.cookie] == "name1=value1; name2=value2")
        #expect(multiValue.sourceIP == "72.21.198.66")
        #expect(multiValue.body == ByteBuffer(bytes: [0, 0xFF]))
    }

    @Test func readsVPCLattice() throws {
        let event = try self.read(EventSamples.lattice2)
        #expect(event.method == "GET")
        #expect(event.target == "/newpath?order-id=1&order-id=2%2F3")
        #expect(event.headers[values: try #require(HTTPField.Name("header1"))] == ["value1", "value2"])
        #expect(event.cookies == ["a=1"])
        #expect(event.sourceIP == "10.213.229.10")
        #expect(event.requestContext["region"] == "us-east-2")

        let old = try self.read(EventSamples.lattice1)
        #expect(old.method == "PUT")
        #expect(old.target == "/testpath?order-id=1")
        #expect(String(buffer: old.body) == #"{"test": "event"}"#)
        #expect(old.domainName == "test.abc.vpc-lattice-svcs.us-east-2.on.aws")
    }

    @Test func believesTheQueryInVPCLatticesRawPath() throws {
        let event = EventSamples.lattice1.replacing("/testpath", with: "/testpath?b=%20&a#<")
        #expect(try self.read(event).target == "/testpath?b=%20&a%23%3C")
    }

    /// What is decoded, or was never valid, cannot break the request line or split a parameter.
    @Test func escapesWhatCannotStandInATarget() throws {
        let hostile = #"""
            {"requestContext":{"elb":{}},"httpMethod":"GET","path":"/a b?\u0000#é\r\n%zz",
            "queryStringParameters":{"a&b=c":"d&e=f g\r\n#é%zz"}}
            """#
        let event = try self.read(hostile)
        #expect(event.rawPath == "/a%20b%3F%00%23%C3%A9%0D%0A%zz")
        #expect(event.rawQuery == "a%26b%3Dc=d%26e=f%20g%0D%0A%23%C3%A9%zz")
        #expect(try self.read(hostile.replacing("/a b?", with: "")).rawPath.utf8.first == UInt8(ascii: "%"))
        let empty = #"{"requestContext":{"elb":{}},"httpMethod":"GET","path":""}"#
        #expect(try self.read(empty).rawPath == "/")
    }

    @Test(
        arguments: [
            ("1.2.3.4", "1.2.3.4"), ("9.9.9.9, 1.2.3.4", "1.2.3.4"), ("x,  1.2.3.4:80 ", "1.2.3.4"),
            ("2001:db8::1", "2001:db8::1"),
            ("a,[2001:db8::1]:443", "2001:db8::1"), ("[", nil), ("", nil), ("1.2.3.4,", nil), (":", nil), ("]", "]"),
        ] as [(String, String?)]
    )
    func takesTheAddressThatTheLastProxySaw(field: String, address: String?) throws {
        let json = #"{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","headers":{"x-forwarded-for":"@"}}"#
        #expect(try self.read(json.replacing("@", with: field)).sourceIP == address)
    }
}
