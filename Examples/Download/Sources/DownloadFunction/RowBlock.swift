// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice

/// 2,048 rows of 32 bytes: a number of 14 digits, and the square of it modulo 2^64 in 16.
enum RowBlock {
    static let rowCount = 2_048
    static let byteCount = rowCount * 32

    static func bytes(_ number: Int) -> ByteBuffer {
        var bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: self.byteCount)
        for row in 0..<self.rowCount {
            let value = UInt64(number * self.rowCount + row)
            let start = row * 32
            self.write(value, digits: 14, base: 10, to: &bytes, at: start)
            bytes[start + 14] = UInt8(ascii: ",")
            self.write(value &* value, digits: 16, base: 16, to: &bytes, at: start + 15)
        }
        return ByteBuffer(bytes: bytes)
    }

    /// With leading zeros.
    private static func write(_ value: UInt64, digits: Int, base: UInt64, to bytes: inout [UInt8], at start: Int) {
        var rest = value
        for place in (start..<start + digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: rest % base)
            bytes[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest /= base
        }
    }
}
