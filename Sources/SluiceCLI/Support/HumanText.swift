// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Numbers for people, without Foundation.
enum HumanText {
    /// Three figures or so: `0.42 ms`, `12.3 ms`, `123 ms`, `1.24 s`, `123.4 s`.
    static func time(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let microseconds = min(max(0, seconds), 1_000_000_000) * 1_000_000 + max(0, attoseconds / 1_000_000_000_000)
        return switch microseconds {
        case ..<10_000: Self.decimal(microseconds, unit: 1_000, digits: 2) + " ms"
        case ..<100_000: Self.decimal(microseconds, unit: 1_000, digits: 1) + " ms"
        case ..<1_000_000: Self.decimal(microseconds, unit: 1_000, digits: 0) + " ms"
        case ..<100_000_000: Self.decimal(microseconds, unit: 1_000_000, digits: 2) + " s"
        default: Self.decimal(microseconds, unit: 1_000_000, digits: 1) + " s"
        }
    }

    /// `20 B`, `1.5 KiB`, `200.0 MiB`.
    static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1024: "\(bytes) B"
        case ..<(1024 * 1024): Self.decimal(Int64(bytes), unit: 1024, digits: 1) + " KiB"
        default: Self.decimal(Int64(bytes), unit: 1024 * 1024, digits: 1) + " MiB"
        }
    }

    /// `4 096`
    static func count(_ number: Int) -> String {
        var digits = String(number)[...]
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        return ([digits] + groups).joined(separator: " ")
    }

    static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// `text` on one line and without control characters: it may come from a function and go to a terminal.
    ///
    /// - Parameter keepingTabs: for what a program prints in columns; they can forge nothing.
    static func printable(_ text: String, keepingTabs: Bool = false) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.properties.generalCategory == .control && !(keepingTabs && scalar == "\t") ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// The beginning of `text`, on one line.
    static func shortened(_ text: String, to characters: Int) -> String {
        let line = self.printable(text)
        let beginning = line.prefix(characters)
        return beginning.endIndex == line.endIndex ? line : beginning + " …"
    }

    static func trimmed(_ text: String) -> String {
        let rest = text.drop { $0.isWhitespace }
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }

    /// The pieces, joined, on as few lines as are not wider; a piece that is wider has a line of its own.
    static func wrapped(_ pieces: [String], separator: String, to width: Int) -> [[String]] {
        var lines: [[String]] = []
        var used = 0
        for piece in pieces {
            let more = separator.count + piece.count
            if let last = lines.indices.last, used + more <= width {
                lines[last].append(piece)
                used += more
            } else {
                lines.append([piece])
                used = piece.count
            }
        }
        return lines
    }

    /// `value / unit` cut after `digits` places: an event must not seem to come later than it did.
    private static func decimal(_ value: Int64, unit: Int64, digits: Int) -> String {
        guard digits > 0 else { return String(value / unit) }
        let power: Int64 = digits == 1 ? 10 : 100
        let fraction = String(value % unit * power / unit)
        return "\(value / unit)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
