// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

extension Timeline {
    /// How a time line is painted.
    struct Style: Hashable, Sendable {
        var barColumns: Int
        /// A line that is longer is broken between its facts: a narrow terminal would break it anywhere.
        var summaryColumns: Int
        var isColored: Bool

        /// - Parameter columns: how wide all of it may be.
        init(columns: Int = 80, isColored: Bool = false) {
            // Times and sizes need 31; a bar of less than 8 shows nothing, and one of over 80 no more.
            self.barColumns = min(max(8, columns - 36), 80)
            self.summaryColumns = max(8, columns - 2)
            self.isColored = isColored
        }
    }

    /// The whole picture: the connection, a scale, a row for each event, and the summary as the last line or lines.
    func lines(_ style: Style = Style()) -> [String] {
        let total = HumanText.time(self.total)
        let scale = HumanText.padded(total, to: max(style.barColumns, total.count + 2) - 1)
        var lines = self.connectionLines(style)
        lines.append(
            style.paint(
                .dim,
                HumanText.padded("at", to: 9) + HumanText.padded("gap", to: 10)
                    + HumanText.padded("size", to: 10) + "  0" + scale
            )
        )
        if let row = self.headRow { lines.append(self.line(row, style)) }
        let chunks = self.drawnChunks
        lines += chunks.beginning.map { self.line($0, style) }
        if chunks.omitted > 0 {
            let text = HumanText.padded("… \(HumanText.count(chunks.omitted)) more …", to: 29)
            lines.append(style.paint(.dim, text))
        }
        lines += chunks.latest.map { self.line($0, style) }
        if let row = self.endRow { lines.append(self.line(row, style)) }
        return lines + self.summaryLines(style)
    }

    private func connectionLines(_ style: Style) -> [String] {
        guard let connection else { return [] }
        let total = "connected in \(HumanText.time(connection.total))"
        let pieces =
            (connection.handshake.map { ["\(total),", "of which TLS \(HumanText.time($0));"] } ?? ["\(total);"])
            + ["then the request left, at 0"]
        return HumanText.wrapped(pieces, separator: " ", to: style.summaryColumns).map {
            style.paint(.dim, $0.joined(separator: " "))
        }
    }

    /// Status, time to the first byte, number of chunks, bytes, total time, and how it ended.
    func summary(_ style: Style = Style()) -> String {
        (self.facts + [self.paintedEnd(style)]).joined(separator: Self.separator)
    }

    private func summaryLines(_ style: Style) -> [String] {
        let pieces = self.facts + [self.endText]
        var lines = HumanText.wrapped(pieces, separator: Self.separator, to: style.summaryColumns)
        if let last = lines.popLast() { lines.append(last.dropLast() + [self.paintedEnd(style)]) }
        return lines.map { $0.joined(separator: Self.separator) }
    }

    private static let separator = " · "

    private var facts: [String] {
        [
            self.status.map { "status \($0)" } ?? "no answer",
            self.firstByte.map { "first byte \(HumanText.time($0))" } ?? "no bytes",
            HumanText.count(self.chunkCount) + (self.chunkCount == 1 ? " chunk" : " chunks"),
            HumanText.size(self.byteCount),
            "total \(HumanText.time(self.total))",
        ]
    }

    private var endText: String {
        HumanText.shortened(self.end?.description ?? "not ended", to: Limits.maximumShownErrorCharacters)
    }

    private func paintedEnd(_ style: Style) -> String { style.paint(self.isGood ? .green : .red, self.endText) }

    private var isGood: Bool { self.end == .complete }

    private func line(_ row: Row, _ style: Style) -> String {
        let label =
            switch row.kind {
            case .head: "head"
            case .chunk(let bytes): HumanText.size(bytes)
            case .end: "end"
            }
        let text =
            HumanText.padded(HumanText.time(row.time), to: 9)
            + style.paint(.dim, HumanText.padded(HumanText.time(row.time - row.previous), to: 10))
            + HumanText.padded(label, to: 10)
        return text + "  " + self.bar(row, style)
    }

    private func bar(_ row: Row, _ style: Style) -> String {
        let start = self.column(row.previous, style)
        let end = self.column(row.time, style)
        let color: TerminalStyle.Color =
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
    fileprivate func paint(_ color: TerminalStyle.Color, _ text: String) -> String {
        TerminalStyle(isColored: self.isColored).paint(color, text)
    }
}
