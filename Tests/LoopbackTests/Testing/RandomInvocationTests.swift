// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import Sluice
import SluiceTesting
import Synchronization
import TestSupport
import Testing

/// Invocations of every kind in a random order, one behind the other on the same workers: each ends as its kind does, and
/// leaves nothing behind that the next would see.
@Suite(.timeLimit(.minutes(5))) struct RandomInvocationTests {
    private struct Failure: Error {}

    private enum Deed: String, CaseIterable {
        case returns, throwsBeforeTheBody, streams, throwsInTheBody, neverWrites, keepsTheWriter, writesFromChildTasks
        case writesDetached, waitsForEver, swallowsItsCancellation, returnsWhenCancelled, worksAfterwards
        case worksAfterwardsForEver, isTooLarge
    }

    private static let word = "0123456789"
    private static let words = 5

    /// The event is a deed.
    private static let function = LambdaFunction { event, context in
        switch Deed(rawValue: String(buffer: event)) {
        case .returns, nil: return .text(word)
        case .throwsBeforeTheBody: throw Failure()
        case .isTooLarge: return .bytes(ByteBuffer(repeating: 0x61, count: 6_291_557))
        case .waitsForEver: return try await waiting(context) { throw $0 }
        case .returnsWhenCancelled: return try await waiting(context) { _ in .text(word) }
        case .worksAfterwards:
            return stream(context).afterResponse { context in try await context.clock.sleep(for: .milliseconds(70)) }
        case .worksAfterwardsForEver:
            return .text(word).afterResponse { context in try await context.clock.sleep(for: .seconds(3600)) }
        case .streams: return stream(context)
        case let deed?: return .stream { writer in try await body(deed, writer, context) }
        }
    }

    private static func stream(_ context: InvocationContext) -> LambdaResult {
        .stream { writer in
            for _ in 0..<words {
                try await writer.write(word)
                try await context.clock.sleep(for: .milliseconds(10))
            }
        }
    }

    private static func waiting(
        _ context: InvocationContext,
        then end: (any Error) throws -> LambdaResult
    ) async throws -> LambdaResult {
        do {
            try await context.clock.sleep(for: .seconds(3600))
            return .text("never")
        } catch {
            return try end(error)
        }
    }

    private static func body(_ deed: Deed, _ writer: BodyWriter, _ context: InvocationContext) async throws {
        switch deed {
        case .throwsInTheBody:
            for _ in 0..<words { try await writer.write(word) }
            throw Failure()
        case .swallowsItsCancellation:
            for _ in 0..<words { try await writer.write(word) }
            try? await context.clock.sleep(for: .seconds(3600))
        case .writesFromChildTasks:
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<words { group.addTask { try await writer.write(word) } }
                try await group.waitForAll()
            }
        case .keepsTheWriter:
            for _ in 0..<words { try await writer.write(word) }
            Task.detached { for _ in 0..<20 { try? await writer.write("late") } }
        case .writesDetached:
            await Task.detached { for _ in 0..<words { try? await writer.write(word) } }.value
        default:
            break
        }
    }

    private struct Expected {
        var text: String
        var failure: String?
    }

    private static func expected(_ deed: Deed) -> Expected {
        let whole = String(repeating: word, count: words)
        return switch deed {
        case .returns, .returnsWhenCancelled, .worksAfterwardsForEver: Expected(text: word)
        case .throwsBeforeTheBody: Expected(text: "", failure: "Function.Failure")
        case .throwsInTheBody: Expected(text: whole, failure: "Function.Failure")
        case .neverWrites: Expected(text: "")
        case .waitsForEver: Expected(text: "", failure: "Function.DeadlineExceeded")
        case .swallowsItsCancellation: Expected(text: whole, failure: "Function.DeadlineExceeded")
        case .isTooLarge: Expected(text: "", failure: "Function.ResponseSizeTooLarge")
        case .streams, .keepsTheWriter, .writesFromChildTasks, .writesDetached, .worksAfterwards: Expected(text: whole)
        }
    }

    private static let streamed: Set<Deed> = [
        .streams, .throwsInTheBody, .swallowsItsCancellation, .writesFromChildTasks, .worksAfterwards,
    ]

    /// Where several run at once, time passes that any of them waits for: also while one is at work on another executor,
    /// or held up by a caller that the test has not come to.
    private static func deeds(workers: Int) -> [Deed] {
        Deed.allCases.filter { workers == 1 || $0 != .writesDetached }
    }

    private static func check(
        _ deed: Deed,
        _ function: TestedFunction,
        isAlone: Bool,
        _ random: inout SeededGenerator
    ) async throws {
        var expected = Self.expected(deed)
        let window = isAlone && Bool.random(using: &random) ? Int.random(in: 1...30, using: &random) : nil
        var fault: ResponseFault?
        if Self.streamed.contains(deed), Int.random(in: 0..<4, using: &random) == 0 {
            let bytes = Int.random(in: 0...expected.text.utf8.count, using: &random)
            fault =
                Bool.random(using: &random)
                ? .connectionLost(afterBytes: bytes) : .refused(status: 413, afterBytes: bytes)
            expected = Expected(text: String(expected.text.prefix(bytes)), failure: "Runtime.TruncatedResponse")
        }
        let call = try await function.invoke(.raw(deed.rawValue), windowBytes: window, fault: fault)
        if Int.random(in: 0..<6, using: &random) == 0 {
            await call.leave()
        } else {
            let response = try await call.response()
            let what = "\(deed), window \(window ?? 0), \(fault.map { "\($0)" } ?? "no fault"); \(random)"
            #expect(response.text == expected.text, "\(what)")
            #expect(response.end.failure?.type == expected.failure, "\(what)")
        }
        try await call.finished()
    }

    @Test(arguments: TestedFunction.Transport.allCases, [1, 4])
    func eachEndsAsItsKindDoes(_ transport: TestedFunction.Transport, workers: Int) async throws {
        var settings = TestedFunction.Settings(transport)
        settings.maximumConcurrency = workers
        try await withTestedFunction(Self.function, settings) { function in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<workers {
                    group.addTask {
                        var random = SeededGenerator(seed: SeededGenerator.seedOfThisRun &+ UInt64(worker))
                        for _ in 0..<100 {
                            let deed = Self.deeds(workers: workers).randomElement(using: &random) ?? .returns
                            try await Self.check(deed, function, isAlone: workers == 1, &random)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await function.invoke(.raw("last")).response().text == Self.word)
        }
    }
}
