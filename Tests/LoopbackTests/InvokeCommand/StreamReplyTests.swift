// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import HTTPTypes
import NIOCore
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
        case broken
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
                case .broken: reply.broken("gone", at: .zero)
                }
            events += more
        }
        return events.map { event in
            switch event {
            case .head(let status, _, _): "\(status)"
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
        for last in [Step.end, .broken] {
            let steps = [.head(200, [:]), frames, last]
            #expect(try Self.seen(.invokeWithResponseStream, steps) == ["200", "<a>", "failed: Boom: it went"])
        }
    }

    @Test func aStreamWithoutItsLastEventIsBroken() throws {
        let steps: [Step] = [.head(200, [:]), .frames([(.payloadChunk, "a")]), .end]
        let expected = ["200", "<a>", "broken: the stream ended without an InvokeComplete event"]
        #expect(try Self.seen(.invokeWithResponseStream, steps) == expected)
        let closed: [Step] = [.head(200, [:]), .frames([(.payloadChunk, "a"), (.invokeComplete, "{}")]), .broken]
        #expect(try Self.seen(.invokeWithResponseStream, closed) == ["200", "<a>", "broken: gone"])
    }

    @Test func aStreamThatCannotBeReadIsBrokenOnce() throws {
        var part = try Self.encoded([(.payloadChunk, "a")])
        part.moveWriterIndex(to: part.writerIndex - 1)
        let truncated = try Self.seen(.invokeWithResponseStream, [.head(200, [:]), .bytes(part), .end])
        #expect(truncated.count == 2)
        #expect(truncated.last?.hasPrefix("broken: the event stream cannot be read: the input ended") == true)
        let damaged = try Self.seen(
            .invokeWithResponseStream,
            [.head(200, [:]), .body("this is not an event stream"), .body("x"), .broken, .end]
        )
        #expect(damaged.count == 2)
        #expect(damaged.last?.hasPrefix("broken: the event stream cannot be read: invalidPrelude") == true)
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
        #expect(try Self.seen(.functionURL, [.broken]) == ["broken: gone"])
        #expect(try Self.seen(.functionURL, [.head(200, [:]), .body("a"), .broken]) == ["200", "<a>", "broken: gone"])
    }
}
