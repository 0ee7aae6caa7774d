// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore
internal import SluiceWire

// The forms of a body that need no HTTP around them: for callers of `InvokeWithResponseStream`.

extension LambdaResult {
    /// What `chunks` yields, as it comes; see ``HTTPResult``.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        contentType: String = "application/octet-stream",
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element == ByteBuffer {
        .body(.stream(flush: flush, from: chunks), contentType: contentType)
    }

    /// The UTF-8 of what `chunks` yields, as it comes; see ``HTTPResult``.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        contentType: String = "application/octet-stream",
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element == String {
        .body(.stream(flush: flush, from: chunks), contentType: contentType)
    }

    /// The bytes that `chunks` yields, as they come; see ``HTTPResult``.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        contentType: String = "application/octet-stream",
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element: Collection<UInt8> & Sendable {
        .body(.stream(flush: flush, from: chunks), contentType: contentType)
    }

    /// Lines of JSON, as ``HTTPResult/jsonLines(status:headers:cookies:flush:_:)`` has them.
    public static func jsonLines(
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (JSONLineWriter) async throws -> Void
    ) -> Self {
        .body(.jsonLines(flush: flush, body), contentType: JSONLine.mediaType)
    }

    /// Each element of `lines` as a line of JSON, as it comes.
    public static func jsonLines<Lines: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        from lines: Lines
    ) -> Self where Lines.Element == ByteBuffer {
        .body(.jsonLines(flush: flush, from: lines), contentType: JSONLine.mediaType)
    }

    /// Each element of `lines` as a line of JSON, as it comes.
    public static func jsonLines<Lines: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        from lines: Lines
    ) -> Self where Lines.Element == String {
        .body(.jsonLines(flush: flush, from: lines), contentType: JSONLine.mediaType)
    }

    /// Server-sent events, as ``HTTPResult/serverSentEvents(headers:cookies:heartbeat:flush:_:)`` has them.
    public static func serverSentEvents(
        heartbeat: Duration? = ServerSentEventWriter.defaultHeartbeat,
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (ServerSentEventWriter) async throws -> Void
    ) -> Self {
        .body(.serverSentEvents(heartbeat: heartbeat, flush: flush, body), contentType: ServerSentEvent.mediaType)
    }

    static func body(_ body: ResponseBody, contentType: String) -> Self {
        Self(.stream(contentType: contentType, body.kind))
    }
}
