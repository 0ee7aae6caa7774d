// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport

/// One random change of an input, of the kinds that libFuzzer makes, without its view of the code that is reached.
enum FuzzMutation: CaseIterable {
    case flipBit, replaceByte, insertBytes, removeRange, repeatRange, splice, insertWord

    /// What stands in the formats that are read, and numbers at their bounds.
    static let words: [[UInt8]] =
        [
            "\r\n", "\n\n", "\"", "\\u0000", "\\ud800", "{", "}", "[", "]", ":", ",", "null", "0", "-1",
            "9223372036854775808", "1e999", "=", "%00", "%", "Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n",
            "0\r\n\r\n", "ffffffffffffffff\r\n", "GET ", "POST ", "HTTP/1.0", "HTTP/1.1\r\n", "\u{FEFF}", "é", "😀",
        ].map { Array($0.utf8) } + [[0, 0, 0, 0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x80], [0xC0, 0x80]]

    func of(_ input: [UInt8], and others: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = input
        let place = Int.random(in: 0...bytes.count, using: &random)
        let length = min(bytes.count - place, Int.random(in: 1...16, using: &random))
        switch self {
        case .flipBit:
            if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        case .replaceByte:
            if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
        case .insertBytes:
            bytes.insert(contentsOf: random.bytes(length), at: place)
        case .removeRange:
            bytes.removeSubrange(place..<place + length)
        case .repeatRange:
            let range = Array(bytes[place..<place + length])
            for _ in 0..<Int.random(in: 1...8, using: &random) { bytes.insert(contentsOf: range, at: place) }
        case .splice:
            let other = others.randomElement(using: &random) ?? []
            bytes = Array(bytes.prefix(place)) + other.suffix(Int.random(in: 0...other.count, using: &random))
        case .insertWord:
            bytes.insert(contentsOf: Self.words.randomElement(using: &random) ?? [], at: place)
        }
        return bytes
    }
}
