// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore

/// Writes messages as `application/vnd.amazon.eventstream`.
///
/// ```swift
/// let encoder = EventStreamEncoder()
/// var buffer = ByteBuffer()
/// try encoder.encode(message, into: &buffer)
/// ```
///
/// Source of the format: Smithy, "Amazon event stream specification".
public struct EventStreamEncoder: Sendable {
    /// What is refused as too long.
    public var limits: EventStreamLimits

    /// An encoder with these limits.
    public init(limits: EventStreamLimits = EventStreamLimits()) {
        self.limits = limits
    }

    /// Appends one message to `buffer`; on an error `buffer` is as it was.
    ///
    /// - Throws: ``EventStreamError`` if a header's name or value cannot be written, a name is there twice, or the
    ///   message is over the limits.
    public func encode(_ message: EventStreamMessage, into buffer: inout ByteBuffer) throws(EventStreamError) {
        try self.encode(headers: EventStreamHeaderBlock(message.headers), payload: message.payload, into: &buffer)
    }

    /// Appends one message with headers that are encoded already; on an error `buffer` is as it was.
    ///
    /// This is the fast way for many messages of one kind: the payload is copied once and nothing else is allocated
    /// if `buffer` has room.
    ///
    /// - Throws: ``EventStreamError`` if the message is over the limits.
    public func encode(
        headers: EventStreamHeaderBlock,
        payload: ByteBuffer,
        into buffer: inout ByteBuffer
    ) throws(EventStreamError) {
        let (totalBytes, headerBytes) = try self.lengths(headers, payload)
        var checksum = CRC32()
        checksum.update(totalBytes)
        checksum.update(headerBytes)
        let preludeChecksum = checksum.checksum
        checksum.update(preludeChecksum)
        headers.bytes.withUnsafeReadableBytes { checksum.update($0) }
        payload.withUnsafeReadableBytes { checksum.update($0) }

        buffer.reserveCapacity(minimumWritableBytes: Int(totalBytes))
        buffer.writeMultipleIntegers(totalBytes, headerBytes, preludeChecksum)
        buffer.writeImmutableBuffer(headers.bytes)
        buffer.writeImmutableBuffer(payload)
        buffer.writeInteger(checksum.checksum)
    }

    /// The two lengths in the prelude: of the whole message, and of its headers.
    private func lengths(
        _ headers: EventStreamHeaderBlock,
        _ payload: ByteBuffer
    ) throws(EventStreamError) -> (total: UInt32, headers: UInt32) {
        let headerBytes = headers.bytes.readableBytes
        guard headerBytes <= self.limits.maximumHeaderBytes, let headerLength = UInt32(exactly: headerBytes) else {
            throw .headersTooLong(headerBytes, limit: self.limits)
        }
        let payloadBytes = payload.readableBytes
        let (total, overflow) = payloadBytes.addingReportingOverflow(headerBytes + EventStreamLimits.overheadBytes)
        guard payloadBytes <= self.limits.maximumPayloadBytes, !overflow, let totalLength = UInt32(exactly: total)
        else {
            throw .payloadTooLong(payloadBytes, limit: self.limits)
        }
        return (totalLength, headerLength)
    }
}

extension EventStreamError {
    static func headersTooLong(_ count: Int, limit: EventStreamLimits) -> Self {
        Self(.headersTooLong, "the headers have \(count) bytes; the limit is \(limit.maximumHeaderBytes)")
    }

    static func payloadTooLong(_ count: Int, limit: EventStreamLimits) -> Self {
        Self(.payloadTooLong, "the payload has \(count) bytes; the limit is \(limit.maximumPayloadBytes)")
    }
}
