// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore
internal import SluiceWire

/// Writes server-sent events, for as long as the closure runs that it was given to. As a ``BodyWriter``, it cannot be
/// copied, stored or handed to a child task.
///
/// An event is a write, so it leaves whole.
public struct ServerSentEventWriter: ~Copyable, Sendable {
    /// 15 seconds, as the HTML standard advises (9.2.7, "Authoring notes").
    public static let defaultHeartbeat = Duration.milliseconds(Limits.heartbeatMilliseconds)

    private let writer: BodyWriter
    private let heartbeat: NIOLoopBound<Heartbeat>?

    init(_ exchange: NIOLoopBound<ResponseExchange>, heartbeat: NIOLoopBound<Heartbeat>?) {
        self.writer = BodyWriter(exchange)
        self.heartbeat = heartbeat
    }

    /// Sends an event.
    ///
    /// - Parameters:
    ///   - data: May have line breaks, each of which the reader sees as LF. Without data there is no event; an empty
    ///     string is data.
    ///   - event: Its type, for which the page listens with `addEventListener`; `message` when there is none. Without
    ///     line breaks.
    ///   - id: What the reader names as ``FunctionRequest/lastEventID`` when it connects again. Without line breaks and
    ///     NUL.
    ///   - retry: How long the reader is to wait before it connects again, in whole milliseconds.
    /// - Throws: ``StreamError``: `invalidContent` when a field cannot be written so; then nothing was sent. Otherwise
    ///   as ``BodyWriter/write(_:)-(ByteBuffer)``.
    public func send(
        data: String,
        event: String? = nil,
        id: String? = nil,
        retry: Duration? = nil
    ) async throws(StreamError) {
        try await self.send(ServerSentEvent(data: .text(data), event: event, id: id, retry: retry))
    }

    /// Sends an event whose data are bytes, such as JSON that is encoded already. They must be UTF-8; a reader replaces
    /// what is none.
    ///
    /// - Throws: ``StreamError``, as with a string.
    public func send(
        data: ByteBuffer,
        event: String? = nil,
        id: String? = nil,
        retry: Duration? = nil
    ) async throws(StreamError) {
        try await self.send(ServerSentEvent(data: .bytes(data), event: event, id: id, retry: retry))
    }

    /// Sends a comment, which readers pass over. It may have line breaks.
    ///
    /// - Throws: ``StreamError``, as ``BodyWriter/write(_:)-(ByteBuffer)``.
    public func comment(_ text: String) async throws(StreamError) {
        var bytes = ByteBuffer()
        ServerSentEvent.writeComment(text, to: &bytes)
        try await self.write(bytes)
    }

    private func send(_ event: ServerSentEvent) async throws(StreamError) {
        var bytes = ByteBuffer()
        do throws(ServerSentEventError) {
            try event.write(to: &bytes)
        } catch {
            throw StreamError(.invalidContent, "\(error)", cause: error)
        }
        try await self.write(bytes)
    }

    private func write(_ bytes: ByteBuffer) async throws(StreamError) {
        guard let heartbeat = self.heartbeat else { return try await self.writer.write(bytes) }
        heartbeat.onLoop { $0.writeBegan() }
        defer { heartbeat.onLoop { $0.writeEnded() } }
        try await self.writer.write(bytes)
    }
}
