// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import TestSupport
import Testing

/// Bodies that an asynchronous sequence makes.
@Suite struct SequenceBodyTests {
    private struct SourceFailed: Error {}

    /// Counts, and may fail or end its task's patience on the way.
    private struct Counting<Element: Sendable>: AsyncSequence, Sendable {
        let limit: Int
        var end: @Sendable () throws -> Void = {}
        let make: @Sendable (Int) -> Element

        struct AsyncIterator: AsyncIteratorProtocol {
            let sequence: Counting
            var count = 0

            mutating func next() async throws -> Element? {
                if self.count == self.sequence.limit {
                    try self.sequence.end()
                    return nil
                }
                self.count += 1
                return self.sequence.make(self.count)
            }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator(sequence: self) }
    }

    @Test func sendsEachElementAsAChunk() async throws {
        let buffers = try await posted {
            .stream(
                status: .created,
                headers: [.contentType: "text/plain"],
                cookies: ["a=1"],
                from: Counting(limit: 3) {
                    ByteBuffer(string: "\($0)")
                }
            )
        }
        #expect(buffers.status == 201 && buffers.headers == ["content-type": "text/plain"])
        #expect(buffers.texts == ["1", "2", "3"])
        #expect(buffers.trailers.isEmpty)
        let strings = try await posted { .stream(from: Counting(limit: 2) { "é\($0)" }) }
        #expect(strings.texts == ["é1", "é2"])
        let bytes = try await posted { .stream(from: Counting(limit: 2) { [UInt8]([0, UInt8($0)]) }) }
        #expect(bytes.chunks == [[0, 1], [0, 2]])
        let views = try await posted {
            .stream(from: Counting(limit: 1) { ByteBuffer(bytes: [UInt8($0)]).readableBytesView })
        }
        #expect(views.chunks == [[1]])
        #expect(try await posted { .stream(from: Counting(limit: 0) { "\($0)" }) }.chunks.isEmpty)
    }

    @Test func streamsWithoutHTTP() async throws {
        let function = LambdaFunction { _, _ in .stream(contentType: "text/x", from: Counting(limit: 2) { "\($0)" }) }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let response = try await connection.readStream()
            #expect(response.head.contains("\r\nContent-Type: text/x\r\n"))
            #expect(response.text == "12")
        }
    }

    @Test func endsTheStreamWithTheErrorOfTheSequence() async throws {
        let answer = try await posted {
            .stream(from: Counting(limit: 1, end: { throw SourceFailed() }) { "\($0)" })
        }
        #expect(answer.texts == ["1"])
        #expect(answer.trailers.first == "Lambda-Runtime-Function-Error-Type: Function.SourceFailed")
    }

    /// Many sequences just end when their task is cancelled.
    @Test func doesNotTakeASequenceThatWasCutOffForAWholeOne() async throws {
        let answer = try await posted {
            .stream(
                from: Counting(limit: 1, end: { withUnsafeCurrentTask { $0?.cancel() } }) { "\($0)" }
            )
        }
        #expect(answer.texts == ["1"])
        #expect(answer.trailers.first == "Lambda-Runtime-Function-Error-Type: Function.StreamError")
    }

    /// The service has seen each chunk before the sequence yields the next.
    @Test func asksForTheNextElementWhenTheLastHasLeft() async throws {
        let (elements, feed) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(1))
        try await withFunction(LambdaFunction { _, _ in .http(.stream(from: elements)) }) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            try await connection.readPrelude()
            for number in 0..<5 {
                feed.yield("chunk \(number)")
                #expect(try await connection.readChunk() == Array("chunk \(number)".utf8))
            }
            feed.finish()
            #expect(try await connection.readChunk().isEmpty)
        }
    }

    @Test func passesCancellationOn() async throws {
        let ended = Watched(false)
        let (elements, feed) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(1))
        feed.onTermination = { reason in
            if case .cancelled = reason { ended.update { $0 = true } }
        }
        try await withFunction(LambdaFunction { _, _ in .http(.stream(from: elements)) }) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            try await connection.readPrelude()
        }
        #expect(ended.current)
    }
}
