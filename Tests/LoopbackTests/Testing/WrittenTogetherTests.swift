// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import Sluice
import SluiceTesting
import Synchronization
import TestSupport
import Testing

/// Chunks that are handed over in one call.
@Suite(.timeLimit(.minutes(3))) struct WrittenTogetherTests {
    private static let transports = TestedFunction.Transport.allCases

    /// Large ones, which are never copied, and small ones, which are gathered, in the order they were given in.
    @Test(arguments: transports, [true, false])
    func eachStaysAChunkOfItsOwn(_ transport: TestedFunction.Transport, onLoop: Bool) async throws {
        let sizes = [3, 70_000, 0, 1, 9_000, 8_192, 2]
        let chunks = sizes.enumerated().map { ByteBuffer(repeating: 0x61 + UInt8($0.offset), count: $0.element) }
        let function = LambdaFunction { _, _ in
            .stream { writer in
                if onLoop {
                    try await writer.write(contentsOf: chunks)
                } else {
                    try await withTaskExecutorPreference(globalConcurrentExecutor) {
                        try await writer.write(contentsOf: chunks)
                    }
                }
                try await writer.write(contentsOf: [])
                try await writer.write("end")
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let response = try await function.invoke(.raw("{}")).response()
            let sent = chunks.filter { $0.readableBytes > 0 } + [ByteBuffer(string: "end")]
            #expect(response.chunks.map(\.bytes) == sent)
            #expect(response.end.isComplete)
        }
    }

    /// Of a buffered answer they are gathered as all writes are.
    @Test(arguments: transports) func aBufferedAnswerHasThemAll(_ transport: TestedFunction.Transport) async throws {
        var function = HTTPFunction { _, _ in
            HTTPResult.stream { try await $0.write(contentsOf: ["a", "", "bc"].map { ByteBuffer(string: $0) }) }
        }
        function.responseMode = .buffered
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let response = try await function.invoke(.functionURL()).response()
            #expect(response.text == "abc")
        }
    }

    /// What still was within the limit has been sent, and the stream ends with what was wrong.
    @Test(arguments: transports) func whatIsTooMuchIsRefused(_ transport: TestedFunction.Transport) async throws {
        let caught = Mutex<StreamError?>(nil)
        let mebibyte = ByteBuffer(repeating: 0x61, count: 1024 * 1024)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                for _ in 0..<25 { try await writer.write(contentsOf: Array(repeating: mebibyte, count: 7)) }
                do throws(StreamError) {
                    while true { try await writer.write(contentsOf: Array(repeating: mebibyte, count: 30)) }
                } catch {
                    caught.withLock { $0 = error }
                    throw error
                }
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            try await TestedExtremesTests.expectEndAtTheLimit(try await function.invoke(.raw("{}")))
            #expect(caught.withLock { $0?.code } == .refused)
        }
    }

    @Test func whoHasEndedOrIsCancelledSendsNothing() async throws {
        let kept = Watched<BodyWriter?>(nil)
        let cancelled = Watched<StreamError?>(nil)
        let chunks = [ByteBuffer(string: "too "), ByteBuffer(string: "late")]
        let function = LambdaFunction { _, _ in
            .stream { writer in
                kept.update { $0 = writer }
                let child = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    do throws(StreamError) {
                        try await writer.write(contentsOf: chunks)
                    } catch {
                        cancelled.update { $0 = error }
                    }
                }
                await child.value
                try await writer.write("body")
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(try await connection.readStream().text == "body")
            #expect(try await cancelled.first("the refusal") { $0 }.code == .cancelled)
            let writer = try await kept.first("the writer") { $0 }
            await #expect(throws: StreamError.self) { try await writer.write(contentsOf: chunks) }
            try await connection.reply()
            try await connection.readNext()
        }
    }
}
