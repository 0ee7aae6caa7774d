// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// Headers that are checked and encoded once, to be written in front of many payloads.
///
/// ```swift
/// let headers = try EventStreamHeaderBlock([
///     EventStreamHeader(name: ":message-type", value: "event"),
///     EventStreamHeader(name: ":event-type", value: "PayloadChunk"),
/// ])
/// for payload in payloads {
///     try encoder.encode(headers: headers, payload: payload, into: &buffer)
/// }
/// ```
public struct EventStreamHeaderBlock: Hashable, Sendable {
    let bytes: ByteBuffer

    /// Encodes the headers.
    ///
    /// - Throws: ``EventStreamError`` with ``EventStreamError/Code/invalidHeaderName``,
    ///   ``EventStreamError/Code/duplicateHeader`` or ``EventStreamError/Code/headerValueTooLong``.
    public init(_ headers: [EventStreamHeader]) throws(EventStreamError) {
        var names = HeaderNames()
        var bytes = ByteBuffer()
        for header in headers {
            try Self.write(header, into: &bytes)
            try names.insert(header.name)
        }
        self.bytes = bytes
    }

    private static func write(
        _ header: EventStreamHeader,
        into buffer: inout ByteBuffer
    ) throws(EventStreamError) {
        let nameBytes = header.name.utf8.count
        guard let nameLength = UInt8(exactly: nameBytes), nameLength > 0 else {
            throw EventStreamError(
                .invalidHeaderName,
                "a header's name must have 1 to \(EventStreamLimits.maximumHeaderNameBytes) bytes, not \(nameBytes)"
            )
        }
        buffer.writeInteger(nameLength)
        buffer.writeString(header.name)
        buffer.writeInteger(header.value.type.rawValue)
        switch header.value {
        case .bool: break
        case .int8(let value): buffer.writeInteger(value)
        case .int16(let value): buffer.writeInteger(value)
        case .int32(let value): buffer.writeInteger(value)
        case .int64(let value): buffer.writeInteger(value)
        case .bytes(let value):
            buffer.writeInteger(try Self.length(value.readableBytes, of: header))
            buffer.writeImmutableBuffer(value)
        case .string(let value):
            buffer.writeInteger(try Self.length(value.utf8.count, of: header))
            buffer.writeString(value)
        case .timestamp(let milliseconds): buffer.writeInteger(milliseconds)
        case .uuid(let value): buffer.writeInteger(value)
        }
    }

    private static func length(_ count: Int, of header: EventStreamHeader) throws(EventStreamError) -> UInt16 {
        guard count <= EventStreamLimits.maximumWrittenHeaderValueBytes, let length = UInt16(exactly: count) else {
            throw EventStreamError(
                .headerValueTooLong,
                "\(header.name) has \(count) bytes; at most \(EventStreamLimits.maximumWrittenHeaderValueBytes) fit"
            )
        }
        return length
    }
}
