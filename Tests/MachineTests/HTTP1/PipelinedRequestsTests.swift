// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import SluiceHTTPServer
import Testing

/// Requests that were sent ahead are answered one after another, not one within another: the stack has an end.
@Suite struct PipelinedRequestsTests {
    /// Keeps the first request, and answers every other one at once.
    private final class Router: RequestRouter {
        var first: ServerExchange?

        func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
            if self.first == nil {
                self.first = exchange
            } else {
                exchange.respond(status: .notFound, fields: [:])
            }
            return DiscardingReceiver()
        }
    }

    @Test func anyNumberOfThemIsAnswered() throws {
        let router = Router()
        let server = EmbeddedServer(router: router)
        let connection = try server.connect()
        let request = "GET / HTTP/1.1\r\n\r\n"
        let count = 20_000
        try connection.send(String(repeating: request, count: count))
        router.first?.respond(status: .ok, fields: [:])
        server.loop.run()
        let answers = try connection.received()
        #expect(answers.hasPrefix("HTTP/1.1 200 "))
        #expect(answers.components(separatedBy: "HTTP/1.1 404 ").count == count)
    }
}
