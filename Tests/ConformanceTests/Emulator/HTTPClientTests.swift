// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Python's `http.client` reads streams of a Function URL.
@Suite struct HTTPClientTests {
    private struct Line: Decodable {
        var status: Int?
        var isNewConnection: Bool?
        var piece: String?
        var end: String?
    }

    /// The client in a process of its own.
    private struct Client {
        let process: ChildProcess

        func ask(_ script: String) async throws { try await self.process.write(script + "\n") }

        func line() async throws -> Line {
            try JSONDecoder().decode(Line.self, from: Data(try await self.process.line(within: .seconds(60)).utf8))
        }

        /// The pieces up to the end, joined, and the end.
        func rest() async throws -> (text: String, end: String) {
            var text = ""
            while true {
                let line = try await self.line()
                if let end = line.end { return (text, end) }
                text += line.piece ?? ""
            }
        }
    }

    private static func withClient(_ sluice: SluiceProcess, _ body: (Client) async throws -> Void) async throws {
        let arguments = ["-I", "-S", Fixture.httpClient.path, "127.0.0.1", "\(try sluice.urlPort())"]
        try await withChildProcess(try await Python.interpreter(), arguments) { try await body(Client(process: $0)) }
    }

    @Test(.requires(.python3))
    func itHasEachPieceBeforeTheNextIsWritten() async throws {
        try await withGatedFixture { sluice, gates in
            try await Self.withClient(sluice) { client in
                try await client.ask(try FixtureFunction.gatedStream(type: "text/plain"))
                let gate = try await gates.accept()
                for (index, chunk) in ["one ", "two ", "a third, with \u{e9}"].enumerated() {
                    try await gate.chunk(chunk)
                    // A stream without a prelude has its head with its first byte.
                    if index == 0 { #expect(try await client.line().status == 200) }
                    #expect(try await client.line().piece == chunk)
                }
                try await gate.send(.end)
                #expect(try await client.line().end == "whole")
            }
        }
    }

    @Test(.requires(.python3))
    func aBrokenStreamIsAnIncompleteRead() async throws {
        try await withFixture { sluice in
            try await Self.withClient(sluice) { client in
                for end in [Gate.Command.fail(type: "Function.Boom", message: "boom"), .drop, .kill, .exit(code: 0)] {
                    try await client.ask(try FixtureFunction.stream(type: "text/plain", chunks: ["before"], end: end))
                    let head = try await client.line()
                    #expect(head.status == 200)
                    #expect(head.isNewConnection == true)
                    let (text, how) = try await client.rest()
                    #expect(text == "before", "\(end)")
                    #expect(how == "IncompleteRead", "\(end)")
                }
            }
        }
    }

    @Test(.requires(.python3))
    func twoHundredRequestsGoOverOneConnection() async throws {
        try await withFixture { sluice in
            try await Self.withClient(sluice) { client in
                for number in 0..<200 {
                    // Of every kind of framing: chunked, with a length, without a body.
                    let prelude = #"{"statusCode":204}"# + FixtureFunction.delimiter
                    let scripts = [
                        try FixtureFunction.stream(type: "text/plain", chunks: ["\(number)", " of 200"]),
                        #"{"do":"text","type":"text/plain","text":"\#(number) of 200"}"#,
                        #"{"do":"raise","type":"E","message":"m"}"#,
                        try FixtureFunction.stream(type: FixtureFunction.preludeType, chunks: [prelude]),
                    ]
                    try await client.ask(scripts[number % scripts.count])
                    let head = try await client.line()
                    try #require(head.status == [200, 200, 502, 204][number % scripts.count])
                    try #require(head.isNewConnection == (number == 0))
                    let text = ["\(number) of 200", "\(number) of 200", "Internal Server Error", ""]
                    let (read, end) = try await client.rest()
                    try #require(read == text[number % scripts.count])
                    try #require(end == "whole")
                }
            }
        }
    }
}
