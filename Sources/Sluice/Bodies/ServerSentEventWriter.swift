// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore
internal import SluiceWire

/// Writes server-sent events, for as long as the closure runs that it was given to, as a ``BodyWriter`` does.
///
/// An event is a write, so it leaves whole. A stream that is cut off before its deadline can say so to its readers, and
/// where they find the rest:
///
/// ```swift
/// HTTPResult.serverSentEvents { events in
///     do {
///         for try await token in tokens { try await events.send(data: token) }
///     } catch {
///         try await events.send(data: "", event: "incomplete", retry: .milliseconds(100), evenIfCancelled: true)
///         throw error
///     }
/// }
/// ```
public struct ServerSentEventWriter: Sendable {
    /// 15 seconds, as the HTML standard advises (9.2.7, "Authoring notes").
    public static let defaultHeartbeat = Duration.milliseconds(Limits.heartbeatMilliseconds)

    private let writer: BodyWriter
    private let heartbeat: NIOLoopBound<Heartbeat>?

    init(_ writer: BodyWriter, heartbeat: NIOLoopBound<Heartbeat>?) {
        self.writer = writer
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
    ///   - evenIfCancelled: Sends also when the task is cancelled, as long as there is room at once.
    /// - Throws: ``StreamError``: `invalidContent` when a field cannot be written so; then nothing was sent. Otherwise
    ///   as ``BodyWriter/write(_:evenIfCancelled:)-(ByteBuffer,_)``.
    public func send(
        data: String,
        event: String? = nil,
        id: String? = nil,
        retry: Duration? = nil,
        evenIfCancelled: Bool = false
    ) async throws(StreamError) {
        try await self.send(ServerSentEvent(data: .text(data), event: event, id: id, retry: retry), evenIfCancelled)
    }

    /// Sends an event whose data are bytes, such as JSON that is encoded already. They must be UTF-8; a reader replaces
    /// what is none.
    ///
    /// - Throws: ``StreamError``, as with a string.
    public func send(
        data: ByteBuffer,
        event: String? = nil,
        id: String? = nil,
        retry: Duration? = nil,
        evenIfCancelled: Bool = false
    ) async throws(StreamError) {
        try await self.send(ServerSentEvent(data: .bytes(data), event: event, id: id, retry: retry), evenIfCancelled)
    }

    /// Sends a comment, which readers pass over. It may have line breaks.
    ///
    /// - Throws: ``StreamError``, as ``BodyWriter/write(_:evenIfCancelled:)-(ByteBuffer,_)``.
    public func comment(_ text: String) async throws(StreamError) {
        var bytes = ByteBuffer()
        ServerSentEvent.writeComment(text, to: &bytes)
        try await self.write(bytes, false)
    }

    private func send(_ event: ServerSentEvent, _ evenIfCancelled: Bool) async throws(StreamError) {
        var bytes = ByteBuffer()
        do throws(ServerSentEventError) {
            try event.write(to: &bytes)
        } catch {
            throw StreamError(.invalidContent, "\(error)", cause: error)
        }
        try await self.write(bytes, evenIfCancelled)
    }

    private func write(_ bytes: ByteBuffer, _ evenIfCancelled: Bool) async throws(StreamError) {
        guard let heartbeat = self.heartbeat else {
            return try await self.writer.write(bytes, evenIfCancelled: evenIfCancelled)
        }
        heartbeat.onLoop { $0.writeBegan() }
        defer { heartbeat.onLoop { $0.writeEnded() } }
        try await self.writer.write(bytes, evenIfCancelled: evenIfCancelled)
    }
}
