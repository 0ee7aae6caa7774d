// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A text cut to a number of bytes, counted as they stand in a JSON string of ours.
enum ShortenedText {
    /// `text`, or as many of its characters as fit together with the mark of what is missing.
    static func of(_ text: String, escapedBytes limit: Int) -> String {
        // At most six bytes stand for one.
        if text.utf8.count <= limit / 6 || self.escapedBytes(of: text) <= limit { return text }
        let mark: Unicode.Scalar = "…"
        var room = limit - self.escapedBytes(of: mark)
        var kept = String.UnicodeScalarView()
        guard room >= 0 else { return "" }
        for scalar in text.unicodeScalars {
            room -= self.escapedBytes(of: scalar)
            if room < 0 { break }
            kept.append(scalar)
        }
        kept.append(mark)
        return String(kept)
    }

    static func escapedBytes(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + self.escapedBytes(of: $1) }
    }

    /// At most this many bytes stand for `scalar` in a JSON string of ours.
    private static func escapedBytes(of scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "\u{0}"..."\u{1F}": 6
        case "\"", "\\": 2
        default: UTF8.width(scalar)
        }
    }
}
