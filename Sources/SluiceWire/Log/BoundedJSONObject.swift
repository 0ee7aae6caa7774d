// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// A JSON object on a line of its own that never grows beyond a number of bytes, whatever is added to it.
struct BoundedJSONObject {
    /// Names the member that tells of something left out.
    static let truncated = "truncated"

    private var buffer = ByteBuffer()
    private var isTruncated = false
    /// For members; what ends the line is accounted for.
    private let maximumBytes: Int

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes - #","\#(Self.truncated)":true}"#.utf8.count - 1
        self.buffer.writeInteger(UInt8(ascii: "{"))
    }

    /// Adds a text, or its beginning with the mark `…`.
    mutating func add(_ name: String, _ text: String) {
        let start = self.buffer.writerIndex
        self.writeName(name)
        let room = self.maximumBytes - self.buffer.writerIndex - #""""#.utf8.count
        guard room >= 0 else { return self.leaveOut(from: start) }
        let shortened = ShortenedText.of(text, escapedBytes: room)
        if !shortened.utf8.elementsEqual(text.utf8) { self.isTruncated = true }
        JSONWriter.write(shortened, to: &self.buffer)
    }

    /// Adds a value as a whole, or nothing.
    mutating func add(_ name: String, _ value: JSONValue) {
        if case .string(let text) = value { return self.add(name, text) }
        let start = self.buffer.writerIndex
        self.writeName(name)
        value.write(to: &self.buffer)
        if self.buffer.writerIndex > self.maximumBytes { self.leaveOut(from: start) }
    }

    consuming func finish() -> ByteBuffer {
        if self.isTruncated {
            self.writeName(Self.truncated)
            self.buffer.writeStaticString("true")
        }
        self.buffer.writeStaticString("}\n")
        return self.buffer
    }

    private mutating func writeName(_ name: String) {
        if self.buffer.writerIndex > 1 { self.buffer.writeInteger(UInt8(ascii: ",")) }
        JSONWriter.write(name, to: &self.buffer)
        self.buffer.writeInteger(UInt8(ascii: ":"))
    }

    private mutating func leaveOut(from start: Int) {
        self.isTruncated = true
        self.buffer.moveWriterIndex(to: start)
    }
}
