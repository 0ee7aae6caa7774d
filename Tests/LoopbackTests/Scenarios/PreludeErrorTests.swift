// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

/// An error in the head: a prelude that is none, or would make a response that nobody may send.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct PreludeErrorTests {
    private typealias Step = ScriptedFunction.Step

    private static let delimiter = String(repeating: "\0", count: 8)

    /// One chunked response with the content type that announces a prelude; `text` is written as Latin-1.
    private static func response(_ text: String) -> [Step] {
        [
            .raw(
                """
                POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: x\r\n\
                Content-Type: application/vnd.awslambda.http-integration-response\r\n\
                Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n\
                \(String(text.unicodeScalars.count, radix: 16))\r\n\(text)\r\n0\r\n\r\n
                """
            ), .tell,
        ]
    }

    /// JSON before the delimiter, and what the log says of it.
    private static let malformed: [(json: String, note: String)] = [
        (#"{"headers":{"x-a":"b\r\nSet-Cookie: c=d"}}"#, #"header "x-a" has a carriage return"#),
        (#"{"headers":{"x-a":"b\nc"}}"#, #"header "x-a" has a line feed"#),
        (#"{"headers":{"x-a":"b\u0000c"}}"#, #"header "x-a" has a NUL"#),
        (#"{"headers":{"x-a":"b\u0007"}}"#, "control character 0x07"),
        (#"{"headers":{"x a":"b"}}"#, #""x a" is not a valid header name"#),
        (#"{"headers":{"x\r\ny":"b"}}"#, "is not a valid header name"),
        (#"{"headers":{"":"b"}}"#, #""" is not a valid header name"#),
        (#"{"cookies":["a=b\r\nx: y"]}"#, "a cookie has a carriage return"),
        (#"{"headers":{"set-cookie":"a\nb"}}"#, "a cookie has a line feed"),
        (#"{"headers":{"x-a":1}}"#, #"headers["x-a"] must be a string"#),
        (#"{"headers":{"x-a":true}}"#, #"headers["x-a"] must be a string"#),
        (#"{"headers":{"x-a":null}}"#, #"headers["x-a"] must be a string"#),
        (#"{"headers":{"x-a":["b"]}}"#, #"headers["x-a"] must be a string"#),
        (#"{"headers":["x-a"]}"#, "headers must be an object"),
        (#"{"cookies":"a=b"}"#, "cookies must be an array of strings"),
        (#"{"statusCode":99}"#, "status code 99 is not within"),
        (#"{"statusCode":600}"#, "status code 600 is not within"),
        (#"{"statusCode":1000}"#, "status code 1000 is not within"),
        (#"{"statusCode":-200}"#, "status code -200 is not within"),
        (#"{"statusCode":200.5}"#, "statusCode must be an integer"),
        (#"{"statusCode":1e400}"#, "statusCode must be an integer"),
        (#"{"statusCode":"many"}"#, "statusCode must be an integer"),
        (#"{"statusCode":null}"#, "statusCode must be an integer"),
        (#"{"statusCode":200"#, "not JSON"),
        ("{'statusCode':200}", "not JSON"),
        ("", "not JSON"),
        ("[200]", "must be an object"),
        ("{\"headers\":{\"x-a\":\"\u{FF}\"}}", "not JSON"),
        ("{\"statusCode\":\0200}", "NUL byte at 14"),
    ]

    @Test func aMalformedOneIs502AndTheLogSaysWhy() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for (number, (json, note)) in zip(1..., Self.malformed) {
                let reply = try await lambda.call(.functionURL, Self.response(json + Self.delimiter + "body"))
                #expect(reply.status == 502, "\(json): \(reply)")
                #expect(reply.isWhole)
                #expect(reply.text == "Internal Server Error")
                #expect(reply["x-amzn-errortype"] == ["InternalServerErrorException"])
                #expect(reply["set-cookie"] == [])
                let notes = try await lambda.log.notes(number)
                #expect(notes[number - 1].hasPrefix("answered 502: "))
                #expect(notes[number - 1].contains(note), "\(json): \(notes[number - 1])")
                // The function did not fail: its bytes were taken.
                #expect(try await lambda.log.answers(number)[number - 1].isAccepted)
            }
            #expect(lambda.log.startedEnvironments == 1)
            #expect(lambda.log.reports.allSatisfy { $0.errorType == nil })
        }
    }

    /// Whoever calls `Invoke` or `InvokeWithResponseStream` reads the prelude himself, good or bad.
    @Test(arguments: [CallKind.invoke, .stream])
    func theInvokeCallsPassItOnAsItIs(kind: CallKind) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let text = #"{"headers":{"x-a":"b\r\nc"}}"# + Self.delimiter + "body"
            let reply = try await lambda.call(kind, Self.response(text))
            #expect((kind == .stream ? try reply.eventStream().text : reply.text) == text)
            #expect(reply["x-amz-function-error"] == [])
        }
    }

    @Test func ofANameThatComesTwiceTheLastCounts() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let json = #"{"statusCode":500,"headers":{"x-a":"1","x-a":"2","X-A":"3"},"statusCode":201}"#
            let reply = try await lambda.call(.functionURL, Self.response(json + Self.delimiter + "body"))
            #expect(reply.status == 201)
            // Names of JSON differ by case, names of headers do not: both are sent.
            #expect(reply["x-a"] == ["2", "3"])
            #expect(reply.text == "body")
        }
    }

    /// 16,384 bytes with the delimiter. In pieces of any size, since the limit must not depend on them.
    @Test(arguments: [0, 1])
    func itMayHave16384BytesWithItsDelimiter(bytesTooMany: Int) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let bare = #"{"statusCode":201,"headers":{"x-long":""}}"#
            let padding = Limits.maximumPreludeBytes - 8 - bare.utf8.count + bytesTooMany
            let json = bare.replacing(#""""#, with: #""\#(String(repeating: "x", count: padding))""#)
            #expect(json.utf8.count + 8 == 16_384 + bytesTooMany)
            let reply = try await lambda.call(.functionURL, Self.response(json + Self.delimiter + "body"))
            #expect(reply.status == (bytesTooMany == 0 ? 201 : 502))
            #expect(reply.text == (bytesTooMany == 0 ? "body" : "Internal Server Error"))
            #expect(reply["x-long"].first?.utf8.count == (bytesTooMany == 0 ? padding : nil))
            if bytesTooMany == 1 {
                let note = try await lambda.log.notes(1)[0]
                #expect(note.hasSuffix(": limit prelude-bytes, 16384 bytes, as on Lambda"), "\(note)")
            }
        }
    }

    /// What follows a prelude that was refused is taken from the function all the same, so that it comes to its end.
    @Test func whatFollowsARefusedOneIsDropped() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let text = "none" + Self.delimiter + String(repeating: "x", count: 2_000_000)
            let reply = try await lambda.call(.functionURL, Self.response(text))
            #expect(reply.status == 502)
            #expect(try await lambda.log.answers(1)[0].isAccepted)
            #expect(try await lambda.log.reports(atLeast: 1)[0].producedBytes == text.utf8.count)
        }
    }
}

extension LocalLambda.Log {
    /// The words to whoever runs the service, once there are so many.
    fileprivate func notes(_ count: Int) async throws -> [String] {
        try await self.wait(for: count, "a note") { if case .note = $0 { true } else { false } }
        return self.all.compactMap { if case .note(let text) = $0.kind { text } else { nil } }
    }
}
