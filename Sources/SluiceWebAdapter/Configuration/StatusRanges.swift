// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Status codes and ranges of them, as `200-399,404`.
package struct StatusRanges: Hashable, Sendable, CustomStringConvertible {
    private var ranges: [ClosedRange<Int>] = []

    package init(_ ranges: [ClosedRange<Int>] = []) { self.ranges = ranges }

    /// `nil` unless each part is a code, 100 to 599, or two of them with a hyphen between, the lower one first.
    package init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Self.code($0) }
            switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
            case (1, let code?, _): self.ranges.append(code...code)
            case (2, let first?, let last?) where first <= last: self.ranges.append(first...last)
            default: return nil
            }
        }
    }

    private static func code(_ text: Substring) -> Int? {
        let digits = text.utf8.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
        guard digits.count == 3, let code = Int(Substring(digits)), (100...599).contains(code) else { return nil }
        return text.utf8.allSatisfy { $0 == 0x20 || (0x30...0x39).contains($0) } ? code : nil
    }

    package func contains(_ code: Int) -> Bool { self.ranges.contains { $0.contains(code) } }
    package var isEmpty: Bool { self.ranges.isEmpty }

    package var description: String {
        self.ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}
