// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import TestSupport
import Testing

@Suite struct JSONLinesTests {
    @Test func sendsALineForEachText() async throws {
        let answer = try await posted {
            .jsonLines { lines in
                try await lines.send(#"{"a":"é"}"#)
                try await lines.send(ByteBuffer(string: "[1,2]"))
            }
        }
        #expect(answer.headers == ["content-type": "application/x-ndjson"])
        #expect(answer.texts == ["{\"a\":\"é\"}\n", "[1,2]\n"])
    }

    @Test func refusesALineWithABreakAndGoesOn() async throws {
        let errors = Watched<[StreamError]>([])
        let answer = try await posted {
            .jsonLines { lines in
                for line in ["1", "{\n}", "", "2"] {
                    do throws(StreamError) {
                        try await lines.send(line)
                    } catch {
                        errors.update { $0.append(error) }
                    }
                }
            }
        }
        #expect(answer.texts == ["1\n", "2\n"])
        #expect(answer.trailers.isEmpty)
        #expect(errors.current.map(\.code) == [.invalidContent, .invalidContent])
    }

    @Test func sendsTheElementsOfASequence() async throws {
        let (elements, feed) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(2))
        feed.yield("1")
        feed.yield("\n")
        feed.finish()
        let answer = try await posted { .jsonLines(headers: [.contentType: "application/jsonl"], from: elements) }
        #expect(answer.headers == ["content-type": "application/jsonl"])
        #expect(answer.texts == ["1\n"])
        #expect(answer.trailers.first == "Lambda-Runtime-Function-Error-Type: Function.StreamError")
        let (buffers, bufferFeed) = AsyncStream.makeStream(of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(1))
        bufferFeed.yield(ByteBuffer(string: "null"))
        bufferFeed.finish()
        #expect(try await posted { .jsonLines(from: buffers) }.text == "null\n")
    }
}
