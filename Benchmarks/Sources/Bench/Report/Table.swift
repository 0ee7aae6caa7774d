// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A candidate beside its floor: every round's value of every row.
struct Table {
    let title: String
    let candidate: String
    let rows: [Row]
    var floor: [Figure: [Double]] = [:]
    var measured: [Figure: [Double]] = [:]

    /// - Parameter asks: Whether the rows are held against their targets.
    init(title: String, candidate: String, rows: [Row], asks: Bool) {
        let rows = asks ? rows : rows.map { Row($0.figure, $0.title) }
        self.title = title
        self.candidate = candidate
        #if os(Linux)
        self.rows = rows
        #else
        self.rows = rows.filter { !$0.figure.isOfLinux }
        #endif
    }

    mutating func add(floor sample: Sample) {
        for (figure, value) in sample { self.floor[figure, default: []].append(value) }
    }

    mutating func add(measured sample: Sample) {
        for (figure, value) in sample { self.measured[figure, default: []].append(value) }
    }

    /// Rows of which nothing was measured.
    var missing: [Row] { self.rows.filter { self.measured[$0.figure, default: []].isEmpty } }

    func ratio(_ row: Row) -> Double? {
        guard let floor = self.floor[row.figure]?.median, let measured = self.measured[row.figure]?.median, floor > 0
        else {
            return nil
        }
        return measured / floor
    }

    func isMet(_ row: Row) -> Bool? {
        let pair: (value: Double, wanted: Double)? =
            switch row.target {
            case .timesFloor(let wanted): self.ratio(row).map { ($0, wanted) }
            case .value(let wanted): self.measured[row.figure].map { ($0.median, wanted) }
            case nil: nil
            }
        return pair.map { row.figure.isRate ? $0.value >= $0.wanted : $0.value <= $0.wanted }
    }

    func text() -> String {
        var lines = [
            "", self.title,
            ["", "floor", self.candidate, "ratio", self.rows.contains { $0.target != nil } ? "target" : "", ""]
                .laidOut(),
        ]
        for row in self.rows {
            let verdict = self.isMet(row).map { $0 ? "met" : "not yet" } ?? ""
            lines.append(
                [
                    row.title, Self.cell(self.floor[row.figure]), Self.cell(self.measured[row.figure]),
                    self.ratio(row).map { "\($0.short)×" } ?? "–", row.targetText, verdict,
                ].laidOut()
            )
        }
        return lines.joined(separator: "\n")
    }

    private static func cell(_ values: [Double]?) -> String {
        guard let values, let least = values.min(), let most = values.max() else { return "–" }
        return values.count == 1 ? values.median.short : "\(values.median.short) (\(least.short)–\(most.short))"
    }
}

extension Row {
    var targetText: String {
        let sign = self.figure.isRate ? "≥" : "≤"
        return switch self.target {
        case .timesFloor(let wanted): "\(sign) \(wanted.short)×"
        case .value(let wanted): "\(sign) \(wanted.short)"
        case nil: ""
        }
    }
}

extension Double {
    /// Three digits that count, at least.
    var short: String {
        guard self.isFinite, abs(self) < 1e12 else { return "–" }
        let decimals = abs(self) >= 100 ? 0 : abs(self) >= 10 ? 1 : 2
        let scale = [1.0, 10.0, 100.0][decimals]
        let scaled = Int((abs(self) * scale).rounded())
        let sign = self < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int(scale))
        return "\(sign)\(scaled / Int(scale)).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}

extension [String] {
    /// The first at the left, the others at the right of their columns.
    fileprivate func laidOut() -> String {
        let widths = [42, 22, 24, 8, 9, 9]
        return zip(self, widths).enumerated().map { index, column in
            let space = String(repeating: " ", count: Swift.max(0, column.1 - column.0.count))
            return index == 0 ? column.0 + space : space + column.0
        }.joined()
    }
}
