// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct BufferedResultTests {
    private func read(_ output: String) throws(HTTPResultError) -> BufferedResult {
        try BufferedResult(output: ByteBuffer(string: output))
    }

    /// What was seen on AWS on 2025-11-24 (LocalStack's validated test `TestLambdaURL`): output as Python's runtime
    /// posts it, and the body that came out. Every one had the type `application/json`.
    @Test(arguments: [
        (#"{"hello": "world"}"#, 200, #"{"hello":"world"}"#, "17"),
        (#"["hello", 3, true]"#, 200, #"["hello",3,true]"#, "16"),
        (#""hello""#, 200, "hello", "5"),
        ("3", 200, "3", "1"),
        ("3.1", 200, "3.1", "3"),
        ("true", 200, "true", "4"),
        (#"{"statusCode": 200, "body": "body123"}"#, 200, "body123", "7"),
        (#"{"statusCode": 200, "body": "{\"hello\": \"world\"}"}"#, 200, #"{"hello": "world"}"#, "18"),
        (#"{"statusCode": "418", "body": "i'm a teapot"}"#, 418, "i'm a teapot", "12"),
    ])
    func answersAsAWSWasSeenToDo(_ output: String, _ status: Int, _ body: String, _ length: String) throws {
        let result = try self.read(output)
        #expect(result.head.statusCode == status)
        #expect(String(buffer: result.body) == body)
        #expect(result.head.fields == [.contentType: "application/json", .contentLength: length])
    }

    @Test func answers502ForAFunctionThatFailed() {
        let result = BufferedResult.internalServerError
        #expect(result.head.statusCode == 502)
        #expect(String(buffer: result.body) == "Internal Server Error")
        #expect(result.head.fields == [.contentType: "application/json", .contentLength: "21"])
    }

    @Test func takesHeadersCookiesAndABase64Body() throws {
        let result = try self.read(
            """
            {"statusCode":201,"headers":{"Content-Type":"image/png","X-A":"b, c","Content-Length":"9"},
            "cookies":["a=1; Path=/","b=2"],"body":"AP8=","isBase64Encoded":true,"multiValueHeaders":{"x-a":["lost"]}}
            """
        )
        #expect(result.head.statusCode == 201)
        #expect(
            result.head.fields.map { "\($0.name.rawName): \($0.value)" } == [
                "Content-Type: image/png", "X-A: b, c", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2",
                "Content-Length: 2",
            ]
        )
        #expect(result.body == ByteBuffer(bytes: [0, 0xFF]))
    }

    @Test func infersAResponseFromOutputWithoutAStatus() throws {
        #expect(String(buffer: try self.read("null").body) == "null")
        #expect(String(buffer: try self.read(#"{ "body" : "x" }"#).body) == #"{"body":"x"}"#)
        #expect(String(buffer: try self.read(#""a\u0000\n\"""#).body) == "a\0\n\"")
        #expect(String(buffer: try self.read("12345678901234567890.50").body) == "12345678901234567890.50")
    }

    @Test func hasNoBodyWhereTheStatusAllowsNone() throws {
        for status in [204, 304] {
            let result = try self.read("{\"statusCode\":\(status),\"body\":\"x\"}")
            #expect(result.body.readableBytes == 0)
            #expect(result.head.fields.isEmpty)
            #expect(!result.head.allowsBody)
        }
        let empty = try self.read(#"{"statusCode":200,"body":null,"headers":null,"cookies":null}"#)
        #expect(empty.head.fields == [.contentType: "application/json", .contentLength: "0"])
    }

    @Test func refusesWhatIsNoResponseAndSaysWhy() {
        func wrong(_ member: String, _ expected: String, _ found: String) -> HTTPResultError {
            .invalidHead(.wrongKind(member: member, expected: expected, found: found))
        }
        let cases: [(String, HTTPResultError)] = [
            ("", .notJSON(.unexpectedEnd(offset: 0))),
            ("<html>", .notJSON(.unexpectedByte(UInt8(ascii: "<"), expected: .value, offset: 0))),
            (#"{"statusCode":"teapot"}"#, wrong("statusCode", "an integer", #""teapot""#)),
            (#"{"statusCode":null}"#, wrong("statusCode", "an integer", "null")),
            (#"{"statusCode":99}"#, .invalidHead(.statusCodeOutOfRange(99))),
            (#"{"statusCode":600}"#, .invalidHead(.statusCodeOutOfRange(600))),
            (#"{"statusCode":200,"headers":{"x":1}}"#, wrong(#"headers["x"]"#, "a string", "a number")),
            (
                #"{"statusCode":200,"headers":{"x":"a\r\nb"}}"#,
                .invalidHead(.invalidHeaderValue(name: "x", byte: 13))
            ),
            (#"{"statusCode":200,"body":{"a":1}}"#, .bodyIsNoString(found: "an object")),
            (#"{"statusCode":200,"body":"x","isBase64Encoded":true}"#, .bodyNotBase64),
            (
                #"{"statusCode":200,"body":"x","isBase64Encoded":"true"}"#,
                .isBase64EncodedIsNoBoolean(found: "a string")
            ),
        ]
        for (output, error) in cases { #expect(throws: error, "\(output)") { try self.read(output) } }
    }
}
