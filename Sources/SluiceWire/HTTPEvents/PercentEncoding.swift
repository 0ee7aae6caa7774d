// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Writes the path and the query of a request target (RFC 3986, sections 3.3 and 3.4) out of what an event has of them.
enum PercentEncoding {
    /// A path as it came, with the bytes escaped that would end it or break a request line.
    static func path(_ path: String) -> String {
        path.isEmpty ? "/" : Self.encode(path) { $0 != UInt8(ascii: "?") && Self.canStand($0) }
    }

    /// The same for a whole query.
    static func query(_ query: String) -> String {
        Self.encode(query, Self.canStand)
    }

    /// Names and values that are escaped already: their escapes stay, and what would split them otherwise is escaped.
    static func query(ofEncoded pairs: [(name: String, values: [String])]) -> String {
        Self.query(pairs) { bytes, isName in
            Self.encode(bytes) { byte in
                Self.canStand(byte) && byte != UInt8(ascii: "&") && !(isName && byte == UInt8(ascii: "="))
            }
        }
    }

    /// Names and values as they are meant: all but the unreserved characters is escaped (RFC 3986, section 2.3).
    static func query(ofDecoded pairs: [(name: String, values: [String])]) -> String {
        Self.query(pairs) { text, _ in
            Self.encode(text) { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    true
                default: false
                }
            }
        }
    }

    private static func query(
        _ pairs: [(name: String, values: [String])],
        _ encode: (_ text: String, _ isName: Bool) -> String
    ) -> String {
        var query = ""
        for (name, values) in pairs {
            for value in values {
                if !query.isEmpty { query += "&" }
                query += encode(name, true) + "=" + encode(value, false)
            }
        }
        return query
    }

    /// Whether a byte stands for itself in any target: visible ASCII, but for what ends a target or is quoted around one.
    private static func canStand(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"): false
        default: byte > 0x20 && byte < 0x7F
        }
    }

    private static func encode(_ text: String, _ canStand: (UInt8) -> Bool) -> String {
        guard !text.utf8.allSatisfy(canStand) else { return text }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            if canStand(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), Self.digit(byte >> 4), Self.digit(byte & 0x0F)]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
