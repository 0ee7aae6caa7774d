// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import TestSupport
import Testing

/// A writer in the wrong hands, or in none.
@Suite struct MisusedWriterTests {
    @Test func childTasksMayWriteUntilTheBodyEnds() async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<50 { group.addTask { try await writer.write("\(number),") } }
                    try await group.waitForAll()
                }
                async let last: Void = writer.write("last")
                try await last
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let response = try await connection.readStream()
            let words = response.text.split(separator: ",")
            #expect(Set(words) == Set((0..<50).map { "\($0)" } + ["last"]))
            #expect(words.last == "last")
        }
    }

    /// Whoever keeps it gets an error, and neither this invocation nor the next one sees a byte of what it writes.
    @Test func whoKeepsItWritesNothing() async throws {
        let kept = Watched<BodyWriter?>(nil)
        let function = LambdaFunction { event, _ in
            .stream { writer in
                kept.update { if $0 == nil { $0 = writer } }
                try await writer.write("body of ")
                try await writer.write(event)
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext("1")
            #expect(try await connection.readStream().text == "body of 1")
            let writer = try await kept.first("the writer") { $0 }
            await Self.expectEnded(writer)
            try await connection.reply()
            try await connection.readNext()
            await Self.expectEnded(writer)
            try await connection.sendInvocation("2", requestID: "req-2")
            #expect(try await connection.readStream().text == "body of 2")
            await Self.expectEnded(writer)
        }
    }

    /// It waits for room, and its body ends: it is told, and does not wait for ever.
    @Test func whoStillWaitsAtTheEndIsWoken() async throws {
        let waiting = Watched<StreamError?>(nil)
        let kept = Watched<BodyWriter?>(nil)
        let body = Watched(false)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                kept.update { $0 = writer }
                _ = try await body.first("the end of the body") { $0 ? true : nil }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            try await connection.setReading(false)
            let writer = try await kept.first("the writer") { $0 }
            let begun = Watched(false)
            async let outsider: Void = {
                do throws(StreamError) {
                    // More than the sockets of a peer that does not read take.
                    let block = ByteBuffer(repeating: 0x61, count: 16 * 1_048_576)
                    begun.update { $0 = true }
                    while true { try await writer.write(block) }
                } catch {
                    waiting.update { $0 = error }
                }
            }()
            _ = try await begun.first("the write") { $0 ? true : nil }
            body.update { $0 = true }
            #expect(try await waiting.first("the refusal") { $0 }.code == .alreadyEnded)
            await outsider
        }
    }

    @Test(arguments: [true, false]) func whoNeverWritesEndsTheBodyAllTheSame(writesNothing: Bool) async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                guard writesNothing else { return }
                try await writer.write("")
                try await writer.write([UInt8]())
                try await writer.write(ByteBuffer())
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            let response = try await connection.readStream()
            #expect(response.chunks.isEmpty)
            #expect(response.trailers.isEmpty)
            try await connection.reply()
            try await connection.readNext()
        }
    }

    private static func expectEnded(_ writer: BodyWriter) async {
        do throws(StreamError) {
            try await writer.write("too late")
            Issue.record("a write after the end was taken")
        } catch {
            #expect(error.code == .alreadyEnded)
        }
    }
}
