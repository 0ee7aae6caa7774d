// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@testable import SluiceCLI

@Suite struct StreamReplyTests {
    /// What is done to a reply, and what comes of it as text.
    private enum Step {
        case head(Int, HTTPFields)
        case body(String)
        case frames([(InvokeStreamEvent, String)])
        case bytes(ByteBuffer)
        case end
        case broken(ConnectionEnd)
    }

    private static func seen(_ kind: StreamRequest.Kind, _ steps: [Step]) throws -> [String] {
        var reply = StreamReply(kind: kind)
        var events: [StreamEvent] = []
        for step in steps {
            let more: [StreamEvent] =
                switch step {
                case .head(let status, let fields): reply.head(status: status, fields: fields, at: .zero)
                case .body(let text): reply.body(ByteBuffer(string: text), at: .zero)
                case .frames(let frames): reply.body(try Self.encoded(frames), at: .zero)
                case .bytes(let bytes): reply.body(bytes, at: .zero)
                case .end: reply.end(at: .zero)
                case .broken(let connection): reply.broken(connection, at: .zero)
                }
            events += more
        }
        return events.map { event in
            switch event {
            case .connected: "connected"
            case .head(let status, _, _): "\(status)"
            case .log(let text): "log \(String(buffer: text))"
            case .chunk(let bytes, _): "<\(String(buffer: bytes))>"
            case .end(let end, _): end.description
            }
        }
    }

    private static func encoded(_ frames: [(InvokeStreamEvent, String)]) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        for (event, payload) in frames {
            let headers = event.headers.map { EventStreamHeader(name: $0.name, value: .string($0.value)) }
            let message = EventStreamMessage(headers: headers, payload: ByteBuffer(string: payload))
            try EventStreamEncoder().encode(message, into: &buffer)
        }
        return buffer
    }

    private static let failed: HTTPFields = [InvokeResponseHeader.functionError: "Unhandled"]

    @Test func showsTheBytesOfAFunctionURL() throws {
        let steps: [Step] = [.head(200, [:]), .body("a"), .body(""), .body("b"), .end]
        #expect(try Self.seen(.functionURL, steps) == ["200", "<a>", "<b>", "complete"])
    }

    @Test func aStatusOf400AndAboveOfAFunctionURLIsAFailureAndItsBodyIsShown() throws {
        let steps: [Step] = [.head(400, [:]), .body("a"), .end]
        #expect(try Self.seen(.functionURL, steps) == ["400", "<a>", "failed: HTTP status 400"])
        #expect(try Self.seen(.functionURL, [.head(399, [:]), .end]) == ["399", "complete"])
    }

    @Test func aFunctionThatFailedIsAFailureAndItsErrorIsShown() throws {
        let json = #"{"errorType":"Boom","errorMessage":"it went"}"#
        let steps: [Step] = [.head(200, Self.failed), .body(json), .end]
        #expect(try Self.seen(.invoke, steps) == ["200", "<\(json)>", "failed: Boom: it went"])
        let other: [Step] = [.head(200, Self.failed), .body("no JSON"), .end]
        #expect(try Self.seen(.invoke, other) == ["200", "<no JSON>", "failed: Unhandled"])
    }

    @Test(arguments: [StreamRequest.Kind.invoke, .invokeWithResponseStream])
    func aRefusedCallShowsTheServicesErrorAndNoBytes(kind: StreamRequest.Kind) throws {
        let error = InvokeError.functionNotFound(arn: "x")
        let steps: [Step] = [.head(error.status, error.fields), .bytes(error.body), .end]
        let expected = ["404", "failed: ResourceNotFoundException: Function not found: x"]
        #expect(try Self.seen(kind, steps) == expected)
        #expect(try Self.seen(kind, [.head(502, [:]), .end]) == ["502", "failed: HTTP status 502"])
    }

    @Test func showsThePayloadOfEachChunkOfAStream() throws {
        let steps: [Step] = [
            .head(200, [:]), .frames([(.payloadChunk, "a"), (.payloadChunk, "b")]),
            .frames([(.payloadChunk, "c"), (.invokeComplete, "{}")]), .end,
        ]
        #expect(try Self.seen(.invokeWithResponseStream, steps) == ["200", "<a>", "<b>", "<c>", "complete"])
    }

    @Test func aStreamThatFailsInItsMiddleIsAFailure() throws {
        let complete = #"{"ErrorCode":"Boom","ErrorDetails":"it went"}"#
        let frames = Step.frames([(.payloadChunk, "a"), (.invokeComplete, complete)])
        for last in [Step.end, .broken(.closed)] {
            let steps = [.head(200, [:]), frames, last]
            #expect(try Self.seen(.invokeWithResponseStream, steps) == ["200", "<a>", "failed: Boom: it went"])
        }
    }

    @Test func aStreamWithoutItsLastEventIsBroken() throws {
        let steps: [Step] = [.head(200, [:]), .frames([(.payloadChunk, "a")]), .end]
        let expected = ["200", "<a>", "broken off after 1 byte: the stream ended without an InvokeComplete event"]
        #expect(try Self.seen(.invokeWithResponseStream, steps) == expected)
        let closed: [Step] = [
            .head(200, [:]), .frames([(.payloadChunk, "a"), (.invokeComplete, "{}")]), .broken(.closed),
        ]
        let reason = "broken off after 1 byte: the connection closed before the last event"
        #expect(try Self.seen(.invokeWithResponseStream, closed) == ["200", "<a>", reason])
    }

    @Test func aStreamThatCannotBeReadIsBrokenOnce() throws {
        var part = try Self.encoded([(.payloadChunk, "a")])
        part.moveWriterIndex(to: part.writerIndex - 1)
        let truncated = try Self.seen(.invokeWithResponseStream, [.head(200, [:]), .bytes(part), .end])
        #expect(truncated.count == 2)
        #expect(
            truncated.last?.hasPrefix("broken off after 0 bytes: the event stream cannot be read: the input ended")
                == true
        )
        let damaged = try Self.seen(
            .invokeWithResponseStream,
            [.head(200, [:]), .body("this is not an event stream"), .body("x"), .broken(.closed), .end]
        )
        #expect(damaged.count == 2)
        #expect(damaged.last?.hasPrefix("broken off after 0 bytes: the event stream cannot be read: ") == true)
    }

    @Test func exceptionsAndErrorsInAStreamAreFailuresAndUnknownEventsAreSkipped() throws {
        func frame(_ headers: [(String, String)]) throws -> Step {
            var buffer = ByteBuffer()
            let headers = headers.map { EventStreamHeader(name: $0.0, value: .string($0.1)) }
            let message = EventStreamMessage(headers: headers, payload: ByteBuffer(string: "p"))
            try EventStreamEncoder().encode(message, into: &buffer)
            return .bytes(buffer)
        }
        let unknown = try frame([(":message-type", "event"), (":event-type", "Ping")])
        let exception = try frame([(":message-type", "exception"), (":exception-type", "Bad")])
        let error = try frame([(":message-type", "error"), (":error-code", "Bad"), (":error-message", "m")])
        #expect(
            try Self.seen(.invokeWithResponseStream, [.head(200, [:]), unknown, exception, .end])
                == ["200", "failed: Bad: p"]
        )
        #expect(try Self.seen(.invokeWithResponseStream, [.head(200, [:]), error]) == ["200", "failed: Bad: m"])
    }

    @Test func aConnectionThatEndsBeforeTheAnswerIsBroken() throws {
        #expect(
            try Self.seen(.functionURL, [.broken(.reset)]) == ["broken off without an answer: the connection was reset"]
        )
        #expect(
            try Self.seen(.invoke, [.broken(.failed("TLS failed"))]) == ["broken off without an answer: TLS failed"]
        )
    }

    @Test func saysHowFarAnAnswerCameAndWhatWasMissing() throws {
        func end(_ fields: HTTPFields, _ connection: ConnectionEnd) throws -> String? {
            try Self.seen(.functionURL, [.head(200, fields), .body("a"), .body("b"), .broken(connection)]).last
        }
        let chunked: HTTPFields = [.transferEncoding: "chunked"]
        #expect(try end(chunked, .closed) == "broken off after 2 bytes: the connection closed before the last chunk")
        #expect(try end(chunked, .reset) == "broken off after 2 bytes: the connection was reset")
        let announced: HTTPFields = [.contentLength: "1000"]
        #expect(try end(announced, .closed) == "broken off after 2 of 1 000 bytes: the connection closed")
        #expect(try end(announced, .failed("x")) == "broken off after 2 of 1 000 bytes: x")
        #expect(try end([:], .closed) == "broken off after 2 bytes: the connection closed")
    }

    @Test func aFunctionURLTellsTheServicesErrorToo() throws {
        let fields: HTTPFields = [InvokeResponseHeader.errorType: "InternalServerErrorException:http://a/"]
        let seen = try Self.seen(.functionURL, [.head(502, fields), .body("no"), .end])
        #expect(seen == ["502", "<no>", "failed: HTTP status 502: InternalServerErrorException"])
        let forbidden: HTTPFields = [InvokeResponseHeader.errorType: "AccessDeniedException"]
        let hint = try Self.seen(.functionURL, [.head(403, forbidden), .end]).last
        #expect(hint?.contains("signed requests only (AWS_IAM)") == true)
    }

    @Test func aThrottledCallSaysWhyAndForHowLong() throws {
        let error = InvokeError.tooManyRequests(.callerRate, retryAfterSeconds: 2)
        let seen = try Self.seen(.invoke, [.head(error.status, error.fields), .bytes(error.body), .end])
        let reason = "Rate Exceeded. (CallerRateLimitExceeded, again after 2 s)"
        #expect(seen == ["429", "failed: TooManyRequestsException: \(reason)"])
    }

    @Test func whatIsNoLambdaAPIIsShownByItsOwnWords() throws {
        let long = String(repeating: "a", count: 400)
        let cases = [
            ("not here\n", "failed: HTTP status 404: not here"), ("<html>", "failed: HTTP status 404"),
            (long, "failed: HTTP status 404: " + long.prefix(Limits.shownErrorBodyBytes) + " …"),
        ]
        for (body, end) in cases {
            #expect(try Self.seen(.invoke, [.head(404, [:]), .body(body), .end]) == ["404", end])
            // Its head has said it all.
            #expect(try Self.seen(.invoke, [.head(404, [:]), .body(body), .broken(.closed)]) == ["404", end])
        }
        let page: [Step] = [.head(200, [.contentType: "text/html"]), .body("<html>"), .end]
        let expected = ["200", "broken off at its head: text/html is no event stream"]
        #expect(try Self.seen(.invokeWithResponseStream, page) == expected)
    }

    @Test(arguments: [
        // What a code such as this leaves open, the report says.
        (
            #"{"ErrorCode":"Unhandled","ErrorDetails":"{\"errorType\":\"Boom\",\"errorMessage\":\"m\"}"}"#,
            "failed: Unhandled: Boom: m"
        ),
        (#"{"ErrorCode":"Boom","ErrorDetails":"{\"errorType\":\"Boom\",\"errorMessage\":\"m\"}"}"#, "failed: Boom: m"),
        (#"{"ErrorCode":"Boom","ErrorDetails":"{\"errorType\":\"Boom\"}"}"#, "failed: Boom"),
        (#"{"ErrorCode":"Boom","ErrorDetails":""}"#, "failed: Boom"),
        (#"{"ErrorCode":"","ErrorDetails":"x"}"#, "complete"),
        (#"{"ErrorCode":null}"#, "complete"),
        ("[]", "broken off after 0 bytes: the event stream cannot be read: its InvokeComplete is no JSON object"),
    ])
    func readsTheLastEvent(json: String, end: String) throws {
        let steps: [Step] = [.head(200, [:]), .frames([(.invokeComplete, json)]), .end]
        #expect(try Self.seen(.invokeWithResponseStream, steps) == ["200", end])
    }

    @Test func aFrameWithAWrongChecksumEndsTheStreamBehindTheGoodOnes() throws {
        let good = try Self.encoded([(.payloadChunk, "a")])
        var bad = good
        let last = bad.writerIndex - 1
        bad.setInteger(~(bad.getInteger(at: last, as: UInt8.self) ?? 0), at: last)
        let both = ByteBuffer(bytes: Array(good.readableBytesView) + Array(bad.readableBytesView))
        let seen = try Self.seen(.invokeWithResponseStream, [.head(200, [:]), .bytes(both), .end])
        #expect(seen.prefix(2) == ["200", "<a>"])
        #expect(seen.last?.hasPrefix("broken off after 1 byte: the event stream cannot be read: ") == true, "\(seen)")
    }

    @Test func theLogComesBeforeTheEnd() throws {
        let log = Base64.encode("START\n".utf8)
        let invoke: HTTPFields = [InvokeResponseHeader.logResult: log]
        #expect(try Self.seen(.invoke, [.head(200, invoke), .end]) == ["200", "log START\n", "complete"])
        let frames = Step.frames([(.invokeComplete, #"{"ErrorCode":"Boom","LogResult":"\#(log)"}"#)])
        for last in [Step.end, .broken(.closed)] {
            let seen = try Self.seen(.invokeWithResponseStream, [.head(200, [:]), frames, last])
            #expect(seen == ["200", "log START\n", "failed: Boom"])
        }
        let undecodable: HTTPFields = [InvokeResponseHeader.logResult: "?"]
        #expect(try Self.seen(.invoke, [.head(200, undecodable), .end]) == ["200", "log ?", "complete"])
    }
}
