// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
internal import NIOCore
internal import SluiceWire

extension HTTPResult {
    /// Server-sent events, which a browser reads with `EventSource`.
    ///
    /// ```swift
    /// HTTPResult.serverSentEvents { events in
    ///     for second in 1...10 {
    ///         try await events.send(data: "\(second)", event: "tick", id: "\(second)")
    ///         try await Task.sleep(for: .seconds(1))
    ///     }
    /// }
    /// ```
    ///
    /// An `EventSource` connects again when the stream ends, and names the last id that it has seen, which is
    /// ``FunctionRequest/lastEventID``. It stops when the answer is 204.
    ///
    /// The status is 200, since an `EventSource` gives up at any other. `headers` may replace these:
    ///
    /// * `Content-Type: text/event-stream`
    /// * `Cache-Control: no-cache`: events are news, and no cache may give them out as the answer to another request.
    /// * `X-Accel-Buffering: no`: nginx, where it stands before the function, gathers an answer unless it is told not to.
    ///
    /// - Parameters:
    ///   - headers: Further headers of the answer, and others in place of those.
    ///   - cookies: Values of `Set-Cookie`, one each.
    ///   - heartbeat: When nothing was sent for this long, a comment leaves, so that proxies on the way do not take the
    ///     connection for dead: 15 seconds unless said otherwise, at least 10 ms, and with `nil` there are none. While
    ///     the reader is behind there are none either.
    ///   - flush: When the events leave; a heartbeat is gathered with them.
    ///   - body: Sends the events. When it returns, the stream ends; when it throws, the stream ends with that error.
    public static func serverSentEvents(
        headers: HTTPFields = [:],
        cookies: [String] = [],
        heartbeat: Duration? = ServerSentEventWriter.defaultHeartbeat,
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (ServerSentEventWriter) async throws -> Void
    ) -> Self {
        let fields = headers.filled(from: [
            .contentType: ServerSentEvent.mediaType, .cacheControl: "no-cache", Self.nginxBuffering: "no",
        ])
        return Self(
            headers: fields,
            cookies: cookies,
            body: .serverSentEvents(heartbeat: heartbeat, flush: flush, body)
        )
    }

    private static let nginxBuffering = RuntimeAPIHeader.known("X-Accel-Buffering")
}

extension ResponseBody {
    /// Server-sent events, as `body` sends them; see ``HTTPResult/serverSentEvents(headers:cookies:heartbeat:flush:_:)``.
    public static func serverSentEvents(
        heartbeat: Duration? = ServerSentEventWriter.defaultHeartbeat,
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (ServerSentEventWriter) async throws -> Void
    ) -> Self {
        .stream(flush: flush) { writer in
            guard let heartbeat else {
                try await body(ServerSentEventWriter(writer, heartbeat: nil))
                return
            }
            let beats = Heartbeat.make(interval: heartbeat, on: writer)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: LoopExecutor(beats.eventLoop)) { await Heartbeat.run(beats) }
                defer { group.cancelAll() }
                try await body(ServerSentEventWriter(writer, heartbeat: beats))
            }
        }
    }
}

extension FunctionRequest {
    /// The id of the last event that an `EventSource` has seen, when it connects again: the place to go on from. As it
    /// comes from the caller, it may be anything.
    public var lastEventID: String? { self.headers[Self.lastEventIDName] }

    private static let lastEventIDName = RuntimeAPIHeader.known("Last-Event-ID")
}
