// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// One event of a `text/event-stream`, and how it is written.
///
/// (HTML standard, 9.2.5 "Parsing an event stream" and 9.2.6 "Interpreting an event stream".) A field's value ends at
/// CR, LF or CRLF. So `data` with line breaks becomes one field for each line, which the reader joins with LF again;
/// what `event` and `id` cannot say is refused.
package struct ServerSentEvent: Hashable, Sendable {
    /// (HTML standard, 9.2.5: "This event stream format's MIME type is text/event-stream.") It is always UTF-8.
    package static let mediaType = "text/event-stream"

    package enum Payload: Hashable, Sendable {
        case text(String)
        /// UTF-8, which is not checked: a reader replaces what is none.
        case bytes(ByteBuffer)
    }

    package var data: Payload
    /// The type; `message` when there is none.
    package var event: String?
    package var id: String?
    /// How long the reader waits before it connects again. Less than a millisecond is cut off.
    package var retry: Duration?

    package init(data: Payload, event: String? = nil, id: String? = nil, retry: Duration? = nil) {
        self.data = data
        self.event = event
        self.id = id
        self.retry = retry
    }

    /// Appends the event with the empty line that sends it off. Nothing is written when it throws.
    package func write(to buffer: inout ByteBuffer) throws(ServerSentEventError) {
        try self.check()
        let retryMilliseconds = try self.retryMilliseconds()
        if let event = self.event {
            Self.write("event", event, to: &buffer)
        }
        if let id = self.id {
            Self.write("id", id, to: &buffer)
        }
        if let retryMilliseconds {
            Self.write("retry", String(retryMilliseconds), to: &buffer)
        }
        switch self.data {
        case .text(var text):
            text.withUTF8 { Self.writeLines("data: ", UnsafeRawBufferPointer($0), to: &buffer) }
        case .bytes(let bytes):
            bytes.withUnsafeReadableBytes { Self.writeLines("data: ", $0, to: &buffer) }
        }
        buffer.writeInteger(UInt8(ascii: "\n"))
    }

    /// Appends a comment, which readers pass over, a line of it for each line of the text. An empty line follows, so
    /// that it also looks complete to who cuts the stream at empty lines.
    package static func writeComment(_ text: String, to buffer: inout ByteBuffer) {
        if text.isEmpty {
            buffer.writeStaticString(":\n")
        } else {
            var text = text
            text.withUTF8 { Self.writeLines(": ", UnsafeRawBufferPointer($0), to: &buffer) }
        }
        buffer.writeInteger(UInt8(ascii: "\n"))
    }

    // MARK: What is allowed

    private func check() throws(ServerSentEventError) {
        if let event = self.event, event.utf8.contains(where: Self.isLineBreak) {
            throw .lineBreakInEvent
        }
        if let id = self.id {
            if id.utf8.contains(where: Self.isLineBreak) { throw .lineBreakInID }
            // The reader would ignore the whole field.
            if id.utf8.contains(0) { throw .nulInID }
        }
    }

    private func retryMilliseconds() throws(ServerSentEventError) -> Int64? {
        guard let retry = self.retry else { return nil }
        let (seconds, attoseconds) = retry.components
        let (milliseconds, overflows) = seconds.multipliedReportingOverflow(by: 1_000)
        guard seconds >= 0, attoseconds >= 0, !overflows else { throw .retryOutOfRange }
        let (sum, sumOverflows) = milliseconds.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        guard !sumOverflows else { throw .retryOutOfRange }
        return sum
    }

    private static func isLineBreak(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    // MARK: Lines

    private static func write(_ name: StaticString, _ value: String, to buffer: inout ByteBuffer) {
        buffer.writeStaticString(name)
        // The reader takes one space away, so a value that begins with one keeps it.
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeInteger(UInt8(ascii: "\n"))
    }

    private static func writeLines(_ prefix: StaticString, _ bytes: UnsafeRawBufferPointer, to buffer: inout ByteBuffer)
    {
        buffer.reserveCapacity(minimumWritableBytes: bytes.count + prefix.utf8CodeUnitCount + 2)
        var rest = bytes[...]
        while let end = rest.firstIndex(where: Self.isLineBreak) {
            Self.writeLine(prefix, rest[..<end], to: &buffer)
            let isPair =
                rest[end] == UInt8(ascii: "\r") && end + 1 < rest.endIndex && rest[end + 1] == UInt8(ascii: "\n")
            rest = rest[(end + (isPair ? 2 : 1))...]
        }
        Self.writeLine(prefix, rest, to: &buffer)
    }

    private static func writeLine(
        _ prefix: StaticString,
        _ line: Slice<UnsafeRawBufferPointer>,
        to buffer: inout ByteBuffer
    ) {
        buffer.writeStaticString(prefix)
        buffer.writeBytes(UnsafeRawBufferPointer(rebasing: line))
        buffer.writeInteger(UInt8(ascii: "\n"))
    }
}

/// Why an event cannot be written.
package enum ServerSentEventError: Error, Hashable {
    case lineBreakInEvent
    case lineBreakInID
    case nulInID
    case retryOutOfRange
}

extension ServerSentEventError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .lineBreakInEvent: "the type of an event cannot have a line break; put it into data"
        case .lineBreakInID: "the id of an event cannot have a line break; encode it, as in base64"
        case .nulInID: "the id of an event cannot have a NUL, since readers ignore such an id; encode it, as in base64"
        case .retryOutOfRange: "retry must be zero or more, and fit into milliseconds of 64 bits"
        }
    }
}
