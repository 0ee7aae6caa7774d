// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

extension JSONReader {
    /// The string, or `nil` after it was checked and is not wanted.
    mutating func readStringIfKept() throws(JSONError) -> String? {
        if self.keepsValues { return try self.readString() }
        try self.skipString()
        return nil
    }

    private mutating func skipString() throws(JSONError) {
        let start = self.index
        self.index += 1
        var unescaped: [UInt8] = []
        var isUTF8 = true
        while true {
            let run = self.index
            self.skipPlainBytes()
            // No escape stands within a character, so what is between two of them is valid by itself or not at all.
            let plain = self.bytes[run..<self.index]
            if isUTF8, plain.contains(where: { $0 >= 0x80 }) {
                isUTF8 = String(validating: plain, as: UTF8.self) != nil
            }
            let byte = try self.peek()
            switch byte {
            case UInt8(ascii: "\""):
                // Here and not before, since a string that is kept is looked at when it is whole: of two faults, both
                // ways of reading name the same one.
                guard isUTF8 else { throw .invalidUTF8(offset: start) }
                self.index += 1
                return
            case UInt8(ascii: "\\"):
                try self.readEscape(into: &unescaped)
                unescaped.removeAll(keepingCapacity: true)
            default:
                throw .controlCharacter(byte, offset: self.index)
            }
        }
    }

    /// Reads from the opening to the closing quote. Runs without an escape are copied as a whole.
    mutating func readString() throws(JSONError) -> String {
        let start = self.index
        self.index += 1
        var run = self.index
        self.skipPlainBytes()
        if try self.peek() == UInt8(ascii: "\"") {
            defer { self.index += 1 }
            return try Self.text(self.bytes[run..<self.index], offset: start)
        }

        var unescaped: [UInt8] = []
        while true {
            unescaped.append(contentsOf: self.bytes[run..<self.index])
            let byte = try self.peek()
            switch byte {
            case UInt8(ascii: "\""):
                self.index += 1
                return try Self.text(unescaped, offset: start)
            case UInt8(ascii: "\\"):
                try self.readEscape(into: &unescaped)
            default:
                throw .controlCharacter(byte, offset: self.index)
            }
            run = self.index
            self.skipPlainBytes()
        }
    }

    private static func text(_ bytes: some Collection<UInt8>, offset: Int) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8(offset: offset) }
        return text
    }

    /// Stops at a quote, a backslash, a control character or the end.
    private mutating func skipPlainBytes() {
        while self.index < self.bytes.endIndex {
            if self.bytes.endIndex - self.index >= 8 {
                let word = UnsafeRawBufferPointer(self.bytes)
                    .loadUnaligned(fromByteOffset: self.index, as: UInt64.self)
                if !JSONBytes.needEscape(word) {
                    self.index += 8
                    continue
                }
            }
            if JSONBytes.needsEscape(self.bytes[self.index]) { return }
            self.index += 1
        }
    }

    private mutating func readEscape(into unescaped: inout [UInt8]) throws(JSONError) {
        let start = self.index
        self.index += 1
        let byte = try self.peek()
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            unescaped.append(contentsOf: Unicode.UTF8.encode(try self.readUnicodeEscape(start)) ?? .init())
        default: throw .invalidEscape(offset: start)
        }
    }

    /// `index` stands behind the `u`.
    private mutating func readUnicodeEscape(_ start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try self.readFourHexDigits(start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00,
            self.bytes.endIndex - self.index >= 2,
            self.bytes[self.index] == UInt8(ascii: "\\"),
            self.bytes[self.index + 1] == UInt8(ascii: "u")
        else { throw .loneSurrogate(offset: start) }
        let secondStart = self.index
        self.index += 2
        let second = try self.readFourHexDigits(secondStart)
        guard second >= 0xDC00, second <= 0xDFFF,
            let scalar = Unicode.Scalar(0x10000 + ((UInt32(first) - 0xD800) << 10) + (UInt32(second) - 0xDC00))
        else { throw .loneSurrogate(offset: start) }
        return scalar
    }

    private mutating func readFourHexDigits(_ start: Int) throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            let byte = try self.peek()
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw .invalidEscape(offset: start)
            }
            value = value << 4 | UInt16(digit)
            self.index += 1
        }
        return value
    }
}
