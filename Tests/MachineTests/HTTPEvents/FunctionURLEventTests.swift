// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct FunctionURLEventTests {
    private func request(
        _ method: String = "GET",
        _ target: String = "/",
        _ fields: [(String, String)] = [],
        body: [UInt8] = []
    ) throws -> FunctionURLRequest {
        var headers = HTTPFields()
        for (name, value) in fields {
            headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        return FunctionURLRequest(
            method: method,
            target: target,
            fields: headers,
            body: ByteBuffer(bytes: body),
            sourceIP: "123.123.123.123",
            port: 443,
            scheme: "https",
            domainName: "abc.lambda-url.us-west-2.on.aws",
            domainPrefix: "abc",
            accountID: "123456789012",
            requestID: "id",
            traceID: "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
            millisecondsSinceEpoch: 1_583_348_638_390
        )
    }

    private func event(_ request: FunctionURLRequest) throws -> JSONObject {
        try #require(try JSONValue(parsing: FunctionURLEvent.json(request)).objectValue)
    }

    /// The event of the Developer Guide with its order of members. Its `time` and `timeEpoch` are eight days apart
    /// there; here they agree.
    @Test func writesTheDocumentedEventToTheByte() throws {
        var request = try self.request(
            "POST",
            "/my/path?parameter1=value1&parameter1=value2&parameter2=value",
            [
                ("Header1", "value1"), ("header2", "value1"), ("Cookie", "cookie1; cookie2"), ("HEADER2", "value2"),
                ("Content-Type", "text/plain"), ("User-Agent", "agent"), ("Host", "abc.lambda-url.us-west-2.on.aws"),
            ],
            body: Array("Hello from client!".utf8)
        )
        request.authorizer = [
            "iam": [
                "accessKey": "AKIA...", "accountId": "111122223333", "callerId": "AIDA...", "cognitoIdentity": nil,
                "principalOrgId": nil, "userArn": "arn:aws:iam::111122223333:user/example-user", "userId": "AIDA...",
            ]
        ]
        let expected = """
            {"version":"2.0","routeKey":"$default","rawPath":"/my/path",
            "rawQueryString":"parameter1=value1&parameter1=value2&parameter2=value",
            "cookies":["cookie1","cookie2"],
            "headers":{"header1":"value1","header2":"value1,value2","content-type":"text/plain","user-agent":"agent",
            "host":"abc.lambda-url.us-west-2.on.aws","x-forwarded-for":"123.123.123.123","x-forwarded-port":"443",
            "x-forwarded-proto":"https","x-amzn-trace-id":"Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e"},
            "queryStringParameters":{"parameter1":"value1,value2","parameter2":"value"},
            "requestContext":{"accountId":"123456789012","apiId":"abc","authentication":null,
            "authorizer":{"iam":{"accessKey":"AKIA...","accountId":"111122223333","callerId":"AIDA...",
            "cognitoIdentity":null,"principalOrgId":null,"userArn":"arn:aws:iam::111122223333:user/example-user",
            "userId":"AIDA..."}},
            "domainName":"abc.lambda-url.us-west-2.on.aws","domainPrefix":"abc",
            "http":{"method":"POST","path":"/my/path","protocol":"HTTP/1.1","sourceIp":"123.123.123.123",
            "userAgent":"agent"},
            "requestId":"id","routeKey":"$default","stage":"$default","time":"04/Mar/2020:19:03:58 +0000",
            "timeEpoch":1583348638390},
            "body":"Hello from client!","pathParameters":null,"isBase64Encoded":false,"stageVariables":null}
            """
        #expect(
            String(buffer: FunctionURLEvent.json(request))
                == String(expected.split(separator: "\n" as Character).joined())
        )
    }

    @Test func leavesOutWhatTheRequestDoesNotHave() throws {
        let event = try self.event(try self.request())
        #expect(
            event.members.map(\.name) == [
                "version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "pathParameters",
                "isBase64Encoded", "stageVariables",
            ]
        )
        #expect(event["rawQueryString"] == "")
        #expect(event["headers"]?.objectValue?["host"] == "abc.lambda-url.us-west-2.on.aws")
        #expect(event["requestContext"]?.objectValue?["http"]?.objectValue?["userAgent"] == nil)
    }

    @Test(arguments: [
        ("/pa2%Fth/1", "/pa2%Fth/1", ""),
        ("/a?b?c=%2F", "/a", "b?c=%2F"),
        ("/a?", "/a", ""),
        ("", "/", ""),
        ("?a=1", "/", "a=1"),
        ("//double//slash", "//double//slash", ""),
        ("http://host:80/x/y?z", "/x/y", "z"),
        ("http://host", "/", ""),
        ("http://host?a", "/", "a"),
        ("/a:b", "/a:b", ""),
        ("/x?u=http://y/z", "/x", "u=http://y/z"),
        ("*", "*", ""),
    ])
    func keepsPathAndQueryAsTheyCame(_ target: String, _ path: String, _ query: String) throws {
        let event = try self.event(try self.request("GET", target))
        #expect(event["rawPath"] == .string(path))
        #expect(event["rawQueryString"] == .string(query))
        #expect(event["requestContext"]?.objectValue?["http"]?.objectValue?["path"] == .string(path))
    }

    @Test(arguments: [
        ("a=1&b=2&a=3", #"{"a":"1,3","b":"2"}"#),
        ("a", #"{"a":""}"#),
        ("a=&=b&&", #"{"a":"","":"b"}"#),
        ("na%6De=v%C3%A9+%2B%26=", #"{"name":"vé +&="}"#),
        ("a=100%&b=%4&c=%zz&d=%", #"{"a":"100%","b":"%4","c":"%zz","d":"%"}"#),
        ("a=%FF", "{\"a\":\"\u{FFFD}\"}"),
        ("a=%00", #"{"a":"\u0000"}"#),
        ("a=é", #"{"a":"é"}"#),
    ])
    func decodesAndJoinsQueryParameters(_ query: String, _ expected: String) throws {
        let event = try self.event(try self.request("GET", "/?" + query))
        #expect(event["queryStringParameters"]?.description == expected)
    }

    @Test func hasNoParametersWithoutAQuery() throws {
        for target in ["/", "/?", "/?&&"] {
            #expect(try self.event(try self.request("GET", target))["queryStringParameters"] == nil)
        }
    }

    @Test func movesEveryCookieHeaderToCookies() throws {
        let event = try self.event(
            try self.request("GET", "/", [("cookie", "a=1; b=2;c=\"x\""), ("Cookie", " d=4;; "), ("x", "y")])
        )
        #expect(event["cookies"] == ["a=1", "b=2", "c=\"x\"", "d=4"])
        #expect(event["headers"]?.objectValue?["cookie"] == nil)
    }

    @Test func keepsConnectionHeadersBackAndGivesAChunkedBodyItsLength() throws {
        let fields = [
            ("Connection", "keep-alive"), ("Transfer-Encoding", "chunked"), ("TE", "trailers"),
            ("Expect", "100-continue"),
            ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "gopher"), ("X-Amzn-Trace-Id", "forged"),
        ]
        let event = try self.event(try self.request("POST", "/", fields, body: [1, 2, 3]))
        #expect(
            event["headers"] == [
                "x-forwarded-for": "6.6.6.6, 123.123.123.123", "x-forwarded-proto": "https",
                "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e", "content-length": "3",
                "x-forwarded-port": "443", "host": "abc.lambda-url.us-west-2.on.aws",
            ]
        )
    }

    @Test(
        arguments: [
            ("application/json", false), ("application/json; charset=utf-8", false), ("APPLICATION/JSON", false),
            ("text/csv", false), (" text/html ;x", false), ("application/problem+json", false),
            ("image/svg+xml", false),
            ("application/xml", false), ("application/javascript", false),
            ("multipart/form-data; boundary=text/plain", true), ("application/x-www-form-urlencoded", true),
            ("application/octet-stream", true), ("image/png", true), ("application/jsonlines", true), ("", true),
            (nil, true),
        ] as [(String?, Bool)]
    )
    func sendsTextAsTextAndEverythingElseAsBase64(_ contentType: String?, _ isBase64: Bool) throws {
        let fields = contentType.map { [("Content-Type", $0)] } ?? []
        let event = try self.event(try self.request("POST", "/", fields, body: Array("né\0".utf8)))
        #expect(event["isBase64Encoded"] == .bool(isBase64))
        #expect(event["body"] == (isBase64 ? "bsOpAA==" : "né\0"))
    }

    @Test func sendsTextThatIsNotUTF8AsBase64() throws {
        let event = try self.event(try self.request("POST", "/", [("Content-Type", "text/plain")], body: [0xE9]))
        #expect(event["body"] == "6Q==")
        #expect(event["isBase64Encoded"] == true)
    }
}
