// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import SluiceCLI

/// What FastAPI's users do beside answering: events, files, work behind the answer, and what no function can do.
@Suite(.timeLimit(.minutes(5)), .requires(.fastapi)) struct FastAPITests {
    private static func withFastAPI(
        mode: String,
        _ body: (SluiceProcess, String) async throws -> Void
    ) async throws {
        let framework = try #require(FrameworkTests.all.first { $0.name == "FastAPI" })
        try await FrameworkTests.withFramework(framework, mode: mode, body)
    }

    @Test(arguments: ["RESPONSE_STREAM", "BUFFERED"]) func sendsEventsAndFiles(mode: String) async throws {
        try await Self.withFastAPI(mode: mode) { _, url in
            let events = try await curl(url + "ticks?ticks=2&every=0.01")
            #expect(events["content-type"].first?.hasPrefix("text/event-stream") == true, "\(events)")
            #expect(events.text == "id: 1\r\ndata: tick 1\r\n\r\nid: 2\r\ndata: tick 2\r\n\r\n")
            let file = try await curl(url + "source")
            let source = Array(try Data(contentsOf: RepositoryRoot.url("Examples/WebAdapter/FastAPI/app.py")))
            #expect(file.body == source)
            #expect(file["content-type"].first?.hasPrefix("text/x-python") == true)
            #expect(file["etag"].count == 1 && file["last-modified"].count == 1)
            let part = try await curl(url + "source", ["-r", "2-5"])
            #expect(part.status == 206 && part.body == Array(source[2...5]))
        }
    }

    /// The second event would come in an hour, and sse-starlette's own comment in fifteen seconds.
    @Test func anEventComesWhenItIsSent() async throws {
        try await Self.withFastAPI(mode: "RESPONSE_STREAM") { _, url in
            let request = StreamRequest(url: try HTTPAddress(url + "ticks?ticks=2&every=3600"), method: .get)
            struct Enough: Error {}
            await #expect(throws: Enough.self) {
                try await StreamClient().run(request) { event in
                    guard case .chunk(let bytes, _) = event else { return }
                    #expect(String(buffer: bytes) == "id: 1\r\ndata: tick 1\r\n\r\n")
                    throw Enough()
                }
            }
        }
    }

    /// The caller does not wait for it. What is left of it when the environment freezes goes on with the next request.
    @Test(arguments: ["RESPONSE_STREAM", "BUFFERED"]) func worksBehindItsAnswer(mode: String) async throws {
        try await Self.withFastAPI(mode: mode) { sluice, url in
            let accepted = try await curl(url + "later", ["-X", "POST"])
            #expect(accepted.status == 202 && accepted.text == #"{"accepted":true}"#, "\(accepted)")
            #expect(try await curl(url).status == 200)
            _ = try await sluice.logLine { $0.contains("done later") }
        }
    }

    @Test(arguments: ["RESPONSE_STREAM", "BUFFERED"]) func aWebSocketIsRefusedInWords(mode: String) async throws {
        try await Self.withFastAPI(mode: mode) { _, url in
            let refused = try await curl(
                url + "socket",
                [
                    "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13",
                    "-H", "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
                ]
            )
            #expect(refused.status == 501 && refused.text.contains("no WebSocket"), "\(refused)")
        }
    }
}
