// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// Requests to the Runtime API as bytes (RFC 9112), gathered in one buffer until they leave.
///
/// NIO's encoder writes the lines of a head, a chunk's size, its bytes and its end each for itself, through handlers that
/// take them in and out of boxes; that cost a fifth of a tiny invocation. What is framed here is all our own: who gives a
/// field has made sure that its value is one line.
package struct RequestFraming {
    private var bytes = ByteBuffer()
    private var isChunked = false
    /// How many left the last time, and may well come again.
    private var expectedBytes = 512
    /// The lines around chunks that are too large to be copied.
    private var lines = ChunkLines()
    /// A large chunk was handed on, and the end of its line was not.
    private var owesLineEnd = false

    package init() {}

    package var isEmpty: Bool { self.bytes.readableBytes == 0 && !self.owesLineEnd }
    package var isFull: Bool { self.bytes.readableBytes >= Limits.gatheredChunksBytes }

    /// Everything that was gathered; what comes next is gathered anew.
    package mutating func take() -> ByteBuffer {
        guard !self.owesLineEnd else {
            self.owesLineEnd = false
            return self.lines.end
        }
        let bytes = self.bytes
        self.bytes = ByteBuffer()
        self.expectedBytes = bytes.readableBytes
        return bytes
    }

    package mutating func begin(_ request: RuntimeAPIRequest) {
        self.isChunked = request.isChunked
        self.prepareToGather()
        self.bytes.writeHead(of: request)
    }

    /// - Parameter send: takes what must leave at once, in this order: what is too large to be copied, and what was
    ///   gathered before it.
    package mutating func append(_ body: ByteBuffer, send: (ByteBuffer) -> Void) {
        // An empty chunk would be the mark of the body's end.
        guard body.readableBytes > 0 else { return }
        guard body.readableBytes <= Limits.gatheredChunkBytes else { return self.appendLarge(body, send: send) }
        self.prepareToGather()
        if self.isChunked { self.bytes.writeChunkSize(body.readableBytes) }
        self.bytes.writeImmutableBuffer(body)
        if self.isChunked { self.bytes.writeStaticString("\r\n") }
        if self.isFull { send(self.take()) }
    }

    private mutating func appendLarge(_ body: ByteBuffer, send: (ByteBuffer) -> Void) {
        if self.isChunked, self.bytes.readableBytes > 0 {
            self.bytes.writeChunkSize(body.readableBytes)
            send(self.take())
        } else {
            if !self.isEmpty { send(self.take()) }
            if self.isChunked { send(self.lines.size(body.readableBytes)) }
        }
        send(body)
        self.owesLineEnd = self.isChunked
    }

    /// - Parameter trailers: of a body in chunks; another has none.
    package mutating func end(trailers: [(name: String, value: String)] = []) {
        guard self.isChunked else { return }
        self.prepareToGather()
        self.bytes.writeStaticString("0\r\n")
        for (name, value) in trailers { self.bytes.writeString("\(name): \(value)\r\n") }
        self.bytes.writeStaticString("\r\n")
    }

    /// What is due before anything else comes first, and room is made for as much as came the last time.
    private mutating func prepareToGather() {
        if self.bytes.readableBytes == 0 { self.bytes.reserveCapacity(self.expectedBytes) }
        guard self.owesLineEnd else { return }
        self.owesLineEnd = false
        self.bytes.writeStaticString("\r\n")
    }
}

extension ByteBuffer {
    /// Request line and fields (RFC 9112, sections 3 and 5), copied in one go: this runs twice for each invocation, and
    /// a call of the buffer for each of the thirty pieces would cost as much as everything else that is written.
    fileprivate mutating func writeHead(of request: RuntimeAPIRequest) {
        let method: StaticString = request.method == .get ? "GET " : "POST "
        let version: StaticString = " HTTP/1.1\r\n"
        let end: StaticString = "\r\n"
        let separator: StaticString = ": "
        var size = method.utf8CodeUnitCount + request.path.utf8.count + version.utf8CodeUnitCount
        for (name, value) in request.fields { size += name.utf8.count + value.utf8.count + 4 }
        size += end.utf8CodeUnitCount
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { room in
            var copy = Copy(room: room)
            copy.append(method)
            copy.append(request.path)
            copy.append(version)
            for (name, value) in request.fields {
                copy.append(name)
                copy.append(separator)
                copy.append(value)
                copy.append(end)
            }
            copy.append(end)
            return copy.count
        }
    }
}

/// Pieces of text, copied one behind the other.
private struct Copy {
    let room: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func append(_ text: StaticString) {
        self.append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ text: String) {
        // A string of Swift's own always has its bytes in one piece; on macOS it may be another's.
        var text = text
        text.withUTF8 { self.append(UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        // The room was counted from the same strings, so there always is enough.
        assert(bytes.count <= self.room.count - self.count)
        guard let target = self.room.baseAddress, let source = bytes.baseAddress,
            bytes.count <= self.room.count - self.count
        else { return }
        (target + self.count).copyMemory(from: source, byteCount: bytes.count)
        self.count += bytes.count
    }
}
