// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Logging
import NIOCore
import Sluice
import SluiceWire
import TestSupport
import Testing

/// Hands on what it hears.
struct RecordingObserver: InvocationObserver {
    let records = Watched<[InvocationRecord]>([])
    let ends = Watched<[String]>([])

    func responseEnded(_ record: InvocationRecord) { self.records.update { $0.append(record) } }
    func invocationEnded(_ context: InvocationContext) { self.ends.update { $0.append(context.requestID) } }

    func record(_ number: Int = 0) async throws -> InvocationRecord {
        try await self.records.first("record \(number)") { $0.count > number ? $0[number] : nil }
    }
}

/// What is known of an invocation when its response has ended.
@Suite struct InvocationRecordTests {
    private struct Full: Error {}

    private func withObserved(
        _ handler: @escaping @Sendable (ByteBuffer, InvocationContext) async throws -> LambdaResult,
        _ script: @Sendable (RawConnection, RecordingObserver) async throws -> Void
    ) async throws {
        let observer = RecordingObserver()
        var function = LambdaFunction(handler)
        function.observers = [observer]
        try await withFunction(function) { server, _ in
            try await script(try await server.accept(), observer)
        }
    }

    @Test func comesWhenTheStreamHasEndedAndNotWhenTheHandlerReturned() async throws {
        let gate = Watched(false)
        try await self.withObserved { _, _ in
            .stream { writer in
                try await writer.write("one")
                _ = try await gate.first("the gate") { $0 ? true : nil }
                try await writer.write("three")
                try await writer.write("")
            }
        } _: { connection, observer in
            try await connection.answerNext()
            _ = try await connection.readHead()
            #expect(try await connection.readChunk() == Array("one".utf8))
            let whileOpen = NIODeadline.now()
            #expect(observer.records.current.isEmpty)
            gate.update { $0 = true }
            #expect(try await connection.readChunk() == Array("three".utf8))
            #expect(try await connection.readChunk().isEmpty)
            _ = try await connection.readTrailers()
            #expect(observer.records.current.isEmpty)
            try await connection.reply()
            let record = try await observer.record()
            #expect(record.bytes == 8 && record.chunks == 2)
            #expect(record.outcome == .accepted && record.errorType == nil)
            let firstByte = try #require(record.firstByte)
            #expect(record.began <= firstByte && firstByte <= whileOpen && whileOpen <= record.ended)
            #expect(record.context.requestID == "req-1")
            #expect(record.isFirst)
            try await connection.answerNext(requestID: "req-2")
            #expect(observer.ends.current == ["req-1"])
            _ = try await connection.readStream()
            try await connection.reply()
            #expect(try await observer.record(1).isFirst == false)
        }
    }

    @Test func countsTheHeadOfAnHTTPResultAsLambdaDoes() async throws {
        try await self.withObserved { _, _ in
            .http(.text("body"))
        } _: { connection, observer in
            try await connection.answerNext()
            let response = try await connection.readStream()
            try await connection.reply()
            let record = try await observer.record()
            #expect(record.bytes == response.chunks.joined().count && record.bytes > 12)
            #expect(record.chunks == response.chunks.count)
            #expect(record.firstByte != nil)
        }
    }

    @Test func countsABufferedResponseOnceWhereItIsSentTwice() async throws {
        let observer = RecordingObserver()
        var function = LambdaFunction { _, _ in .text("whole") }
        function.observers = [observer]
        try await withFunction(function) { server, _ in
            let first = try await server.accept()
            try await first.answerNext()
            _ = try await first.readWhole()
            await first.close()
            let second = try await server.accept()
            #expect(try await second.readWhole().body == "whole")
            try await second.reply()
            let record = try await observer.record()
            #expect(record.bytes == 5 && record.chunks == 1 && record.firstByte != nil)
        }
    }

    @Test func namesTheErrorOfAHandlerAndOfAStream() async throws {
        try await self.withObserved { event, _ in
            if event == ByteBuffer(string: "at once") { throw Full() }
            return .stream { writer in
                try await writer.write("one")
                throw Full()
            }
        } _: { connection, observer in
            try await connection.answerNext("at once")
            _ = try await connection.readWhole()
            try await connection.reply()
            let failed = try await observer.record()
            #expect(failed.errorType == "Function.Full" && failed.outcome == .accepted)
            #expect(failed.bytes == 0 && failed.chunks == 0 && failed.firstByte == nil)
            try await connection.answerNext("later")
            _ = try await connection.readStream()
            try await connection.reply()
            let broken = try await observer.record(1)
            #expect(broken.errorType == "Function.Full" && broken.bytes == 3)
        }
    }

    @Test(arguments: [
        ("410 Gone", ResponseOutcome.late, "Runtime.LateResponse"),
        ("413 Too Large", .refused(status: 413), "Runtime.RefusedResponse"),
        ("500 Error", .containerError, "Runtime.ContainerError"),
    ])
    func namesWhatLambdaDidNotTake(status: String, outcome: ResponseOutcome, errorType: String) async throws {
        try await self.withObserved { _, _ in
            .text("x")
        } _: { connection, observer in
            try await connection.answerNext()
            _ = try await connection.readWhole()
            try await connection.reply(status)
            let record = try await observer.record()
            #expect(record.outcome == outcome && record.errorType == errorType)
        }
    }

    @Test func theInvocationEndsBehindTheWorkAfterTheResponse() async throws {
        let gate = Watched(false)
        try await self.withObserved { _, _ in
            LambdaResult.text("x").afterResponse { _ in _ = try await gate.first("the gate") { $0 ? true : nil } }
        } _: { connection, observer in
            try await connection.answerNext()
            _ = try await connection.readWhole()
            try await connection.reply()
            _ = try await observer.record()
            #expect(observer.ends.current.isEmpty)
            gate.update { $0 = true }
            try await connection.readNext()
            #expect(observer.ends.current == ["req-1"])
        }
    }

    @Test func aLineIsWrittenForEachResponseAtTheLevelDebug() async throws {
        for (level, expected) in [("DEBUG", 1), ("INFO", 0)] {
            let lines = Watched<[String]>([])
            let output = LogOutput(format: "Text", level: level) { line in
                lines.update { $0.append(String(buffer: line)) }
            }
            var function = LambdaFunction { _, _ in throw Full() }
            function.logger = Logger(label: "test") { SluiceLogHandler(label: $0, output: output) }
            try await withFunction(function) { server, _ in
                let connection = try await server.accept()
                try await connection.answerNext()
                _ = try await connection.readWhole()
                try await connection.reply()
                try await connection.readNext()
            }
            #expect(lines.current.count == expected)
            let line = lines.current.first ?? ""
            #expect(
                expected == 0
                    || line.contains("\treq-1\tDEBUG\tthe response has ended bytes=0 chunks=0 durationMilliseconds=")
            )
            #expect(expected == 0 || line.hasSuffix(" errorType=Function.Full outcome=accepted\n"))
        }
    }
}
