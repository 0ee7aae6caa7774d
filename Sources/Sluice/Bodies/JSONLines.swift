// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
public import NIOCore
internal import SluiceWire

/// Writes a body of JSON lines, for as long as the closure runs that it was given to, as a ``BodyWriter`` does.
public struct JSONLineWriter: Sendable {
    private let writer: BodyWriter

    init(_ writer: BodyWriter) {
        self.writer = writer
    }

    /// Sends a line, and adds its end. A line is a write.
    ///
    /// - Parameters:
    ///   - json: JSON without line breaks. That it is JSON is not checked.
    ///   - evenIfCancelled: sends also when the task is cancelled, as long as there is room at once.
    /// - Throws: ``StreamError``: `invalidContent` when there is a line break in it, or nothing; then nothing was sent.
    ///   Otherwise as ``BodyWriter/write(_:evenIfCancelled:)-(ByteBuffer,_)``.
    public func send(_ json: consuming ByteBuffer, evenIfCancelled: Bool = false) async throws(StreamError) {
        var line = json
        do throws(JSONLineError) {
            try JSONLine.end(&line)
        } catch {
            throw StreamError(.invalidContent, "\(error)", cause: error)
        }
        try await self.writer.write(line, evenIfCancelled: evenIfCancelled)
    }

    /// Sends the UTF-8 of a string as a line, and adds its end; otherwise as with a buffer.
    public func send(_ json: String, evenIfCancelled: Bool = false) async throws(StreamError) {
        // With room for the line's end.
        var line = ByteBuffer()
        line.reserveCapacity(json.utf8.count + 1)
        line.writeString(json)
        try await self.send(line, evenIfCancelled: evenIfCancelled)
    }
}

extension ResponseBody {
    /// Lines of JSON, as `body` sends them.
    ///
    /// - Parameters:
    ///   - flush: when the lines leave.
    ///   - body: sends the lines. When it returns, the stream ends; when it throws, the stream ends with that error.
    public static func jsonLines(
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (JSONLineWriter) async throws -> Void
    ) -> Self {
        .stream(flush: flush) { writer in try await body(JSONLineWriter(writer)) }
    }

    /// Each element of `lines` as a line of JSON, as it comes.
    public static func jsonLines<Lines: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        from lines: Lines
    ) -> Self where Lines.Element == ByteBuffer {
        .jsonLines(flush: flush) { writer in
            for try await line in lines {
                try await writer.send(line)
            }
            try Self.checkCancellation()
        }
    }

    /// Each element of `lines` as a line of JSON, as it comes.
    public static func jsonLines<Lines: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        from lines: Lines
    ) -> Self where Lines.Element == String {
        .jsonLines(flush: flush) { writer in
            for try await line in lines {
                try await writer.send(line)
            }
            try Self.checkCancellation()
        }
    }
}

extension HTTPResult {
    /// Newline-delimited JSON: each line is a JSON text, and a reader can use it as soon as it has come.
    ///
    /// ```swift
    /// HTTPResult.jsonLines { lines in
    ///     for number in 1...3 {
    ///         try await lines.send("{\"number\":\(number)}")
    ///     }
    /// }
    /// ```
    ///
    /// The content type is `application/x-ndjson`, unless `headers` has another.
    public static func jsonLines(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (JSONLineWriter) async throws -> Void
    ) -> Self {
        self.jsonLines(status, headers, cookies, .jsonLines(flush: flush, body))
    }

    /// Each element of `lines`, JSON without line breaks, as a line of its own. When the sequence throws, the stream
    /// ends with its error.
    public static func jsonLines<Lines: AsyncSequence & Sendable>(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        flush: FlushPolicy = .automatic,
        from lines: Lines
    ) -> Self where Lines.Element == ByteBuffer {
        self.jsonLines(status, headers, cookies, .jsonLines(flush: flush, from: lines))
    }

    /// The UTF-8 of each element of `lines` as a line of its own; otherwise as with buffers.
    public static func jsonLines<Lines: AsyncSequence & Sendable>(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        flush: FlushPolicy = .automatic,
        from lines: Lines
    ) -> Self where Lines.Element == String {
        self.jsonLines(status, headers, cookies, .jsonLines(flush: flush, from: lines))
    }

    private static func jsonLines(
        _ status: HTTPResponse.Status,
        _ headers: HTTPFields,
        _ cookies: [String],
        _ body: ResponseBody
    ) -> Self {
        let fields = headers.filled(from: [.contentType: JSONLine.mediaType])
        return Self(status: status, headers: fields, cookies: cookies, body: body)
    }
}
