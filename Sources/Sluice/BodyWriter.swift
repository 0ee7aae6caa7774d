// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore

/// Writes a streamed body, for as long as the closure runs that it was given to.
///
/// When the closure returns, the body has ended, and when it throws, the stream ends with that error. Child tasks may
/// write, too; whoever keeps the writer for longer gets ``StreamError/Code/alreadyEnded``, and nothing is sent.
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
///
/// Shortly before the invocation's deadline the task is cancelled (``LambdaFunction/deadlineMargin``), and the stream
/// ends with the error `Function.DeadlineExceeded`. A body that has a last word says it so:
///
/// ```swift
/// HTTPResult.stream { writer in
///     do {
///         for try await row in rows { try await writer.write(row) }
///     } catch {
///         try await writer.write("(incomplete)\n", evenIfCancelled: true)
///         throw error
///     }
/// }
/// ```
public struct BodyWriter: Sendable {
    let sink: NIOLoopBound<any BodySink>

    init(_ sink: any BodySink) {
        self.sink = NIOLoopBound(sink, eventLoop: sink.loop)
    }

    /// Writes a buffer's readable bytes.
    ///
    /// - Parameters:
    ///   - bytes: what is sent. The buffer may be used again at once.
    ///   - evenIfCancelled: writes also when the task is cancelled, as long as there is room at once.
    /// - Throws: ``StreamError`` when Lambda refused the response, the connection was lost, or the task is cancelled, and
    ///   when a buffered answer becomes too long.
    public func write(_ bytes: ByteBuffer, evenIfCancelled: Bool = false) async throws(StreamError) {
        let sink = self.sink
        if sink.eventLoop.inEventLoop {
            try await sink.value.write(bytes, evenIfCancelled: evenIfCancelled)
        } else {
            // The handler asked for another executor; what belongs to the connection is done on its loop.
            let result = await withTaskExecutorPreference(LoopExecutor(sink.eventLoop)) {
                await Self.write(bytes, to: sink, evenIfCancelled: evenIfCancelled)
            }
            try result.get()
        }
    }

    private static func write(
        _ bytes: ByteBuffer,
        to sink: NIOLoopBound<any BodySink>,
        evenIfCancelled: Bool
    ) async -> Result<Void, StreamError> {
        do throws(StreamError) {
            try await sink.value.write(bytes, evenIfCancelled: evenIfCancelled)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Writes several chunks that are all there, such as what one read of a socket or a file gave. They leave together,
    /// and each stays a chunk of its own; of an empty one nothing is sent. All of them wait for room at once, so the array
    /// is what bounds the memory they take.
    ///
    /// - Throws: ``StreamError``, as ``write(_:evenIfCancelled:)-(ByteBuffer,_)``. When the sum of them passes what a
    ///   response may have, those before it have been sent.
    public func write(contentsOf chunks: [ByteBuffer]) async throws(StreamError) {
        let sink = self.sink
        if sink.eventLoop.inEventLoop {
            try await sink.value.write(contentsOf: chunks)
        } else {
            let result = await withTaskExecutorPreference(LoopExecutor(sink.eventLoop)) {
                await Self.write(contentsOf: chunks, to: sink)
            }
            try result.get()
        }
    }

    private static func write(
        contentsOf chunks: [ByteBuffer],
        to sink: NIOLoopBound<any BodySink>
    ) async -> Result<Void, StreamError> {
        do throws(StreamError) {
            try await sink.value.write(contentsOf: chunks)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Writes the UTF-8 of a string.
    ///
    /// - Throws: ``StreamError``, as ``write(_:evenIfCancelled:)-(ByteBuffer,_)``.
    public func write(_ text: String, evenIfCancelled: Bool = false) async throws(StreamError) {
        try await self.write(ByteBuffer(string: text), evenIfCancelled: evenIfCancelled)
    }

    /// Writes the UTF-8 of a literal.
    ///
    /// - Throws: ``StreamError``, as ``write(_:evenIfCancelled:)-(ByteBuffer,_)``.
    public func write(_ text: StaticString, evenIfCancelled: Bool = false) async throws(StreamError) {
        try await self.write(ByteBuffer(staticString: text), evenIfCancelled: evenIfCancelled)
    }

    /// Writes bytes, such as those of an `[UInt8]`.
    ///
    /// - Throws: ``StreamError``, as ``write(_:evenIfCancelled:)-(ByteBuffer,_)``.
    public func write(_ bytes: some Collection<UInt8> & Sendable, evenIfCancelled: Bool = false)
        async throws(StreamError)
    {
        try await self.write(ByteBuffer(bytes: bytes), evenIfCancelled: evenIfCancelled)
    }
}
