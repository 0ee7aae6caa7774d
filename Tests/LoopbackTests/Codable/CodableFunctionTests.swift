// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Codable
import Foundation
import HTTPTypes
import Sluice
import SluiceTesting
import Testing

/// Events, results and bodies that are values.
@Suite struct CodableFunctionTests {
    private struct Order: Codable, Equatable {
        var tea: String
        var pots: Int
        var at: Date?
    }

    private struct Failing: Encodable {
        func encode(to encoder: any Encoder) throws {
            throw EncodingError.invalidValue(self, .init(codingPath: [], debugDescription: "will not be encoded"))
        }
    }

    private static func dates() -> (JSONDecoder, JSONEncoder) {
        let (decoder, encoder) = (JSONDecoder(), JSONEncoder())
        decoder.dateDecodingStrategy = .iso8601
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = .sortedKeys
        return (decoder, encoder)
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func anEventIsAValueAndSoIsTheResult(_ transport: TestedFunction.Transport) async throws {
        let (decoder, encoder) = Self.dates()
        let function = LambdaFunction(decoding: Order.self, decoder: decoder, encoder: encoder) { order, _ in
            Order(tea: order.tea, pots: order.pots + 1, at: order.at)
        }
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let event = #"{"at":"2026-11-25T08:00:00Z","pots":1,"tea":"Assam"}"#
            let response = try await function.invoke(.raw(event)).response()
            #expect(response.text == #"{"at":"2026-11-25T08:00:00Z","pots":2,"tea":"Assam"}"#)
            #expect(response.head?.headers[.contentType] == "application/json")
        }
    }

    @Test func anEventIsAValueAndTheResultAStream() async throws {
        let function = LambdaFunction(
            decoding: Order.self,
            setUp: { _ in "cup" },
            { thing, order, _ in
                guard order.pots > 0 else { return try .json(encoding: ["pots": 0]) }
                return .stream { writer in
                    for number in 1...order.pots { try await writer.write("\(thing) \(number)\n") }
                }
            }
        )
        try await withTestedFunction(function) { function in
            let response = try await function.invoke(.raw(#"{"tea":"","pots":2}"#)).response()
            #expect(response.chunks.map(\.text) == ["cup 1\n", "cup 2\n"])
            let first = try await function.invoke(.raw(#"{"tea":"","pots":0}"#)).response().text
            #expect(first == #"{"pots":0}"#)
        }
    }

    @Test func whatIsSetUpIsThereForAnEncodedResult() async throws {
        let function = LambdaFunction(
            decoding: [Int].self,
            setUp: { _ in 10 },
            { factor, numbers, _ in numbers.map { $0 * factor } }
        )
        try await withTestedFunction(function) { function in
            let text = try await function.invoke(.raw("[1,2]")).response().text
            #expect(text == "[10,20]")
        }
    }

    @Test func aResultThatCannotBeEncodedFailsTheInvocation() async throws {
        let function = LambdaFunction(decoding: Int.self) { _, _ in Failing() }
        try await withTestedFunction(function) { function in
            let failure = try await function.invoke(.raw("1")).end().failure
            #expect(failure?.type == "Function.EncodingError")
            #expect(failure?.message.contains("will not be encoded") == true)
        }
    }

    @Test func linesAndEventsAreValues() async throws {
        let function = HTTPFunction { request, _ in
            let (values, feed) = AsyncStream.makeStream(of: [Int].self, bufferingPolicy: .bufferingOldest(2))
            feed.yield([1])
            feed.yield([2, 3])
            feed.finish()
            switch request.path {
            case "/lines": return .jsonLines(headers: [.contentType: "application/jsonl"], encoding: values)
            case "/events": return .serverSentEvents(encoding: values, heartbeat: nil)
            case "/event":
                return .serverSentEvents { try await $0.send(encoding: ["a": "b\nc"], event: "e", id: "1") }
            default:
                return .jsonLines { lines in
                    let pretty = JSONEncoder()
                    pretty.outputFormatting = .prettyPrinted
                    for encoder in [pretty, JSONEncoder()] {
                        do throws(StreamError) {
                            try await lines.send(encoding: ["x": 1], encoder: encoder)
                        } catch {
                            try await lines.send(encoding: "\(error.code)")
                        }
                    }
                    try await lines.send(encoding: Failing())
                }
            }
        }
        try await withTestedFunction(function) { function in
            func response(_ path: String) async throws -> TestedResponse {
                try await function.invoke(.functionURL(path)).response()
            }
            let lines = try await response("/lines")
            #expect(lines.chunks.map(\.text) == ["[1]\n", "[2,3]\n"])
            #expect(lines.head?.headers[.contentType] == "application/jsonl")
            let events = try await response("/events")
            #expect(events.chunks.map(\.text) == ["data: [1]\n\n", "data: [2,3]\n\n"])
            #expect(events.head?.headers[.contentType] == "text/event-stream")
            let second = try await response("/event").text
            #expect(second == "event: e\nid: 1\ndata: {\"a\":\"b\\nc\"}\n\n")
            let broken = try await response("/")
            #expect(broken.text == "\"invalidContent\"\n{\"x\":1}\n")
            #expect(broken.end.failure?.message.contains("$: will not be encoded") == true)
        }
    }

    @Test func lambdaResultsHaveLinesOfValuesToo() async throws {
        let function = LambdaFunction(decoding: Int.self) { count, _ in
            let (values, feed) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
            feed.yield(count)
            feed.finish()
            return LambdaResult.jsonLines(encoding: values)
        }
        try await withTestedFunction(function) { function in
            let text = try await function.invoke(.raw("7")).response().text
            #expect(text == "7\n")
        }
    }
}
#endif
