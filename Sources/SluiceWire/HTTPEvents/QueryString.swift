// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The query of a URL as pairs.
package enum QueryString {
    /// The decoded names in the order of their first appearance, the decoded values of each joined by commas; a pair
    /// without `=` has an empty value, and empty pairs (`a=1&&b=2`) are left out.
    ///
    /// (Lambda Developer Guide, "Invoking Lambda function URLs", `queryStringParameters`.)
    package static func parameters(_ query: String) -> JSONObject {
        var names: [[UInt8]] = []
        var values: [[UInt8]: [UInt8]] = [:]
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(parts.first ?? pair)
            let value = parts.count > 1 ? Self.decoded(parts[1]) : []
            if values[name] == nil {
                names.append(name)
                values[name] = value
            } else {
                values[name, default: []] += [UInt8(ascii: ",")] + value
            }
        }
        return JSONObject(
            names.map { name in
                (String(decoding: name, as: UTF8.self), .string(String(decoding: values[name] ?? [], as: UTF8.self)))
            }
        )
    }

    /// Undoes `%41` and `+`. A percent sign without two digits stands for itself; what is not UTF-8 afterwards
    /// becomes a replacement character, since an event has only text.
    package static func decoded(_ bytes: Substring.UTF8View) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                decoded.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let value = Self.hexadecimal(rest.prefix(2)) {
                decoded.append(value)
                rest.removeFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }

    /// The byte that exactly two digits stand for.
    package static func hexadecimal(_ digits: Substring.UTF8View) -> UInt8? {
        guard digits.count == 2 else { return nil }
        var value: UInt8 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | (digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }
}
