// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

extension EventStreamMessage {
    /// Reads one whole message; `frame` is exactly the bytes that `prelude` announces.
    init(
        frame: ByteBuffer,
        prelude: MessagePrelude,
        known: inout KnownHeaders
    ) throws(EventStreamError) {
        var frame = frame
        frame.moveReaderIndex(forwardBy: EventStreamLimits.preludeBytes)
        guard
            let checked = frame.readSlice(length: prelude.totalBytes - EventStreamLimits.overheadBytes),
            let expected = frame.readInteger(as: UInt32.self)
        else {
            throw .truncatedMessage
        }
        var checksum = prelude.running
        checked.withUnsafeReadableBytes { checksum.update($0) }
        guard checksum.checksum == expected else {
            throw EventStreamError(.invalidMessageChecksum, "the checksum of a message is wrong: damaged on the way")
        }
        var payload = checked
        guard let block = payload.readSlice(length: prelude.headerBytes) else { throw .truncatedMessage }
        // Sliced to the payload's own indices, from 0, as a buffer that was filled alone would be.
        self.init(headers: try known.headers(of: block), payload: payload.slice())
    }
}

/// The headers of the last message, which are the next one's, too, in most streams: comparing their bytes takes a tenth of
/// the time of reading them.
struct KnownHeaders {
    private var block = ByteBuffer()
    private var headers: [EventStreamHeader] = []

    mutating func headers(of block: ByteBuffer) throws(EventStreamError) -> [EventStreamHeader] {
        if block == self.block { return self.headers }
        guard block.readableBytes <= EventStreamLimits.rememberedHeaderBytes else { return try Self.read(block) }
        // A copy: what is remembered must not hold the memory of a whole message.
        let copy = ByteBuffer(bytes: block.readableBytesView)
        let headers = try Self.read(copy)
        (self.block, self.headers) = (copy, headers)
        return headers
    }

    private static func read(_ block: ByteBuffer) throws(EventStreamError) -> [EventStreamHeader] {
        var block = block
        var headers: [EventStreamHeader] = []
        var names = HeaderNames()
        while block.readableBytes > 0 {
            let header = try EventStreamHeader(from: &block)
            try names.insert(header.name)
            headers.append(header)
        }
        return headers
    }
}

extension EventStreamHeader {
    fileprivate init(from block: inout ByteBuffer) throws(EventStreamError) {
        guard let nameBytes = block.readInteger(as: UInt8.self) else { throw .truncatedHeader }
        guard nameBytes > 0 else {
            throw EventStreamError(.invalidHeaderName, "a header's name is empty")
        }
        let name = try block.readEventStreamString(length: Int(nameBytes))
        guard let typeByte = block.readInteger(as: UInt8.self) else { throw .truncatedHeader }
        guard let type = HeaderType(rawValue: typeByte) else {
            throw EventStreamError(.unknownHeaderType, "the header \(name) is of the unknown type \(typeByte)")
        }
        self.init(name: name, value: try EventStreamHeaderValue(type, from: &block))
    }
}

extension EventStreamHeaderValue {
    fileprivate init(_ type: HeaderType, from block: inout ByteBuffer) throws(EventStreamError) {
        self =
            switch type {
            case .true: .bool(true)
            case .false: .bool(false)
            case .int8: .int8(try block.readEventStreamInteger())
            case .int16: .int16(try block.readEventStreamInteger())
            case .int32: .int32(try block.readEventStreamInteger())
            case .int64: .int64(try block.readEventStreamInteger())
            case .bytes: .bytes(try block.readEventStreamBytes())
            case .string:
                .string(try block.readEventStreamString(length: Int(block.readEventStreamInteger() as UInt16)))
            case .timestamp: .timestamp(millisecondsSinceEpoch: try block.readEventStreamInteger())
            case .uuid: .uuid(try block.readEventStreamInteger())
            }
    }
}

extension ByteBuffer {
    fileprivate mutating func readEventStreamInteger<Integer: FixedWidthInteger>() throws(EventStreamError) -> Integer {
        guard let value = self.readInteger(as: Integer.self) else { throw .truncatedHeader }
        return value
    }

    fileprivate mutating func readEventStreamBytes() throws(EventStreamError) -> ByteBuffer {
        let length: UInt16 = try self.readEventStreamInteger()
        guard let bytes = self.readSlice(length: Int(length)) else { throw .truncatedHeader }
        return bytes
    }

    fileprivate mutating func readEventStreamString(length: Int) throws(EventStreamError) -> String {
        guard self.readableBytes >= length else { throw .truncatedHeader }
        do {
            guard let text = try self.readUTF8ValidatedString(length: length) else {
                throw EventStreamError.truncatedHeader
            }
            return text
        } catch let error as EventStreamError {
            throw error
        } catch {
            throw EventStreamError(.invalidUTF8, "a header's name or string is not UTF-8")
        }
    }
}

extension EventStreamError {
    fileprivate static let truncatedHeader = Self(.truncatedHeader, "a header reaches beyond the block of headers")
    static let truncatedMessage = Self(.truncatedMessage, "the input ended within a message")
}
