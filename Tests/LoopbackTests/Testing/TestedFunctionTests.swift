// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import SluiceTesting
import Testing

/// What a test of a function can see, in process and over sockets.
@Suite struct TestedFunctionTests {
    private static let words = HTTPFunction { request, context in
        HTTPResult.stream(
            status: .created,
            headers: [.contentType: "text/plain"],
            cookies: ["a=1", "b=2; Path=/"]
        ) { writer in
            for word in ["one ", "two ", "three"] {
                try await writer.write(word)
                try await context.clock.sleep(for: .seconds(1))
            }
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func takesBytesInAnyForm(_ transport: TestedFunction.Transport) async throws {
        let function = HTTPFunction { _, _ in
            HTTPResult.stream { writer in
                try await writer.write(ByteBuffer(string: "a"))
                try await writer.write("b" as StaticString)
                try await writer.write(["c"].joined())
                try await writer.write([UInt8(ascii: "d")])
                try await writer.write([UInt8]("xexx".utf8)[1..<2])
                try await writer.write("f".utf8)
                try await writer.write(ContiguousArray("g".utf8))
                try await writer.write(CollectionOfOne(UInt8(ascii: "h")))
                try await writer.write(ByteBuffer(string: "i").readableBytesView)
                try await writer.write(UInt8(ascii: "j")...UInt8(ascii: "l"))
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let response = try await function.invoke(.functionURL()).response()
            #expect(response.chunks.map(\.text) == ["a", "b", "c", "d", "e", "f", "g", "h", "i", "jkl"])
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func seesHeadEachChunkItsTimeAndTheEnd(_ transport: TestedFunction.Transport) async throws {
        var settings = TestedFunction.Settings(transport)
        settings.timeout = .seconds(30)
        try await withTestedFunction(Self.words, settings) { function in
            let call = try await function.invoke(.functionURL("/?x=1"))
            let head = try await call.head()
            #expect(head.status == .created)
            #expect(head.headers[.contentType] == "text/plain")
            #expect(head.cookies == ["a=1", "b=2; Path=/"])
            #expect(head.isStreamed)
            let first = try await call.nextChunk()
            #expect(first?.text == "one ")
            #expect(first?.at == .zero)
            let rest = try await call.response()
            #expect(rest.chunks.map(\.text) == ["two ", "three"])
            #expect(rest.chunks.map(\.at) == [.seconds(1), .seconds(2)])
            #expect(rest.end.isComplete)
            #expect(rest.end.at == .seconds(3))
            #expect(rest.end.bodyBytes == 13)
            try await call.finished()
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func seesAWholeAnswerAndAnErrorInItsPlace(_ transport: TestedFunction.Transport) async throws {
        struct Unwilling: Error {}
        let function = LambdaFunction { event, _ in
            guard event.readableBytes > 2 else { throw Unwilling() }
            return .bytes(event)
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let whole = try await function.invoke(.raw(#"{"a":1}"#)).response()
            #expect(whole.text == #"{"a":1}"#)
            #expect(whole.head?.headers[.contentType] == "application/json")
            #expect(whole.head?.isStreamed == false)
            let failed = try await function.invoke(.raw("{}"))
            await #expect(throws: FunctionTestError.self) { try await failed.head() }
            #expect(try await failed.end().failure?.type == "Function.Unwilling")
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func aDeadlineArrives(_ transport: TestedFunction.Transport) async throws {
        let function = HTTPFunction { _, context in
            HTTPResult.stream { writer in
                try await writer.write("begun")
                #expect(context.remainingTime == .seconds(3))
                try await context.clock.sleep(for: .seconds(3600))
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let response = try await function.invoke(.functionURL()).response()
            #expect(response.chunks.map(\.text) == ["begun"])
            #expect(response.end.failure?.type == "Function.DeadlineExceeded")
            #expect(response.end.at == .milliseconds(2900))
            // The function goes on.
            #expect(try await function.invoke(.functionURL()).nextChunk()?.text == "begun")
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func aFunctionThatDoesNotHeedItsDeadlineTimesOut(_ transport: TestedFunction.Transport) async throws {
        var function = LambdaFunction { _, context in
            try await context.clock.sleep(for: .seconds(3600))
            return .text("late")
        }
        function.deadlineMargin = .zero
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let end = try await function.invoke(.raw("{}")).end()
            #expect(end.failure?.type == "Sandbox.Timedout")
            #expect(end.failure?.message.hasSuffix("Task timed out after 3.00 seconds") == true)
            #expect(end.at == .seconds(3))
            await #expect(throws: FunctionTestError.self) { try await function.invoke(.raw("{}")) }
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func heartbeatsComeAsTimePasses(_ transport: TestedFunction.Transport) async throws {
        let function = HTTPFunction { _, context in
            HTTPResult.serverSentEvents(heartbeat: .seconds(15)) { events in
                try await events.send(data: "first")
                try await context.clock.sleep(for: .seconds(40))
                try await events.send(data: "second")
            }
        }
        var settings = TestedFunction.Settings(transport)
        settings.timeout = .seconds(60)
        try await withTestedFunction(function, settings) { function in
            let response = try await function.invoke(.functionURL()).response()
            #expect(response.chunks.map(\.text) == ["data: first\n\n", ":\n\n", ":\n\n", "data: second\n\n"])
            #expect(response.chunks.map(\.at) == [.zero, .seconds(15), .seconds(30), .seconds(40)])
        }
    }

    @Test func timePassesWhenTheTestSaysSo() async throws {
        let (ticks, tick) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(10))
        let function = HTTPFunction { _, context in
            HTTPResult.serverSentEvents(heartbeat: .seconds(1)) { events in
                for await text in ticks { try await events.send(data: text) }
            }
        }
        try await withTestedFunction(function) { function in
            let call = try await function.invoke(.functionURL())
            await function.advance(by: .milliseconds(1500))
            #expect(try await call.nextChunk()?.at == .seconds(1))
            tick.yield("now")
            let chunk = try await call.nextChunk()
            #expect(chunk?.text == "data: now\n\n")
            #expect(chunk?.at == .milliseconds(1500))
            tick.finish()
            #expect(try await call.end().isComplete)
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func gatheredLinesAndEventsLeaveTogether(_ transport: TestedFunction.Transport) async throws {
        let flush = FlushPolicy.gathered(bytes: 1000, within: .milliseconds(50))
        let function = HTTPFunction { request, context in
            let pause: @Sendable () async throws -> Void = { try await context.clock.sleep(for: .milliseconds(20)) }
            guard request.path == "/lines" else {
                return .serverSentEvents(flush: flush) { events in
                    for number in 1...4 {
                        try await events.send(data: "\(number)")
                        try await pause()
                    }
                }
            }
            return .jsonLines(flush: flush) { lines in
                for number in 1...4 {
                    try await lines.send("\(number)")
                    try await pause()
                }
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            for path in ["/lines", "/events"] {
                let response = try await function.invoke(.functionURL(path)).response()
                // Lines are written at 0, 20, 40 and 60 ms; the first leaves with the head, which waits for nothing.
                let times = response.chunks.map(\.at)
                #expect(times.count == 4 && times[0] == .zero && times[1] == times[2], "\(path): \(times)")
                #expect(times.dropFirst().allSatisfy { $0 >= .milliseconds(50) }, "\(path): \(times)")
            }
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func gatheredWritesLeaveTogether(_ transport: TestedFunction.Transport) async throws {
        let function = HTTPFunction { _, context in
            HTTPResult.stream(flush: .gathered(bytes: 1000, within: .milliseconds(50))) { writer in
                for number in 1...4 {
                    try await writer.write("\(number)")
                    try await context.clock.sleep(for: .milliseconds(20))
                }
            }
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let response = try await function.invoke(.functionURL()).response()
            #expect(response.chunks.map(\.text) == ["1", "2", "3", "4"])
            // The first leaves with the head, which waits for nothing.
            let times = [0, 50, 50, 80].map { Duration.milliseconds($0) }
            #expect(response.chunks.map(\.at) == times)
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func initialisationFailsWithItsError(_ transport: TestedFunction.Transport) async throws {
        struct NoDatabase: Error {}
        let function = LambdaFunction(setUp: { _ in throw NoDatabase() }) { (_: Int, event, _) in .bytes(event) }
        let error = await #expect(throws: FunctionTestError.self) {
            try await withTestedFunction(function, TestedFunction.Settings(transport)) { _ in }
        }
        #expect(error?.code == .initialisationFailed)
        #expect(error?.failure?.type == "Function.NoDatabase")
    }

    @Test func whatNeverComesIsSaid() async throws {
        let function = HTTPFunction { _, _ in
            HTTPResult.stream { _ in
                let never = AsyncStream<Int>(bufferingPolicy: .bufferingOldest(1)) { _ in }
                for await _ in never {}
            }
        }
        var settings = TestedFunction.Settings()
        settings.patience = .milliseconds(50)
        try await withTestedFunction(function, settings) { function in
            let call = try await function.invoke(.functionURL())
            let error = await #expect(throws: FunctionTestError.self) { _ = try await call.nextChunk() }
            #expect(error?.code == .nothingHappened)
            #expect(error?.message.contains("advance(by:)") == true)
        }
    }
}
