// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

extension JSONValue {
    /// The compact text: no whitespace, members in their order, non-ASCII characters as UTF-8, never a raw NUL.
    package func serialized() -> ByteBuffer {
        var writer = JSONWriter()
        writer.write(self)
        return ByteBuffer(bytes: writer.bytes)
    }

    package func write(to buffer: inout ByteBuffer) {
        var writer = JSONWriter()
        writer.write(self)
        buffer.writeBytes(writer.bytes)
    }
}

extension JSONObject {
    package func serialized() -> ByteBuffer {
        JSONValue.object(self).serialized()
    }

    package func write(to buffer: inout ByteBuffer) {
        JSONValue.object(self).write(to: &buffer)
    }
}

/// Writes into an array, to which adding a byte costs a tenth of what it costs a `ByteBuffer`.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    init() { self.bytes.reserveCapacity(1_024) }

    static func write(_ string: String, to buffer: inout ByteBuffer) {
        var writer = JSONWriter()
        writer.write(string)
        buffer.writeBytes(writer.bytes)
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: self.bytes += "null".utf8
        case .bool(true): self.bytes += "true".utf8
        case .bool(false): self.bytes += "false".utf8
        case .number(let number): self.bytes += number.text.utf8
        case .string(let string): self.write(string)
        case .object(let object):
            self.bytes.append(UInt8(ascii: "{"))
            for (position, member) in object.members.enumerated() {
                if position > 0 { self.bytes.append(UInt8(ascii: ",")) }
                self.write(member.name)
                self.bytes.append(UInt8(ascii: ":"))
                self.write(member.value)
            }
            self.bytes.append(UInt8(ascii: "}"))
        case .array(let elements):
            self.bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { self.bytes.append(UInt8(ascii: ",")) }
                self.write(element)
            }
            self.bytes.append(UInt8(ascii: "]"))
        }
    }

    /// Writes `string` in quotes. Runs that need no escape are copied as a whole.
    mutating func write(_ string: String) {
        var string = string
        self.bytes.append(UInt8(ascii: "\""))
        string.withUTF8 { self.writeEscaped(UnsafeRawBufferPointer($0)) }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscaped(_ text: UnsafeRawBufferPointer) {
        var run = 0
        var index = 0
        while index < text.count {
            if text.count - index >= 8 {
                let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if !JSONBytes.needEscape(word) {
                    index += 8
                    continue
                }
            }
            if JSONBytes.needsEscape(text[index]) {
                self.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run..<index]))
                self.writeEscape(of: text[index])
                run = index + 1
            }
            index += 1
        }
        self.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run..<index]))
    }

    private mutating func writeEscape(of byte: UInt8) {
        self.bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.bytes.append(byte)
        case 0x08: self.bytes.append(UInt8(ascii: "b"))
        case 0x0C: self.bytes.append(UInt8(ascii: "f"))
        case 0x0A: self.bytes.append(UInt8(ascii: "n"))
        case 0x0D: self.bytes.append(UInt8(ascii: "r"))
        case 0x09: self.bytes.append(UInt8(ascii: "t"))
        default:
            self.bytes += (byte < 0x10 ? "u000" : "u001").utf8
            self.bytes += String(byte & 0x0F, radix: 16).utf8
        }
    }
}
