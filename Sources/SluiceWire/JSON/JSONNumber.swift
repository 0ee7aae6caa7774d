// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A JSON number as it was written: `1`, `1.0` and `1e0` are three of them.
///
/// Kept as text so that nothing is lost on the way through: a 64-bit id does not survive a `Double`.
package struct JSONNumber: Hashable, Sendable {
    package let text: String

    package init(_ value: Int) { self.text = String(value) }
    package init(_ value: Int64) { self.text = String(value) }

    /// `nil` unless `text` is a number by the grammar of RFC 8259, section 6, and nothing else.
    package init?(text: String) {
        var copy = text
        let isNumber = copy.withUTF8 { bytes in
            JSONNumber.endOfNumber(in: bytes, from: bytes.startIndex) == bytes.endIndex
        }
        guard isNumber else { return nil }
        self.text = text
    }

    /// For the reader, which has checked the grammar.
    init(checked text: String) { self.text = text }

    /// The value when it is written without fraction and exponent and fits into an `Int`.
    package var int: Int? { Int(self.text) }

    /// Where the number that starts at `start` ends; `nil` if none starts there.
    static func endOfNumber(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        func peek() -> UInt8? { index < bytes.endIndex ? bytes[index] : nil }
        func skipDigits() -> Bool {
            let first = index
            while let byte = peek(), Self.isDigit(byte) { index += 1 }
            return index > first
        }

        if peek() == UInt8(ascii: "-") { index += 1 }
        if peek() == UInt8(ascii: "0") {
            index += 1
        } else if !skipDigits() {
            return nil
        }
        if peek() == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() else { return nil }
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            index += 1
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { index += 1 }
            guard skipDigits() else { return nil }
        }
        return index
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
