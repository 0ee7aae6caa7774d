// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceWire
import TestSupport
import Testing

/// Events that no service makes, but that anybody who may invoke a function can send.
@Suite struct HostileEventTests {
    private func read(_ json: String) throws(HTTPEventError) -> HTTPRequestEvent {
        try HTTPRequestEvent(json: ByteBuffer(string: json))
    }

    @Test func namesWhatAnEventLacks() {
        let cases: [(String, HTTPEventError)] = [
            (#"{"Records":[],"x":1}"#, .notHTTP(members: ["Records", "x"])),
            (#"{"requestContext":{}}"#, .notHTTP(members: ["requestContext"])),
            (#"{"requestContext":{"http":null,"elb":null}}"#, .notHTTP(members: ["requestContext"])),
            (#"{"version":"2.0"}"#, .notHTTP(members: ["version"])),
            (#"{"rawPath":"/"}"#, .missing(member: "requestContext")),
            (#"{"routeKey":"x","requestContext":{"connectionId":"c"}}"#, .missing(member: "requestContext.http")),
            (#"{"httpMethod":"GET"}"#, .missing(member: "requestContext")),
            (#"{"httpMethod":"GET","requestContext":{}}"#, .missing(member: "requestContext.identity")),
            (#"{"resource":"/","requestContext":{"identity":{}}}"#, .missing(member: "httpMethod")),
            (#"{"requestContext":{"elb":{}}}"#, .missing(member: "httpMethod")),
            (#"{"requestContext":{"elb":{}},"httpMethod":"GET"}"#, .missing(member: "path")),
            (#"{"requestContext":{"serviceArn":"a"}}"#, .unknownVersion(nil, expected: #""2.0""#)),
            (#"{"version":"2.0","requestContext":{"serviceArn":"a"}}"#, .missing(member: "method")),
            (#"{"version":"2.0","method":"GET","requestContext":{"serviceNetworkArn":"a"}}"#, .missing(member: "path")),
            (#"{"raw_path":"/"}"#, .missing(member: "method")),
            (
                #"{"version":"3.0","httpMethod":"GET","path":"/","requestContext":{"identity":{}}}"#,
                .unknownVersion(#""3.0""#, expected: #""1.0""#)
            ),
            (
                #"{"raw_path":7,"method":"GET"}"#,
                .wrongKind(member: "raw_path", expected: "a string", found: "a number")
            ),
            (#"{"httpMethod":"G T","path":"/","requestContext":{"elb":{}}}"#, .invalidMethod("G T")),
        ]
        for (json, error) in cases { #expect(throws: error, "\(json)") { try self.read(json) } }
        let text = HTTPEventError.notHTTP(members: ["Records"] + (0..<20).map { "\($0)" }).description
        #expect(
            text.contains("requestContext.elb") && text.contains(#"it has "Records", "0""#) && text.contains("and more")
        )
        #expect(HTTPEventError.notHTTP(members: []).description.contains("it is empty"))
        let long = HTTPEventError.notHTTP(members: [String(repeating: "x", count: 5_000_000)]).description
        #expect(long.utf8.count < 500)
    }

    @Test func namesWhichHeaderOrParameterIsOfTheWrongKind() {
        func event(_ member: String) -> String {
            "{\"requestContext\":{\"elb\":{}},\"httpMethod\":\"GET\",\"path\":\"/\",\(member)}"
        }
        func wrong(_ member: String, _ expected: String, _ found: String) -> HTTPEventError {
            .wrongKind(member: member, expected: expected, found: found)
        }
        let cases: [(String, HTTPEventError)] = [
            (#""headers":[]"#, wrong("headers", "an object", "an array")),
            (#""multiValueHeaders":{"a":["b",1]}"#, wrong("multiValueHeaders.a[1]", "a string", "a number")),
            (#""multiValueHeaders":{"a":[["b"]]}"#, wrong("multiValueHeaders.a[0]", "a string", "an array")),
            (#""multiValueHeaders":{"a":true}"#, wrong("multiValueHeaders.a", "a string", "a boolean")),
            (#""queryStringParameters":"a=b""#, wrong("queryStringParameters", "an object", "a string")),
            (#""queryStringParameters":{"a":{}}"#, wrong("queryStringParameters.a", "a string", "an object")),
            (#""headers":{":path":"/"}"#, .invalidHeaderName(":path")),
            (#""headers":{"":"x"}"#, .invalidHeaderName("")),
            (#""headers":{"a":"\u0000"}"#, .invalidHeaderValue(name: "a")),
            (#""headers":{"A":"b\nc"}"#, .invalidHeaderValue(name: "a")),
            (#""body":"\ud800""#, .notJSON(.loneSurrogate(offset: 67))),
            (#""body":"=","isBase64Encoded":true"#, .bodyNotBase64),
            (#""isBase64Encoded":1,"body":"x""#, wrong("isBase64Encoded", "a boolean", "a number")),
        ]
        for (member, error) in cases { #expect(throws: error, "\(member)") { try self.read(event(member)) } }
    }

    /// More than these would end the process: HTTPFields holds fewer than 65,535.
    @Test func hasABoundOnHeaders() throws {
        func event(_ count: Int, _ sample: String) -> String {
            let values = repeatElement("\"v\"", count: count).joined(separator: ",")
            return sample.replacing("@", with: "{\"a\":[\(values)]}")
        }
        func distinct(_ count: Int, _ sample: String) -> String {
            sample.replacing("@", with: "{" + (0..<count).map { "\"a\($0)\":\"\"" }.joined(separator: ",") + "}")
        }
        let samples = [
            #"{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","multiValueHeaders":@}"#,
            #"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}},"headers":@}"#,
            #"{"version":"2.0","path":"/","method":"GET","requestContext":{"serviceArn":""},"headers":@}"#,
            #"{"raw_path":"/","method":"GET","headers":@}"#,
            #"{"httpMethod":"GET","path":"/","requestContext":{"identity":{}},"headers":@}"#,
        ]
        for sample in samples {
            #expect(try self.read(distinct(10_000, sample)).headers.count == 10_000)
            let limit = Limits.maximumEventFields
            #expect(try self.read(event(limit, sample)).headers.count == limit)
            let error = HTTPEventError.tooManyHeaders(limit: limit)
            #expect(throws: error) { _ = try self.read(event(limit + 1, sample)) }
            #expect(throws: error) { _ = try self.read(distinct(70_000, sample)) }
        }
    }

    /// Takes a documented event apart: any member gone, null or of another kind is an error or a request, and no trap.
    @Test func survivesAnyMemberOfAnyKind() throws {
        let replacements: [JSONValue?] = [nil, .some(.null), true, 7, "", "x", [], ["x"], [.null], [:], ["x": "y"]]
        for sample in EventSamples.all {
            let whole = try #require(try JSONValue(parsing: sample.utf8).objectValue)
            for member in whole.members {
                for replacement in replacements {
                    var event = whole
                    event[member.name] = replacement
                    _ = try? HTTPRequestEvent(.object(event))
                    guard let object = member.value.objectValue else { continue }
                    for inner in object.members {
                        var changed = object
                        changed[inner.name] = replacement
                        event[member.name] = .object(changed)
                        _ = try? HTTPRequestEvent(.object(event))
                    }
                }
            }
        }
    }

    @Test func survivesAnyBytes() throws {
        var random = SeededGenerator()
        for sample in EventSamples.all {
            for _ in 0..<300 {
                var bytes = Array(sample.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let index = Int.random(in: bytes.indices, using: &random)
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                }
                if let event = try? HTTPRequestEvent(json: ByteBuffer(bytes: bytes)) {
                    let isTarget = event.rawQuery.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                    #expect(isTarget || event.resultForm == .payload2, "\(event.target), \(random)")
                }
            }
        }
    }
}
