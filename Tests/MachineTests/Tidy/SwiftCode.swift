// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Swift without what is not code: comments and the text of string literals become spaces, so that every line and
/// every column stays where it was. What stands in an interpolation is code and stays.
struct SwiftCode {
    private let source: [UInt8]
    private var code: [UInt8]
    private var position = 0

    static func strip(_ text: String) -> String {
        var code = SwiftCode(text)
        code.stripCode(untilParenthesis: false)
        return String(decoding: code.code, as: UTF8.self)
    }

    private init(_ text: String) {
        self.source = Array(text.utf8)
        self.code = self.source
    }

    private func starts(with text: StaticString, at offset: Int = 0) -> Bool {
        let start = self.position + offset
        guard start + text.utf8CodeUnitCount <= self.source.count else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { self.source[start + $0] == text.utf8Start[$0] }
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where self.position < self.source.count {
            if self.source[self.position] != UInt8(ascii: "\n") {
                self.code[self.position] = UInt8(ascii: " ")
            }
            self.position += 1
        }
    }

    /// Passes over code to the end of the file, or past the parenthesis that ends an interpolation.
    private mutating func stripCode(untilParenthesis: Bool) {
        var depth = 0
        while self.position < self.source.count {
            if self.starts(with: "//") {
                while self.position < self.source.count, self.source[self.position] != UInt8(ascii: "\n") {
                    self.blank()
                }
            } else if self.starts(with: "/*") {
                self.stripBlockComment()
            } else if let hashes = self.hashesOfLiteral() {
                self.stripLiteral(hashes: hashes)
            } else {
                switch self.source[self.position] {
                case UInt8(ascii: "("): depth += 1
                case UInt8(ascii: ")"):
                    depth -= 1
                    if untilParenthesis, depth < 0 { return }
                default: break
                }
                self.position += 1
            }
        }
    }

    /// Block comments nest.
    private mutating func stripBlockComment() {
        var depth = 0
        repeat {
            if self.starts(with: "/*") {
                depth += 1
                self.blank(2)
            } else if self.starts(with: "*/") {
                depth -= 1
                self.blank(2)
            } else {
                self.blank()
            }
        } while depth > 0 && self.position < self.source.count
    }

    /// The number of `#` before the quote of a literal that begins here.
    private func hashesOfLiteral() -> Int? {
        var offset = 0
        while self.starts(with: "#", at: offset) { offset += 1 }
        return self.starts(with: "\"", at: offset) ? offset : nil
    }

    private func hashesFollow(_ count: Int, at offset: Int) -> Bool {
        (0..<count).allSatisfy { self.starts(with: "#", at: offset + $0) }
    }

    private mutating func stripLiteral(hashes: Int) {
        self.position += hashes
        // `""` alone is an empty literal; three quotes open one of several lines.
        let quotes = self.starts(with: "\"\"\"") ? 3 : 1
        self.position += quotes
        while self.position < self.source.count {
            if self.starts(with: "\\"), self.hashesFollow(hashes, at: 1) {
                if self.starts(with: "(", at: 1 + hashes) {
                    self.blank(2 + hashes)
                    self.stripCode(untilParenthesis: true)
                    self.blank()
                } else {
                    self.blank(2 + hashes)
                }
            } else if quotes == 3 ? self.starts(with: "\"\"\"") : self.starts(with: "\""),
                self.hashesFollow(hashes, at: quotes)
            {
                self.position += quotes + hashes
                return
            } else if quotes == 1, self.source[self.position] == UInt8(ascii: "\n") {
                // Not a literal after all: it would have ended on its line.
                return
            } else {
                self.blank()
            }
        }
    }
}
