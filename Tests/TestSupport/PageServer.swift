// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A small HTTP server whose requests are events that a test awaits: it serves a page, and hears what the page reports.
package final class PageServer: Sendable {
    /// What a request is answered with.
    package struct Reply: Sendable {
        package let status: String
        package let contentType: String
        package let body: [UInt8]

        package init(_ body: String = "", status: String = "200 OK", contentType: String = "text/html; charset=utf-8") {
            self.status = status
            self.contentType = contentType
            self.body = Array(body.utf8)
        }
    }

    package let port: Int
    private let requests: Watched<Requests>

    fileprivate struct Requests: Sendable, CustomStringConvertible {
        var all: [String] = []
        var awaited: Set<Int> = []

        var description: String { "\(self.all)" }
    }

    fileprivate init(port: Int, requests: Watched<Requests>) {
        self.port = port
        self.requests = requests
    }

    /// Waits for a request whose target (path and query) fulfils the condition, and that no wait has had yet.
    @discardableResult
    package func request(
        within limit: Duration = TestDeadline.standard,
        where condition: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        try await self.requests.first("a request", within: limit) { requests in
            let found = requests.all.indices.first { !requests.awaited.contains($0) && condition(requests.all[$0]) }
            guard let found else { return nil }
            requests.awaited.insert(found)
            return requests.all[found]
        }
    }

    /// Waits for a request with exactly this target.
    package func request(_ target: String, within limit: Duration = TestDeadline.standard) async throws {
        try await self.request(within: limit) { $0 == target }
    }

    /// The targets of all requests so far.
    package var targets: [String] { self.requests.current.all }
}

/// Serves on a free port of loopback for as long as the closure runs. Pages of any origin may read its answers.
///
/// - Parameter reply: The answer for a target; it has no body to look at.
package func withPageServer<Result: Sendable>(
    replying reply: @escaping @Sendable (String) -> PageServer.Reply = { _ in PageServer.Reply() },
    _ body: (PageServer) async throws -> Result
) async throws -> Result {
    try await withScriptedServer { server in
        let requests = Watched(PageServer.Requests()) { $0.description }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingDiscardingTaskGroup { connections in
                    while let connection = try? await server.accept(within: .seconds(3600)) {
                        connections.addTask {
                            // A browser opens connections ahead and leaves them.
                            try? await answer(connection, requests: requests, with: reply)
                            await connection.close()
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(PageServer(port: server.port, requests: requests))
        }
    }
}

private func answer(
    _ connection: RawConnection,
    requests: Watched<PageServer.Requests>,
    with reply: @Sendable (String) -> PageServer.Reply
) async throws {
    while true {
        let head = try await connection.readHead(within: .seconds(3600))
        let words = head.prefix { !$0.isNewline }.split(separator: " ")
        let target = words.count > 1 ? String(words[1]) : "/"
        let answer = reply(target)
        // Before the answer: whoever has it may rely on the request being known.
        requests.update { $0.all.append(target) }
        try await connection.send(
            "HTTP/1.1 \(answer.status)\r\ncontent-type: \(answer.contentType)\r\ncontent-length: \(answer.body.count)\r\n"
                + "access-control-allow-origin: *\r\ncache-control: no-store\r\n\r\n"
        )
        try await connection.send(answer.body)
    }
}
