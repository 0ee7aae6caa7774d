// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
public import NIOCore

// A body that another part of the program makes, element by element: each element is a write. The next one is asked for
// when there is room for it.
//
// A sequence that ends because its task was cancelled, as an `AsyncStream` does, looks like one that has come to its
// end; so after a cancellation the stream ends with an error, and nobody takes the part for the whole.

extension ResponseBody {
    /// What `chunks` yields, as it comes.
    ///
    /// When the sequence throws, the stream ends with its error. When the body is cancelled, the sequence is, too.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element == ByteBuffer {
        .stream(flush: flush) { writer in
            for try await chunk in chunks {
                try await writer.write(chunk)
            }
            try Self.checkCancellation()
        }
    }

    /// The UTF-8 of what `chunks` yields, as it comes; otherwise as with buffers.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element == String {
        .stream(flush: flush) { writer in
            for try await chunk in chunks {
                try await writer.write(chunk)
            }
            try Self.checkCancellation()
        }
    }

    /// The bytes that `chunks` yields, such as an `[UInt8]` each, as they come; otherwise as with buffers.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element: Collection<UInt8> & Sendable {
        .stream(flush: flush) { writer in
            for try await chunk in chunks {
                try await writer.write(chunk)
            }
            try Self.checkCancellation()
        }
    }

    static func checkCancellation() throws(StreamError) {
        if Task.isCancelled { throw .cancelled }
    }
}

extension HTTPResult {
    /// A body that is what `chunks` yields, as it comes.
    ///
    /// ```swift
    /// func proxied(_ parts: some AsyncSequence<ByteBuffer, any Error> & Sendable) -> HTTPResult {
    ///     .stream(headers: [.contentType: "video/mp4"], from: parts)
    /// }
    /// ```
    ///
    /// Each element is a write. The next is asked for when there is room for it. When the sequence throws, the stream
    /// ends with its error; when the body is cancelled, the sequence is, too.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element == ByteBuffer {
        Self(status: status, headers: headers, cookies: cookies, body: .stream(flush: flush, from: chunks))
    }

    /// A body that is the UTF-8 of what `chunks` yields, as it comes; otherwise as with buffers.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element == String {
        Self(status: status, headers: headers, cookies: cookies, body: .stream(flush: flush, from: chunks))
    }

    /// A body of the bytes that `chunks` yields, such as an `[UInt8]` each; otherwise as with buffers.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        flush: FlushPolicy = .automatic,
        from chunks: Chunks
    ) -> Self where Chunks.Element: Collection<UInt8> & Sendable {
        Self(status: status, headers: headers, cookies: cookies, body: .stream(flush: flush, from: chunks))
    }
}
