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
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
