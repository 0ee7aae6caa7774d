// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import SluiceWire
import TestSupport
import Testing

/// How long a buffered answer may be, from both sides of the limit.
@Suite(.timeLimit(.minutes(5))) struct BufferedAnswerLimitTests {
    private static let url = #"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}"#
    private static let loadBalancer = #"{"httpMethod":"GET","path":"/","requestContext":{"elb":{}}}"#

    /// The JSON around a body of text.
    private static let frame =
        #"{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"","isBase64Encoded":false}"#

    private func post(
        _ event: String,
        _ body: @escaping @Sendable (borrowing BodyWriter) async throws -> Void
    ) async throws -> (head: String, body: String) {
        var function = HTTPFunction { _, _ in .stream(headers: [.contentType: "text/plain"], body) }
        function.responseMode = .buffered
        return try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(event)
            return try await connection.readWhole()
        }
    }

    private func isTooLarge(_ post: (head: String, body: String), limit: Int) -> Bool {
        post.head.contains("/error HTTP/1.1\r\n") && post.body.contains(#""errorType":"Function.ResponseSizeTooLarge""#)
            && post.body.contains("\(limit)")
    }

    @Test func takesSixMebibytesAsJSONAndNoByteMore() async throws {
        let room = Limits.maximumBufferedResponseBytes - Self.frame.utf8.count
        let largest = try await self.post(Self.url) { writer in
            try await writer.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: room - 1))
            try await writer.write("x")
        }
        #expect(largest.head.contains("/response HTTP/1.1\r\n"))
        #expect(largest.body.utf8.count == Limits.maximumBufferedResponseBytes)

        let refused = try await self.post(Self.url) { writer in
            try await writer.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: room + 1))
        }
        #expect(self.isTooLarge(refused, limit: Limits.maximumBufferedResponseBytes))
    }

    /// A quote is two bytes of JSON.
    @Test func countsTheJSONAndNotTheBody() async throws {
        let refused = try await self.post(Self.url) { writer in
            try await writer.write(
                ByteBuffer(repeating: UInt8(ascii: "\""), count: Limits.maximumBufferedResponseBytes / 2 + 1)
            )
        }
        #expect(self.isTooLarge(refused, limit: Limits.maximumBufferedResponseBytes))
    }

    @Test func tellsAWriterThatItIsTooLongAndGathersNoMore() async throws {
        let codes = Watched<[StreamError.Code]>([])
        let refused = try await self.post(Self.url) { writer in
            let part = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1024 * 1024)
            for _ in 0..<20 {
                do throws(StreamError) {
                    try await writer.write(part)
                } catch {
                    codes.update { $0.append(error.code) }
                }
            }
            // That the body goes on, and returns, makes no answer of it.
        }
        #expect(codes.current == Array(repeating: .tooLong, count: 14))
        #expect(self.isTooLarge(refused, limit: Limits.maximumBufferedResponseBytes))

        let thrown = try await self.post(Self.url) { writer in
            while true { try await writer.write(ByteBuffer(repeating: 0x20, count: 1024 * 1024)) }
        }
        #expect(self.isTooLarge(thrown, limit: Limits.maximumBufferedResponseBytes))
    }

    @Test func holdsALoadBalancersAnswerToWhatItTakes() async throws {
        let limit = Limits.maximumLoadBalancerResultBytes
        let refused = try await self.post(Self.loadBalancer) { writer in
            try await writer.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: limit))
        }
        #expect(self.isTooLarge(refused, limit: limit))
        let taken = try await self.post(Self.loadBalancer) { writer in
            try await writer.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: limit - 200))
        }
        #expect(taken.head.contains("/response HTTP/1.1\r\n"))
    }

    /// A body that only writes must not keep the loop from its other work, such as the timer that will end it.
    @Test func letsTheLoopDoOtherWorkWhileABodyWrites() async throws {
        let post = try await self.post(Self.url) { writer in
            let isOver = Watched(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                // On the same loop: it runs when the writer lets it.
                group.addTask { isOver.update { $0 = true } }
                while !isOver.current { try await writer.write("") }
                try await group.waitForAll()
            }
            try await writer.write("over")
        }
        #expect(post.body.contains(#""body":"over""#))
    }
}
