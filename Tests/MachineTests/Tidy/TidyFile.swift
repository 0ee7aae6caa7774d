// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation

/// A file as the rules see it.
struct TidyFile: Sendable {
    /// From the root of the repository.
    let path: String
    let text: String
    /// Without comments and the text of literals.
    let code: String
    /// Whether it may be executed, where the repository says so.
    var isExecutable: Bool?
    let byteCount: Int

    init(_ path: String, _ text: String, isExecutable: Bool? = nil, byteCount: Int? = nil) {
        self.path = path
        self.text = text
        self.code = path.hasSuffix(".swift") ? SwiftCode.strip(text) : text
        self.isExecutable = isExecutable
        self.byteCount = byteCount ?? text.utf8.count
    }

    var name: String { String(self.path.split(separator: "/").last ?? "") }
    var isSwift: Bool { self.path.hasSuffix(".swift") }
    var isSource: Bool { self.path.hasPrefix("Sources/") && self.isSwift }
    /// What measures the rest; held to the rules that keep code readable.
    var isBenchmark: Bool { self.path.hasPrefix("Benchmarks/Sources/") && self.isSwift }
    var isTest: Bool { self.path.hasPrefix("Tests/") && self.isSwift }
    var isMarkdown: Bool { self.path.hasSuffix(".md") }

    /// The folder below `Sources`.
    var target: String? {
        let parts = self.path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    var lines: [Substring] { self.text.split(separator: "\n", omittingEmptySubsequences: false) }
    var codeLines: [Substring] { self.code.split(separator: "\n", omittingEmptySubsequences: false) }

    var lineCount: Int { self.text.hasSuffix("\n") ? self.lines.count - 1 : self.lines.count }

    func line(at index: String.Index, in text: String) -> Int {
        text.utf8[..<index].count { $0 == UInt8(ascii: "\n") } + 1
    }

    /// Where a pattern occurs, in the code unless another text is given, and what its first group holds.
    func matches(_ pattern: TidyPattern, in text: String? = nil) -> [(
        line: Int, range: Range<String.Index>, group: String
    )] {
        let text = text ?? self.code
        return pattern.ranges(in: text).map { ranges in
            (
                self.line(at: ranges.whole.lowerBound, in: text), ranges.whole,
                ranges.group.map { String(text[$0]) } ?? ""
            )
        }
    }

    func finding(_ line: Int, _ what: String) -> TidyFinding {
        TidyFinding(path: self.path, line: line, what: what)
    }
}

/// A regular expression of ICU's, which is fast in a debug build too.
struct TidyPattern: @unchecked Sendable, ExpressibleByStringLiteral {
    private let expression: NSRegularExpression

    init(stringLiteral pattern: String) {
        do {
            self.expression = try NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines])
        } catch {
            fatalError("the pattern \(pattern) is none: \(error)")
        }
    }

    func ranges(in text: String) -> [(whole: Range<String.Index>, group: Range<String.Index>?)] {
        let all = NSRange(text.startIndex..., in: text)
        return self.expression.matches(in: text, range: all).compactMap { match in
            guard let whole = Range(match.range, in: text) else { return nil }
            let group = match.numberOfRanges > 1 ? Range(match.range(at: 1), in: text) : nil
            return (whole, group)
        }
    }
}

/// One breach of a rule.
struct TidyFinding: Sendable, Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    /// The rule, and what to do.
    let what: String

    var description: String { "\(self.path):\(self.line): \(self.what)" }
}
