// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

/// The JSON of a buffered answer, for each source.
@Suite struct ResultHeadTests {
    private static let head: Prelude = {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .vary: "a"]
        headers.append(HTTPField(name: .vary, value: "b"))
        headers.append(HTTPField(name: .setCookie, value: "c=3"))
        return Prelude(statusCode: 404, headers: headers, cookies: ["a=1; Path=/", "b=2"])
    }()

    private func text(_ head: Prelude, _ form: ResultForm, body: ByteBuffer, phrase: String = "") throws -> String {
        String(buffer: try ResultHead(head, reasonPhrase: phrase, as: form).json(body: body))
    }

    @Test(arguments: [
        (
            ResultForm.payload2,
            #"{"statusCode":404,"headers":{"content-type":"text/html; charset=utf-8","vary":"a, b"},"#
                + #""cookies":["a=1; Path=/","b=2","c=3"],"body":"<é>","isBase64Encoded":false}"#
        ),
        (
            .payload1,
            #"{"statusCode":404,"multiValueHeaders":{"content-type":["text/html; charset=utf-8"],"vary":["a","b"],"#
                + #""set-cookie":["a=1; Path=/","b=2","c=3"]},"body":"<é>","isBase64Encoded":false}"#
        ),
        (
            .loadBalancer(isMultiValue: true),
            #"{"statusCode":404,"statusDescription":"404 Not Found","multiValueHeaders":"#
                + #"{"content-type":["text/html; charset=utf-8"],"vary":["a","b"],"#
                + #""set-cookie":["a=1; Path=/","b=2","c=3"]},"body":"<é>","isBase64Encoded":false}"#
        ),
        (
            .loadBalancer(isMultiValue: false),
            #"{"statusCode":404,"statusDescription":"404 Not Found","headers":"#
                + #"{"content-type":"text/html; charset=utf-8","vary":"a, b","set-cookie":"a=1; Path=/","#
                + #""Set-cookie":"b=2","sEt-cookie":"c=3"},"body":"<é>","isBase64Encoded":false}"#
        ),
        (
            .lattice,
            #"{"statusCode":404,"headers":{"content-type":"text/html; charset=utf-8","vary":"a, b","#
                + #""set-cookie":"a=1; Path=/","Set-cookie":"b=2","sEt-cookie":"c=3"},"#
                + #""body":"<é>","isBase64Encoded":false}"#
        ),
    ])
    func writesWhatTheSourceTakes(form: ResultForm, json: String) throws {
        #expect(try self.text(Self.head, form, body: ByteBuffer(string: "<é>")) == json)
    }

    @Test func writesTheLeastAnswer() throws {
        let none = ByteBuffer()
        #expect(
            try self.text(Prelude(statusCode: 204), .payload2, body: none)
                == #"{"statusCode":204,"headers":{},"body":"","isBase64Encoded":false}"#
        )
        #expect(
            try self.text(Prelude(), .payload1, body: none)
                == #"{"statusCode":200,"multiValueHeaders":{},"body":"","isBase64Encoded":false}"#
        )
    }

    @Test(
        arguments: [
            (200, "", #""200 OK""#), (418, "I'm a \"teapot\"", #""418 I'm a \"teapot\"""#),
            (503, "", #""503 Service Unavailable""#),
            (599, "", nil), (599, "Odd", #""599 Odd""#),
        ] as [(Int, String, String?)]
    )
    func describesTheStatusToALoadBalancer(code: Int, phrase: String, description: String?) throws {
        let json = try self.text(
            Prelude(statusCode: code),
            .loadBalancer(isMultiValue: true),
            body: .init(),
            phrase: phrase
        )
        let object = try #require(try JSONValue(parsing: json.utf8).objectValue)
        #expect(object["statusDescription"]?.description == description)
    }

    @Test(
        arguments: [
            ("text/plain", Array("é".utf8), true), ("text/plain", [0xC3], false), ("TEXT/CSV ; x=y", [], true),
            ("application/json", Array("{}".utf8), true), ("application/problem+json", [0x20], true),
            ("image/svg+xml", [0x3C], true), ("application/x-ndjson", [0x0A], true), ("application/yaml", [0x61], true),
            ("application/x-www-form-urlencoded", [0x61], true), ("application/octet-stream", [0x61], false),
            ("image/png", [0x89], false), ("", [0x61], false), (nil, [0x61], true), (nil, [0xFF], false),
            ("text/plain", [0], true), ("text/event-stream", Array("data: x\n\n".utf8), true),
        ] as [(String?, [UInt8], Bool)]
    )
    func sendsTextAsTextAndTheRestAsBase64(contentType: String?, bytes: [UInt8], isText: Bool) throws {
        var headers = HTTPFields()
        if let contentType { headers.append(HTTPField(name: .contentType, value: contentType)) }
        let json = try self.text(Prelude(headers: headers), .payload2, body: ByteBuffer(bytes: bytes))
        let object = try #require(try JSONValue(parsing: json.utf8).objectValue)
        #expect(object["isBase64Encoded"] == .bool(!isText))
        let body = try #require(object["body"]?.stringValue)
        #expect(isText ? Array(body.utf8) == bytes : Base64.decode(body.utf8) == bytes)
    }

    /// What a Function URL makes of it is what a stream's prelude would have said.
    @Test(arguments: [Array("plain \"text\"\u{0}\n".utf8), [0xFF, 0x00, 0x80]])
    func isReadBackByAFunctionURL(body: [UInt8]) throws {
        let json = try ResultHead(Self.head, as: .payload2).json(body: ByteBuffer(bytes: body))
        let result = try BufferedResult(output: json)
        #expect(result.head.statusCode == 404)
        #expect(result.head.fields[.contentType] == "text/html; charset=utf-8")
        #expect(result.head.fields[.vary] == "a, b")
        #expect(result.head.fields[values: .setCookie] == ["a=1; Path=/", "b=2", "c=3"])
        #expect(result.body == ByteBuffer(bytes: body))
    }

    @Test func refusesAHeadThatNoResponseCanHave() throws {
        for form in [ResultForm.payload1, .payload2, .lattice, .loadBalancer(isMultiValue: false)] {
            #expect(throws: PreludeError.statusCodeOutOfRange(199)) {
                try ResultHead(Prelude(statusCode: 199), as: form)
            }
            #expect(throws: PreludeError.statusCodeOutOfRange(600)) {
                try ResultHead(Prelude(statusCode: 600), as: form)
            }
            #expect(throws: PreludeError.invalidCookie(byte: 0x0D)) {
                try ResultHead(Prelude(cookies: ["a\r\nb: c"]), as: form)
            }
        }
    }

    @Test func hasABoundOnCookiesWithoutAList() throws {
        let cookies = (0..<Limits.maximumCookieSpellings).map { "c\($0)=1" }
        let json = try self.text(Prelude(cookies: cookies), .lattice, body: ByteBuffer())
        let headers = try JSONValue(parsing: json.utf8).objectValue?["headers"]?.objectValue
        #expect(headers?.members.compactMap(\.value.stringValue) == cookies)
        #expect(headers?.members.allSatisfy { $0.name.lowercased() == "set-cookie" } == true)
        let limit = Limits.maximumCookieSpellings
        #expect(throws: PreludeError.tooManyCookies(limit: limit)) {
            _ = try ResultHead(Prelude(cookies: cookies + ["x=1"]), as: .lattice)
        }
        _ = try ResultHead(Prelude(cookies: cookies + ["x=1"]), as: .payload1)
    }
}
