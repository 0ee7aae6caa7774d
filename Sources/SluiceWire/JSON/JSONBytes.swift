// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Which bytes a JSON string must escape, one at a time and eight at a time.
enum JSONBytes {
    static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Whether one of the eight bytes of `word` needs an escape. May say so of some that do not (never the reverse):
    /// a borrow can run into the next byte, and then the bytes are looked at one by one.
    static func needEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let controls = (word &- (ones &* 0x20)) & ~word
        let found = controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        return found & highBits != 0
    }
}
