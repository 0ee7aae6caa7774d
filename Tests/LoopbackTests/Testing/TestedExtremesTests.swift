// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import Sluice
import SluiceTesting
import Synchronization
import Testing

/// Where a test of a function could hang, or see what is not so.
@Suite(.timeLimit(.minutes(3))) struct TestedExtremesTests {
    private static let transports = TestedFunction.Transport.allCases

    /// Of a body in chunks of a mebibyte.
    static func expectEndAtTheLimit(_ call: TestedInvocation) async throws {
        let response = try await call.response()
        #expect(response.end.failure?.type == "Function.ResponseSizeTooLarge")
        #expect(response.end.bodyBytes == 209_715_200)
        #expect(response.chunks.count == 200)
        try await call.finished()
    }

    /// The writer never waits, and is told all the same.
    @Test(arguments: transports)
    func aByteMoreThanTwoHundredMebibytes(_ transport: TestedFunction.Transport) async throws {
        let caught = Mutex<StreamError?>(nil)
        let function = LambdaFunction { event, _ in
            if event.readableBytes > 2 { return .text("well") }
            return .stream { writer in
                do throws(StreamError) {
                    for _ in 0..<200 { try await writer.write(ByteBuffer(repeating: 0x61, count: 1024 * 1024)) }
                    while true { try await writer.write("b") }
                } catch {
                    caught.withLock { $0 = error }
                    throw error
                }
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            try await Self.expectEndAtTheLimit(try await function.invoke(.raw("{}")))
            #expect(caught.withLock { $0?.code } == .refused)
            #expect(try await function.invoke(.raw("[1]")).response().text == "well")
        }
    }

    @Test(arguments: transports)
    func aChunkThatIsLargerThanTheWindowIsLetIn(_ transport: TestedFunction.Transport) async throws {
        let function = LambdaFunction { _, _ in
            .stream { writer in
                for _ in 0..<3 { try await writer.write(ByteBuffer(repeating: 0x61, count: 3_000_000)) }
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let response = try await function.invoke(.raw("{}"), windowBytes: 1000).response()
            #expect(response.chunks.map(\.bytes.readableBytes) == [3_000_000, 3_000_000, 3_000_000])
            #expect(response.end.isComplete)
        }
    }

    @Test(arguments: transports)
    func anAnswerThatIsSentWholeIsReadWhole(_ transport: TestedFunction.Transport) async throws {
        let function = HTTPFunction { _, _ in
            HTTPResult.stream { writer in
                for _ in 0..<100 { try await writer.write(ByteBuffer(repeating: 0x61, count: 10_000)) }
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let response = try await function.invoke(.http(from: .loadBalancer), windowBytes: 1).response()
            #expect(response.head?.isStreamed == false)
            #expect(response.chunks.map(\.bytes.readableBytes) == [1_000_000])
            #expect(response.end.bodyBytes == 1_000_000)
        }
    }

    @Test(arguments: transports, [0, 1, 3])
    func halfOfAnAnswerThatIsSentWholeIsNone(_ transport: TestedFunction.Transport, bytes: Int) async throws {
        let function = LambdaFunction { _, _ in .text("abc") }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            for fault in [ResponseFault.connectionLost(afterBytes: bytes), .refused(status: 410, afterBytes: bytes)] {
                let call = try await function.invoke(.raw("{}"), fault: fault)
                let response = try await call.response()
                #expect(response.end.failure?.type == "Runtime.TruncatedResponse")
                #expect(response.text.isEmpty && response.head == nil && response.end.bodyBytes == 0)
                try await call.finished()
            }
            #expect(try await function.invoke(.raw("{}")).response().text == "abc")
        }
    }

    @Test(arguments: transports)
    func whatWaitsBehindATimeOutIsToldAtOnce(_ transport: TestedFunction.Transport) async throws {
        var function = LambdaFunction { _, context in
            try await context.clock.sleep(for: .seconds(3600))
            return .text("late")
        }
        function.deadlineMargin = .zero
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let first = try await function.invoke(.raw("{}"))
            let second = try await function.invoke(.raw("{}"))
            #expect(try await first.end().failure?.type == "Sandbox.Timedout")
            for wait in [second.finished, first.finished, { _ = try await second.response() }] {
                let error = await #expect(throws: FunctionTestError.self) { try await wait() }
                #expect(error?.code == .functionEnded)
                #expect(error?.failure?.type == "Sandbox.Timedout")
            }
        }
    }

    @Test func aFunctionWithoutWorkForItsEndIsNotWaitedFor() async throws {
        try await withTestedFunction(LambdaFunction { event, _ in .bytes(event) }) { function in
            let error = await #expect(throws: FunctionTestError.self) { try await function.shutDown() }
            #expect(error?.message.contains("onShutdown") == true)
            let call = try await function.invoke(.raw("{}"))
            #expect(try await call.response().text == "{}")
        }
    }

    @Test(arguments: transports)
    func aContainerErrorEndsTheFunction(_ transport: TestedFunction.Transport) async throws {
        let function = LambdaFunction { _, context in
            .stream { writer in
                try await writer.write("abc")
                let never = AsyncStream<Int>(bufferingPolicy: .bufferingOldest(1)) { _ in }
                for await _ in never {}
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let call = try await function.invoke(.raw("{}"), fault: .refused(status: 500, afterBytes: 3))
            #expect(try await call.response().text == "abc")
            let error = await #expect(throws: FunctionTestError.self) { try await call.finished() }
            #expect(error?.message.contains("container error") == true)
        }
    }

    /// It waits again and again, and never does anything else.
    @Test func waitingWithoutEndIsSaid() async throws {
        let function = LambdaFunction { _, context in
            while true { try await context.clock.sleep(for: .zero) }
        }
        var settings = TestedFunction.Settings()
        settings.patience = .milliseconds(100)
        try await withTestedFunction(function, settings) { function in
            let call = try await function.invoke(.raw("{}"))
            let error = await #expect(throws: FunctionTestError.self) { try await call.end() }
            #expect(error?.message.contains("again and again") == true)
        }
    }

    /// Each of them moves the time, and none moves it past what another is about to see.
    @Test(arguments: transports)
    func manyThatWaitAtOnceSeeTheSameTimes(_ transport: TestedFunction.Transport) async throws {
        let function = LambdaFunction { event, context in
            let step = Int(String(buffer: event)) ?? 1
            return .stream { writer in
                for _ in 0..<20 {
                    try await writer.write(event)
                    try await context.clock.sleep(for: .milliseconds(step))
                }
            }
        }
        var settings = TestedFunction.Settings(transport)
        settings.maximumConcurrency = 8
        try await withTestedFunction(function, settings) { function in
            var calls: [(step: Int, call: TestedInvocation)] = []
            for step in 1...8 { calls.append((step, try await function.invoke(.raw("\(step)")))) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (step, call) in calls {
                    group.addTask {
                        let response = try await call.response()
                        #expect(response.chunks.map(\.at) == (0..<20).map { .milliseconds($0 * step) })
                        #expect(response.end.at == .milliseconds(20 * step))
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
