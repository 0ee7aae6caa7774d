// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOPosix
import Sluice
import TestSupport
import Testing

/// A reader that does not read holds up the writer, and nothing gathers meanwhile.
@Suite struct BackpressureTests {
    /// What the handler was last seen doing, and on which loop.
    private struct Progress: Sendable {
        var loop: (any EventLoop)?
        var writesBegun = 0
        var writesDone = 0
        var failure: StreamError?
        var finished = false
    }

    private static let pieceBytes = 64 * 1024
    private static let pieces = 1024

    private func writing(_ progress: Watched<Progress>) -> LambdaFunction {
        LambdaFunction { _, _ in
            .stream { writer in
                progress.update { $0.loop = MultiThreadedEventLoopGroup.currentEventLoop }
                let piece = ByteBuffer(repeating: 0x61, count: Self.pieceBytes)
                do throws(StreamError) {
                    for _ in 0..<Self.pieces {
                        progress.update { $0.writesBegun += 1 }
                        try await writer.write(piece)
                        progress.update { $0.writesDone += 1 }
                    }
                    progress.update { $0.finished = true }
                } catch {
                    progress.update { $0.failure = error }
                    throw error
                }
            }
        }
    }

    /// Waits until a write is suspended. The loop runs what is due in order: a handler that could go on would have done
    /// so before a later timer fires. So one that stands at the same write after the timer waits for something else.
    private func writerIsSuspended(_ progress: Watched<Progress>) async throws -> Progress {
        let loop = try await progress.first("the handler's loop") { $0.loop }
        while true {
            let before = progress.current
            for _ in 0..<5 {
                try await loop.scheduleTask(in: .milliseconds(1)) {}.futureResult.get()
            }
            let after = progress.current
            if after.finished || after.failure != nil { return after }
            if after.writesDone == before.writesDone, after.writesBegun == after.writesDone + 1 { return after }
        }
    }

    private func stalled(
        _ progress: Watched<Progress>,
        _ script: @Sendable (RawConnection, TestSupport.ScriptedServer, RunningFunction) async throws -> Void
    ) async throws {
        try await withFunction(self.writing(progress)) { server, function in
            let connection = try await server.accept()
            try await connection.readNext()
            try await connection.setReading(false)
            try await connection.sendInvocation("{}", requestID: "req-1")
            let stalled = try await self.writerIsSuspended(progress)
            #expect(!stalled.finished && stalled.failure == nil)
            try await script(connection, server, function)
        }
    }

    @Test func suspendsTheWriterWhileNobodyReadsAndGoesOnWhenSomebodyDoes() async throws {
        let progress = Watched(Progress()) { "\($0)" }
        try await self.stalled(progress) { connection, _, _ in
            // What the kernel's buffers of both sides took, and a little; far less than the 64 MiB that there are.
            #expect(progress.current.writesDone < Self.pieces / 2)
            #expect(!progress.current.finished)
            try await connection.setReading(true)
            var bytes = 0
            var end: ArraySlice<UInt8> = []
            while !end.elementsEqual("0\r\n\r\n".utf8) {
                let some = try await connection.readSome()
                guard !some.isEmpty else { break }
                bytes += some.count
                end = (end + some).suffix(5)
            }
            #expect(bytes > Self.pieces * Self.pieceBytes)
            #expect(progress.current.finished)
        }
    }

    @Test func wakesASuspendedWriterWhenItsConnectionEnds() async throws {
        let progress = Watched(Progress()) { "\($0)" }
        try await self.stalled(progress) { connection, server, _ in
            try await connection.abort()
            #expect(try await progress.first("the failed write") { $0.failure }.code == .connectionLost)
            try await server.accept().readNext()
        }
    }

    @Test(arguments: [[], ["Connection: close"]])
    func wakesASuspendedWriterWhenTheServiceRefusesTheResponse(fields: [String]) async throws {
        let progress = Watched(Progress()) { "\($0)" }
        try await self.stalled(progress) { connection, server, _ in
            try await connection.reply("413 Request Entity Too Large", fields: fields)
            #expect(try await progress.first("the failed write") { $0.failure }.code == .refused)
            try await server.accept().readNext()
        }
    }

    @Test func wakesASuspendedWriterWhenItsTaskIsCancelled() async throws {
        let progress = Watched(Progress()) { "\($0)" }
        try await self.stalled(progress) { _, _, _ in }
        #expect(progress.current.failure?.code == .cancelled)
    }

    /// The service sees each chunk before the function is allowed to write the next.
    @Test func sendsALoneWriteWithoutWaitingForAnother() async throws {
        let seen = Watched(0)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                for number in 0..<5 {
                    try await writer.write("chunk \(number)")
                    _ = try? await seen.first("chunk \(number) to be seen") { $0 > number ? true : nil }
                }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            for number in 0..<5 {
                #expect(try await connection.readChunk() == Array("chunk \(number)".utf8))
                seen.update { $0 = number + 1 }
            }
            #expect(try await connection.readChunk().isEmpty)
        }
    }

    /// The head of an HTTP response comes before the body has written anything.
    @Test func sendsTheHeadBeforeTheFirstWrite() async throws {
        let seen = Watched(false)
        let function = LambdaFunction { _, _ in
            .http(.stream { _ in _ = try? await seen.first("the head to be seen") { $0 ? true : nil } })
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            #expect(try await connection.readChunk() == Array(#"{"statusCode":200}"#.utf8))
            #expect(try await connection.readChunk() == [0, 0, 0, 0, 0, 0, 0, 0])
            seen.update { $0 = true }
            #expect(try await connection.readChunk().isEmpty)
        }
    }
}
