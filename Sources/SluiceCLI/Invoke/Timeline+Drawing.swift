// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

extension Timeline {
    /// How a time line is painted.
    struct Style: Hashable, Sendable {
        var barColumns = 44
        /// A summary that is longer goes on two lines: a narrow terminal would break it anywhere.
        var summaryColumns = 78
        var isColored = false
    }

    /// The whole picture: a scale, a row for each event, and the summary as the last line.
    func lines(_ style: Style = Style()) -> [String] {
        let scale = TimelineText.padded(TimelineText.time(self.total), to: style.barColumns - 1)
        var lines = [
            style.paint(
                .dim,
                TimelineText.padded("at", to: 9) + TimelineText.padded("gap", to: 10)
                    + TimelineText.padded("size", to: 10) + "  0" + scale
            )
        ]
        if let row = self.headRow { lines.append(self.line(row, style)) }
        let chunks = self.drawnChunks
        lines += chunks.beginning.map { self.line($0, style) }
        if chunks.omitted > 0 {
            let text = TimelineText.padded("… \(TimelineText.count(chunks.omitted)) more …", to: 29)
            lines.append(style.paint(.dim, text))
        }
        lines += chunks.latest.map { self.line($0, style) }
        if let row = self.endRow { lines.append(self.line(row, style)) }
        return lines + self.summaryLines(style)
    }

    private func summaryLines(_ style: Style) -> [String] {
        let isShort = self.facts.count + Self.separator.count + self.endText.count <= style.summaryColumns
        return isShort ? [self.summary(style)] : [self.facts, self.paintedEnd(style)]
    }

    /// Status, time to the first byte, number of chunks, bytes, total time, and how it ended.
    func summary(_ style: Style = Style()) -> String {
        self.facts + Self.separator + self.paintedEnd(style)
    }

    private static let separator = " · "

    private var facts: String {
        let chunks = TimelineText.count(self.chunkCount) + (self.chunkCount == 1 ? " chunk" : " chunks")
        let facts = [
            self.status.map { "status \($0)" } ?? "no answer",
            self.firstByte.map { "first byte \(TimelineText.time($0))" } ?? "no bytes",
            chunks,
            TimelineText.size(self.byteCount),
            "total \(TimelineText.time(self.total))",
        ]
        return facts.joined(separator: Self.separator)
    }

    private var endText: String { TimelineText.printable(self.end?.description ?? "not ended") }

    private func paintedEnd(_ style: Style) -> String { style.paint(self.isGood ? .green : .red, self.endText) }

    private var isGood: Bool { self.end == .complete }

    private func line(_ row: Row, _ style: Style) -> String {
        let label =
            switch row.kind {
            case .head: "head"
            case .chunk(let bytes): TimelineText.size(bytes)
            case .end: "end"
            }
        let text =
            TimelineText.padded(TimelineText.time(row.time), to: 9)
            + style.paint(.dim, TimelineText.padded(TimelineText.time(row.time - row.previous), to: 10))
            + TimelineText.padded(label, to: 10)
        return text + "  " + self.bar(row, style)
    }

    private func bar(_ row: Row, _ style: Style) -> String {
        let start = self.column(row.previous, style)
        let end = self.column(row.time, style)
        let color: Style.Color =
            switch row.kind {
            case .chunk: .cyan
            case .head: .dim
            case .end: self.isGood ? .green : .red
            }
        let gap = String(repeating: " ", count: start) + String(repeating: "─", count: max(0, end - start))
        let mark = row.kind == .end && !self.isGood ? "✗" : "█"
        return style.paint(.dim, gap) + style.paint(color, mark)
    }

    private func column(_ time: Duration, _ style: Style) -> Int {
        guard self.total > .zero else { return 0 }
        return min(max(0, Int(time / self.total * Double(style.barColumns - 1))), style.barColumns - 1)
    }
}

extension Timeline.Style {
    /// Select Graphic Rendition parameters (ECMA-48, section 8.3.117).
    fileprivate enum Color: String {
        case dim = "2"
        case red = "31"
        case green = "32"
        case cyan = "36"
    }

    fileprivate func paint(_ color: Color, _ text: String) -> String {
        self.isColored && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// Numbers for people, without Foundation.
enum TimelineText {
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
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 })
        )
    }

    /// `value / unit` cut after `digits` places: an event must not seem to come later than it did.
    private static func decimal(_ value: Int64, unit: Int64, digits: Int) -> String {
        guard digits > 0 else { return String(value / unit) }
        let power: Int64 = digits == 1 ? 10 : 100
        let fraction = String(value % unit * power / unit)
        return "\(value / unit)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
