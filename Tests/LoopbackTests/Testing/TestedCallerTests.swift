// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import SluiceTesting
import Synchronization
import Testing

/// Callers, connections and processes that do not behave well, as a test makes them.
@Suite struct TestedCallerTests {
    private final class Counter: Sendable {
        private let value = Atomic(0)
        var current: Int { self.value.load(ordering: .relaxed) }
        func increment() { self.value.add(1, ordering: .relaxed) }
    }

    private static func download(_ written: Counter, chunks: Int) -> HTTPFunction {
        HTTPFunction { _, _ in
            HTTPResult.stream { writer in
                let chunk = ByteBuffer(repeating: 7, count: 16 * 1024)
                for _ in 0..<chunks {
                    try await writer.write(chunk)
                    written.increment()
                }
            }
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func aSlowCallerHoldsTheFunctionUp(_ transport: TestedFunction.Transport) async throws {
        let written = Counter()
        // More than a socket's buffers hold.
        let chunks = 1_000
        try await withTestedFunction(Self.download(written, chunks: chunks), TestedFunction.Settings(transport)) {
            function in
            let call = try await function.invoke(.functionURL(), windowBytes: 64 * 1024)
            #expect(try await call.nextChunk()?.bytes.readableBytes == 16 * 1024)
            // What sockets hold is written for a while yet; a function that nobody holds up would be through by then.
            for _ in 0..<50 { await function.advance(by: .milliseconds(10)) }
            #expect(written.current < chunks)
            let response = try await call.response()
            #expect(response.chunks.count == chunks - 1)
            #expect(response.end.isComplete)
        }
    }

    @Test func inMemoryItGetsAheadByTheWindowAndWhatAConnectionHolds() async throws {
        let written = Counter()
        try await withTestedFunction(Self.download(written, chunks: 100)) { function in
            _ = try await function.invoke(.functionURL(), windowBytes: 64 * 1024).head()
            await function.advance(by: .seconds(1))
            #expect((4...16).contains(written.current), "\(written.current)")
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func aCallerWhoLeavesIsNotNoticed(_ transport: TestedFunction.Transport) async throws {
        let written = Counter()
        try await withTestedFunction(Self.download(written, chunks: 40), TestedFunction.Settings(transport)) {
            function in
            let call = try await function.invoke(.functionURL(), windowBytes: 1)
            _ = try await call.nextChunk()
            await call.leave()
            try await call.finished()
            #expect(written.current == 40)
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func theConnectionBreaksOffAtAByte(_ transport: TestedFunction.Transport) async throws {
        let caught = Mutex<StreamError?>(nil)
        let function = LambdaFunction { _, context in
            .stream { writer in
                do {
                    while true {
                        try await writer.write("0123456789")
                        try await context.clock.sleep(for: .milliseconds(1))
                    }
                } catch let error as StreamError {
                    caught.withLock { $0 = error }
                    throw error
                }
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let call = try await function.invoke(.raw("{}"), fault: .connectionLost(afterBytes: 25))
            let response = try await call.response()
            try await call.finished()
            #expect(response.text == "0123456789012345678901234")
            #expect(response.end.failure?.type == "Runtime.TruncatedResponse")
            // It goes on, on another connection.
            let next = try await function.invoke(.raw("{}"), fault: .refused(status: 413, afterBytes: 20))
            #expect(caught.withLock { $0?.code } == .connectionLost)
            #expect(try await next.end().bodyBytes == 20)
            try await next.finished()
            #expect(caught.withLock { $0?.code } == .refused)
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func twoInvocationsRunAtOnce(_ transport: TestedFunction.Transport) async throws {
        let function = LambdaFunction { event, context in
            .stream { writer in
                for _ in 0..<2 {
                    try await writer.write(event)
                    try await context.clock.sleep(for: .seconds(1))
                }
            }
        }
        var settings = TestedFunction.Settings(transport)
        settings.maximumConcurrency = 2
        try await withTestedFunction(function, settings) { function in
            let one = try await function.invoke(.raw("1"))
            let two = try await function.invoke(.raw("2"))
            #expect(try await one.nextChunk()?.text == "1")
            #expect(try await two.nextChunk()?.text == "2")
            let (first, second) = (try await one.response(), try await two.response())
            #expect(first.chunks.map(\.at) == [.seconds(1)])
            #expect(second.chunks.map(\.at) == [.seconds(1)])
            #expect(one.requestID != two.requestID)
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func workAfterTheResponseAndAtTheEnd(_ transport: TestedFunction.Transport) async throws {
        let log = Mutex<[String]>([])
        let function = LambdaFunction(
            setUp: { lifecycle in
                lifecycle.onShutdown { log.withLock { $0.append("end") } }
                lifecycle.afterRestore { log.withLock { $0.append("restored") } }
            },
            { _, _, _ in
                .text("done").afterResponse { context in
                    try await context.clock.sleep(for: .seconds(1))
                    log.withLock { $0.append("after") }
                }
            }
        )
        var settings = TestedFunction.Settings(transport)
        settings.isSnapStart = true
        try await withTestedFunction(function, settings) { function in
            let call = try await function.invoke(.raw("{}"))
            #expect(try await call.end().at == .zero)
            #expect(log.withLock { $0 } == ["restored"])
            try await call.finished()
            #expect(log.withLock { $0 } == ["restored", "after"])
            try await function.shutDown()
            #expect(log.withLock { $0 } == ["restored", "after", "end"])
            await #expect(throws: FunctionTestError.self) { try await function.invoke(.raw("{}")) }
        }
    }
}
