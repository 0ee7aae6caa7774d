// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Base64 of RFC 4648, section 4: the plain alphabet, always padded, no line breaks.
package enum Base64 {
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        bytes.withContiguousStorageIfAvailable(Self.encode) ?? Array(bytes).withUnsafeBufferPointer(Self.encode)
    }

    /// `nil` for anything that `encode` would not write: a foreign character, missing padding, white space, or
    /// bits behind the last byte that are not zero (section 3.5 allows to refuse them).
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        if let result = text.withContiguousStorageIfAvailable(Self.decode) { return result }
        return Array(text).withUnsafeBufferPointer(Self.decode)
    }

    private static func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let length = (bytes.count + 2) / 3 * 4
        return Self.characters.withUnsafeBufferPointer { characters in
            String(unsafeUninitializedCapacity: length) { output in
                var written = 0
                var index = 0
                while index < bytes.count {
                    let rest = bytes.count - index
                    let second = rest > 1 ? bytes[index + 1] : 0
                    let third = rest > 2 ? bytes[index + 2] : 0
                    let group = UInt32(bytes[index]) << 16 | UInt32(second) << 8 | UInt32(third)
                    output[written] = characters[Int(group >> 18)]
                    output[written + 1] = characters[Int(group >> 12 & 63)]
                    output[written + 2] = rest > 1 ? characters[Int(group >> 6 & 63)] : Self.padding
                    output[written + 3] = rest > 2 ? characters[Int(group & 63)] : Self.padding
                    written += 4
                    index += 3
                }
                return written
            }
        }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        guard let last = text.last else { return [] }
        let paddingCount = last != Self.padding ? 0 : text[text.count - 2] != Self.padding ? 1 : 2
        let length = text.count / 4 * 3 - paddingCount
        var isValid = true
        let decoded = Self.values.withUnsafeBufferPointer { values in
            [UInt8](unsafeUninitializedCapacity: length) { output, initializedCount in
                var written = 0
                var seen: UInt8 = 0
                for start in stride(from: 0, to: text.count, by: 4) {
                    let isLast = start + 4 == text.count
                    let count = isLast ? 4 - paddingCount : 4
                    var group: UInt32 = 0
                    for position in 0..<4 {
                        // A value over 63 means a foreign character; remembered, and looked at once at the end.
                        let value = position < count ? values[Int(text[start + position])] : 0
                        seen |= value
                        group = group << 6 | UInt32(value & 63)
                    }
                    for position in 0..<(count - 1) {
                        output[written] = UInt8(truncatingIfNeeded: group >> (16 - 8 * UInt32(position)))
                        written += 1
                    }
                    if isLast, group << (8 + 8 * UInt32(count - 1)) != 0 { isValid = false }
                }
                initializedCount = written
                isValid = isValid && seen < 64
            }
        }
        return isValid ? decoded : nil
    }

    private static let padding = UInt8(ascii: "=")

    private static let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each byte as a character; 0xFF where it is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in Self.characters.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
