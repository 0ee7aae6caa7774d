// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Ids as the service makes them.
enum Identifiers {
    /// A random UUID (version 4), in lower case.
    static func uuid() -> String {
        var generator = SystemRandomNumberGenerator()
        let high = (generator.next() as UInt64) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = (generator.next() as UInt64) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Self.hexadecimal(high, digits: 16) + Self.hexadecimal(low, digits: 16)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
            text.append(digit)
        }
        return text
    }

    /// An X-Ray trace header: 32 bits of the time in seconds, 96 random bits, a parent, and not sampled.
    static func traceID(epochSeconds: Int64) -> String {
        var generator = SystemRandomNumberGenerator()
        let time = Self.hexadecimal(UInt64(UInt32(truncatingIfNeeded: epochSeconds)), digits: 8)
        let unique =
            Self.hexadecimal(generator.next(), digits: 16) + Self.hexadecimal(generator.next() >> 32, digits: 8)
        return "Root=1-\(time)-\(unique);Parent=\(Self.hexadecimal(generator.next(), digits: 16));Sampled=0"
    }

    /// The name of an environment's log stream, as `2026/11/25/[$LATEST]` and 32 random digits.
    static func logStream(epochMilliseconds: Int64) -> String {
        var generator = SystemRandomNumberGenerator()
        let day = CivilTime.logTime(millisecondsSinceEpoch: epochMilliseconds).prefix(10)
            .split(separator: "-").joined(separator: "/")
        let unique = Self.hexadecimal(generator.next(), digits: 16) + Self.hexadecimal(generator.next(), digits: 16)
        return "\(day)/[$LATEST]\(unique)"
    }

    private static func hexadecimal(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
