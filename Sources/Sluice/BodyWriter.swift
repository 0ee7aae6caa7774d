// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore

/// Writes a streamed body, for as long as the closure runs that it was given to.
///
/// It cannot be copied, stored or handed to a child task: when the closure returns, the body has ended, and when it
/// throws, the stream ends with that error.
///
/// ```swift
/// LambdaResult.stream(contentType: "text/plain") { writer in
///     for line in lines {
///         try await writer.write(line)
///     }
/// }
/// ```
///
/// Each write is a chunk of its own. It returns as soon as there is room for another: while the reader is behind, the
/// writer is suspended. Writes of nothing are allowed and send nothing. Of a buffered answer (``ResponseMode``) the
/// writes are gathered instead, and leave when the closure returns.
public struct BodyWriter: ~Copyable, Sendable {
    private let sink: NIOLoopBound<any BodySink>

    init(_ sink: any BodySink) {
        self.sink = NIOLoopBound(sink, eventLoop: sink.loop)
    }

    /// Writes a buffer's readable bytes.
    ///
    /// - Throws: ``StreamError`` when Lambda refused the response, the connection was lost, or the task is cancelled, and when a
    ///   buffered answer becomes too long.
    public func write(_ bytes: ByteBuffer) async throws(StreamError) {
        let sink = self.sink
        if sink.eventLoop.inEventLoop {
            try await sink.value.write(bytes)
        } else {
            // The handler asked for another executor; what belongs to the connection is done on its loop.
            let result = await withTaskExecutorPreference(LoopExecutor(sink.eventLoop)) {
                await Self.write(bytes, to: sink)
            }
            try result.get()
        }
    }

    private static func write(
        _ bytes: ByteBuffer,
        to sink: NIOLoopBound<any BodySink>
    ) async -> Result<Void, StreamError> {
        do throws(StreamError) {
            try await sink.value.write(bytes)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Writes the UTF-8 of a string.
    ///
    /// - Throws: ``StreamError``, as ``write(_:)-(ByteBuffer)``.
    public func write(_ text: String) async throws(StreamError) {
        try await self.write(ByteBuffer(string: text))
    }

    /// Writes the UTF-8 of a literal.
    ///
    /// - Throws: ``StreamError``, as ``write(_:)-(ByteBuffer)``.
    public func write(_ text: StaticString) async throws(StreamError) {
        try await self.write(ByteBuffer(staticString: text))
    }

    /// Writes bytes, such as those of an `[UInt8]`.
    ///
    /// - Throws: ``StreamError``, as ``write(_:)-(ByteBuffer)``.
    public func write(_ bytes: some Collection<UInt8> & Sendable) async throws(StreamError) {
        try await self.write(ByteBuffer(bytes: bytes))
    }
}
