// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct HTTPRequestEventTests {
    private func read(_ json: String) throws(HTTPEventError) -> HTTPRequestEvent {
        try HTTPRequestEvent(json: ByteBuffer(string: json))
    }

    private static let least = #"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}"#

    @Test func bringsBackTheRequestThatTheEventWasMadeOf() throws {
        for (contentType, body) in [
            ("application/json", Array("{\"é\":1}".utf8)), ("image/png", [0, 0xFF, 1]), ("", []),
        ] {
            let fields: HTTPFields = [
                .contentType: contentType, .cookie: "a=1; b=2", .accept: "x", .vary: "1,2",
            ]
            let request = FunctionURLRequest(
                method: "PATCH",
                target: "/a%20b//?c=d%20e&c=f",
                fields: fields,
                body: ByteBuffer(bytes: body),
                sourceIP: "::1",
                port: 9_001,
                domainName: "abc.example",
                domainPrefix: "abc",
                requestID: "r",
                traceID: "t",
                millisecondsSinceEpoch: 0
            )
            let event = try HTTPRequestEvent(json: FunctionURLEvent.json(request))
            #expect(event.method == "PATCH")
            #expect(event.rawPath == "/a%20b//")
            #expect(event.rawQuery == "c=d%20e&c=f")
            #expect(event.target == request.target)
            #expect(event.cookies == ["a=1", "b=2"])
            #expect(event.body == request.body)
            #expect(event.sourceIP == "::1")
            #expect(event.domainName == "abc.example")
            #expect(event.requestContext["requestId"] == "r")
            for field in fields { #expect(event.headers[field.name] == field.value) }
        }
    }

    @Test func readsTheLeastThatARequestNeeds() throws {
        let event = try self.read(Self.least)
        #expect(event.target == "/")
        #expect(event.headers.isEmpty)
        #expect(event.body.readableBytes == 0)
        #expect(event.sourceIP == nil)
    }

    @Test func takesCookiesFromTheHeaderWhereThereIsNoArray() throws {
        let event = try self.read(
            #"{"version":"2.0","rawPath":"/","headers":{"cookie":"a=1; b=2"},"requestContext":{"http":{"method":"GET"}}}"#
        )
        #expect(event.cookies == ["a=1", "b=2"])
        #expect(event.headers[.cookie] == "a=1; b=2")
    }

    @Test func namesWhatIsMissingOrOfTheWrongKind() throws {
        func with(_ name: String, _ value: JSONValue?, in context: Bool = false) throws -> String {
            var event = try #require(try JSONValue(parsing: Self.least.utf8).objectValue)
            event[name] = value
            return JSONValue.object(event).description
        }
        let cases: [(String, HTTPEventError)] = [
            ("{", .notJSON(.unexpectedEnd(offset: 1))),
            ("[]", .wrongKind(member: "the event", expected: "an object", found: "an array")),
            ("{}", .notHTTP(members: [])),
            (try with("version", nil), .unknownVersion(nil, expected: #""2.0""#)),
            (try with("version", "1.0"), .unknownVersion(#""1.0""#, expected: #""2.0""#)),
            (try with("version", 2), .unknownVersion("2", expected: #""2.0""#)),
            (try with("requestContext", nil), .missing(member: "requestContext")),
            (try with("requestContext", [:]), .missing(member: "requestContext.http")),
            (
                try with("requestContext", 5),
                .wrongKind(member: "requestContext", expected: "an object", found: "a number")
            ),
            (
                try with("requestContext", ["http": "GET"]),
                .wrongKind(member: "requestContext.http", expected: "an object", found: "a string")
            ),
            (try with("requestContext", ["http": [:]]), .missing(member: "requestContext.http.method")),
            (
                try with("requestContext", ["http": ["method": 1]]),
                .wrongKind(member: "requestContext.http.method", expected: "a string", found: "a number")
            ),
            (try with("requestContext", ["http": ["method": "G T"]]), .invalidMethod("G T")),
            (try with("rawPath", nil), .missing(member: "rawPath")),
            (try with("rawPath", .some(.null)), .missing(member: "rawPath")),
            (try with("headers", []), .wrongKind(member: "headers", expected: "an object", found: "an array")),
            (
                try with("headers", ["x-n": 1]),
                .wrongKind(member: "headers.x-n", expected: "a string", found: "a number")
            ),
            (try with("headers", ["x n": "1"]), .invalidHeaderName("x n")),
            (try with("headers", ["x-n": "1\r\ny: 2"]), .invalidHeaderValue(name: "x-n")),
            (
                try with("cookies", "a"),
                .wrongKind(member: "cookies", expected: "an array of strings", found: "a string")
            ),
            (try with("cookies", [1]), .wrongKind(member: "cookies[0]", expected: "a string", found: "a number")),
            (try with("body", [:]), .wrongKind(member: "body", expected: "a string", found: "an object")),
            (
                try with("isBase64Encoded", "true").replacing("\"rawPath\"", with: "\"body\":\"\",\"rawPath\""),
                .wrongKind(member: "isBase64Encoded", expected: "a boolean", found: "a string")
            ),
            (
                try with("isBase64Encoded", true).replacing("\"rawPath\"", with: "\"body\":\"x\",\"rawPath\""),
                .bodyNotBase64
            ),
        ]
        for (json, error) in cases { #expect(throws: error, "\(json)") { try self.read(json) } }
        #expect(
            HTTPEventError.missing(member: "requestContext.http").description == "the event has no requestContext.http"
        )
    }
}
