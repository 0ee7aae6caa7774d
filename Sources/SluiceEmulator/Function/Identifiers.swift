// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire
internal import Synchronization

/// Ids as the service makes them.
enum Identifiers {
    /// A random UUID (version 4), in lower case.
    static func uuid() -> String {
        let high = Self.random() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = Self.random() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        // By hand, since there are three of them for each request.
        return String(unsafeUninitializedCapacity: 36) { text in
            var index = 0
            for word in [high, low] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    if index == 8 || index == 13 || index == 18 || index == 23 {
                        text[index] = UInt8(ascii: "-")
                        index += 1
                    }
                    text[index] = Self.digit(word >> UInt64(shift))
                    index += 1
                }
            }
            return index
        }
    }

    /// An X-Ray trace header: 32 bits of the time in seconds, 96 random bits, a parent, and not sampled.
    static func traceID(epochSeconds: Int64) -> String {
        let time = Self.hexadecimal(UInt64(UInt32(truncatingIfNeeded: epochSeconds)), digits: 8)
        let unique =
            Self.hexadecimal(Self.random(), digits: 16) + Self.hexadecimal(Self.random() >> 32, digits: 8)
        return "Root=1-\(time)-\(unique);Parent=\(Self.hexadecimal(Self.random(), digits: 16));Sampled=0"
    }

    /// The name of an environment's log stream, as `2026/11/25/[$LATEST]` and 32 random digits.
    static func logStream(epochMilliseconds: Int64) -> String {
        let day = CivilTime.logTime(millisecondsSinceEpoch: epochMilliseconds).prefix(10)
            .split(separator: "-").joined(separator: "/")
        let unique = Self.hexadecimal(Self.random(), digits: 16) + Self.hexadecimal(Self.random(), digits: 16)
        return "\(day)/[$LATEST]\(unique)"
    }

    private static let source = Mutex(RandomNumbers())

    private static func random() -> UInt64 { self.source.withLock { $0.next() } }

    private static func hexadecimal(_ value: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { text in
            for index in 0..<digits { text[index] = Self.digit(value >> UInt64(4 * (digits - 1 - index))) }
            return digits
        }
    }

    /// That of the lowest four bits.
    private static func digit(_ value: UInt64) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: value & 0xF)
        return digit < 10 ? 0x30 + digit : 0x57 + digit
    }
}
