// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct PreludeTests {
    private func written(_ prelude: Prelude) throws(PreludeError) -> String {
        var buffer = ByteBuffer()
        try prelude.write(to: &buffer)
        return String(buffer: buffer)
    }

    private func read(_ json: String) throws(PreludeError) -> Prelude {
        try Prelude(json: ByteBuffer(string: json))
    }

    private let nuls = String(repeating: "\0", count: 8)

    @Test func writesTheGoldenImage() throws {
        let prelude = Prelude(statusCode: 201, headers: [.contentType: "text/plain"], cookies: ["a=b"])
        #expect(
            try self.written(prelude)
                == #"{"statusCode":201,"headers":{"content-type":"text/plain"},"cookies":["a=b"]}"# + self.nuls
        )
        #expect(try self.written(Prelude()) == #"{"statusCode":200}"# + self.nuls)
    }

    @Test func joinsRepeatedHeadersAndMovesSetCookieToCookies() throws {
        var headers = HTTPFields()
        headers.append(HTTPField(name: .vary, value: "origin"))
        headers.append(HTTPField(name: .setCookie, value: "b=2; Path=/"))
        headers.append(HTTPField(name: .server, value: "\"é\"\t€"))
        headers.append(HTTPField(name: .vary, value: "accept"))
        #expect(
            try self.written(Prelude(statusCode: 200, headers: headers, cookies: ["a=1"]))
                == #"{"statusCode":200,"headers":{"vary":"origin, accept","server":"\"é\"\t€"},"#
                + #""cookies":["a=1","b=2; Path=/"]}"# + self.nuls
        )
    }

    @Test(arguments: [0, 100, 101, 199, 600, 1_000, -1, .max, .min])
    func refusesAStatusThatIsNoFinalOne(_ code: Int) {
        #expect(throws: PreludeError.statusCodeOutOfRange(code)) { try self.written(Prelude(statusCode: code)) }
        #expect(throws: PreludeError.statusCodeOutOfRange(code)) { try self.read("{\"statusCode\":\(code)}") }
    }

    @Test(arguments: [0x00, 0x0A, 0x0D, 0x1B, 0x7F] as [UInt8])
    func refusesControlCharactersInACookieAndInAHeaderThatIsRead(_ byte: UInt8) throws {
        let value = "a=b" + String(Unicode.Scalar(byte)) + "Set-Cookie: evil"
        #expect(throws: PreludeError.invalidCookie(byte: byte)) { try self.written(Prelude(cookies: [value])) }
        let json = JSONValue.string(value).description
        #expect(throws: PreludeError.invalidHeaderValue(name: "X-A", byte: byte)) {
            try self.read("{\"headers\":{\"X-A\":\(json)}}")
        }
        #expect(throws: PreludeError.invalidCookie(byte: byte)) { try self.read("{\"cookies\":[\(json)]}") }
        #expect(throws: PreludeError.invalidCookie(byte: byte)) {
            try self.read("{\"multiValueHeaders\":{\"set-cookie\":[\(json)]}}")
        }
    }

    @Test func fillsTheLimitAndRefusesOneByteMore() throws {
        let frame = try self.written(Prelude(cookies: [""])).utf8.count
        let room = Limits.maximumPreludeBytes - frame
        let full = Prelude(cookies: [String(repeating: "c", count: room)])
        #expect(try self.written(full).utf8.count == 16_384)
        #expect(throws: PreludeError.tooLong(bytes: 16_385, limitBytes: 16_384)) {
            try self.written(Prelude(cookies: [String(repeating: "c", count: room + 1)]))
        }
        var buffer = ByteBuffer(string: "before")
        try? Prelude(statusCode: 1).write(to: &buffer)
        #expect(String(buffer: buffer) == "before")
    }

    @Test func readsWhatTheRuntimesWrite() throws {
        let cases: [(String, Prelude)] = [
            ("{}", Prelude()),
            (#"{"status":404,"statusCode":201,"body":"x"}"#, Prelude(statusCode: 201)),
            (#"{"status":200,"headers":{}}"#, Prelude()),
            (#"{"statusCode":"418"}"#, Prelude(statusCode: 418)),
            (
                #"{"headers":{"Content-Type":"text/html","Set-Cookie":"b=2"},"cookies":["a=1"]}"#,
                Prelude(headers: [.contentType: "text/html"], cookies: ["a=1", "b=2"])
            ),
            (#"{"statusCode":204,"headers":null,"multiValueHeaders":null,"cookies":null}"#, Prelude(statusCode: 204)),
        ]
        for (json, prelude) in cases { #expect(try self.read(json) == prelude, "\(json)") }
    }

    @Test func letsMultiValueHeadersReplaceHeadersOfTheSameName() throws {
        let prelude = try self.read(
            #"{"headers":{"Vary":"lost","server":"s"},"multiValueHeaders":{"vary":["a","b"],"set-cookie":["c=1"]}}"#
        )
        #expect(prelude.headers.map { "\($0.name.canonicalName)=\($0.value)" } == ["server=s", "vary=a", "vary=b"])
        #expect(prelude.cookies == ["c=1"])
    }

    @Test func namesTheMemberThatIsOfTheWrongKind() {
        func wrong(_ member: String, _ expected: String, _ found: String) -> PreludeError {
            .wrongKind(member: member, expected: expected, found: found)
        }
        let cases: [(String, PreludeError)] = [
            ("[]", wrong("the prelude", "an object", "an array")),
            (#"{"statusCode":"4 18"}"#, wrong("statusCode", "an integer", #""4 18""#)),
            (#"{"statusCode":200.5}"#, wrong("statusCode", "an integer", "200.5")),
            (#"{"statusCode":null}"#, wrong("statusCode", "an integer", "null")),
            (#"{"statusCode":true}"#, wrong("statusCode", "an integer", "a boolean")),
            (#"{"statusCode":99999999999999999999}"#, wrong("statusCode", "an integer", "99999999999999999999")),
            (#"{"headers":[]}"#, wrong("headers", "an object", "an array")),
            (#"{"headers":{"x-n":1}}"#, wrong(#"headers["x-n"]"#, "a string", "a number")),
            (#"{"headers":{"x-n":["a","b"]}}"#, wrong(#"headers["x-n"]"#, "a string", "an array")),
            (#"{"headers":{"x-n":null}}"#, wrong(#"headers["x-n"]"#, "a string", "null")),
            (#"{"multiValueHeaders":{"x":"a"}}"#, wrong(#"multiValueHeaders["x"]"#, "an array of strings", "a string")),
            (#"{"multiValueHeaders":{"x":[1]}}"#, wrong(#"multiValueHeaders["x"][0]"#, "a string", "a number")),
            (#"{"cookies":"a=b"}"#, wrong("cookies", "an array of strings", "a string")),
            (#"{"cookies":["a=b",{}]}"#, wrong("cookies[1]", "a string", "an object")),
            (#"{"headers":{"":"a"}}"#, .invalidHeaderName("")),
            (#"{"headers":{"a b":"a"}}"#, .invalidHeaderName("a b")),
            (#"{"headers":{":status":"a"}}"#, .invalidHeaderName(":status")),
            (#"{"multiValueHeaders":{"x\r\ny":["a"]}}"#, .invalidHeaderName("x\r\ny")),
            ("{", .notJSON(.unexpectedEnd(offset: 1))),
            ("", .notJSON(.unexpectedEnd(offset: 0))),
        ]
        for (json, error) in cases {
            #expect(throws: error, "\(json)") { try self.read(json) }
        }
        #expect(
            wrong(#"headers["x-n"]"#, "a string", "a number").description
                == #"headers["x-n"] must be a string, and is a number"#
        )
    }

    @Test func readsWhatItWrites() throws {
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .eTag: "\"\\\"é😀"]
        headers.append(HTTPField(name: .vary, value: "a, b"))
        let prelude = Prelude(statusCode: 599, headers: headers, cookies: ["a=b; Path=/", ""])
        var buffer = ByteBuffer()
        try prelude.write(to: &buffer)
        let json = ByteBuffer(bytes: buffer.readableBytesView.dropLast(8))
        #expect(!json.readableBytesView.contains(0))
        #expect(try Prelude(json: json) == prelude)
    }
}
