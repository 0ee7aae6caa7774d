// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

extension JSONValue {
    /// The compact text: no whitespace, members in their order, non-ASCII characters as UTF-8, never a raw NUL.
    package func serialized() -> ByteBuffer {
        var buffer = ByteBuffer()
        self.write(to: &buffer)
        return buffer
    }

    package func write(to buffer: inout ByteBuffer) {
        switch self {
        case .null: buffer.writeStaticString("null")
        case .bool(true): buffer.writeStaticString("true")
        case .bool(false): buffer.writeStaticString("false")
        case .number(let number): buffer.writeString(number.text)
        case .string(let string): JSONWriter.write(string, to: &buffer)
        case .object(let object): object.write(to: &buffer)
        case .array(let elements):
            buffer.writeInteger(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                element.write(to: &buffer)
            }
            buffer.writeInteger(UInt8(ascii: "]"))
        }
    }
}

extension JSONObject {
    package func serialized() -> ByteBuffer {
        JSONValue.object(self).serialized()
    }

    package func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(ascii: "{"))
        for (position, member) in self.members.enumerated() {
            if position > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            JSONWriter.write(member.name, to: &buffer)
            buffer.writeInteger(UInt8(ascii: ":"))
            member.value.write(to: &buffer)
        }
        buffer.writeInteger(UInt8(ascii: "}"))
    }
}

enum JSONWriter {
    /// Writes `string` in quotes. Runs that need no escape are copied as a whole.
    static func write(_ string: String, to buffer: inout ByteBuffer) {
        var string = string
        buffer.writeInteger(UInt8(ascii: "\""))
        string.withUTF8 { bytes in
            var run = 0
            var index = 0
            while index < bytes.count {
                if bytes.count - index >= 8 {
                    let word = UnsafeRawBufferPointer(bytes)
                        .loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    if !JSONBytes.needEscape(word) {
                        index += 8
                        continue
                    }
                }
                if JSONBytes.needsEscape(bytes[index]) {
                    buffer.writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[run..<index]))
                    Self.writeEscape(of: bytes[index], to: &buffer)
                    run = index + 1
                }
                index += 1
            }
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[run..<index]))
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    private static func writeEscape(of byte: UInt8, to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): buffer.writeInteger(byte)
        case 0x08: buffer.writeInteger(UInt8(ascii: "b"))
        case 0x0C: buffer.writeInteger(UInt8(ascii: "f"))
        case 0x0A: buffer.writeInteger(UInt8(ascii: "n"))
        case 0x0D: buffer.writeInteger(UInt8(ascii: "r"))
        case 0x09: buffer.writeInteger(UInt8(ascii: "t"))
        default:
            buffer.writeStaticString(byte < 0x10 ? "u000" : "u001")
            buffer.writeString(String(byte & 0x0F, radix: 16))
        }
    }
}
