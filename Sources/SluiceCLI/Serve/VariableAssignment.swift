// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser

/// `NAME=VALUE`, as `--env` and the lines of an `--env-file` give it.
struct VariableAssignment: Hashable {
    let name: String
    let value: String

    /// `nil` when there is no `=`, or no valid name before it.
    init?(_ text: some StringProtocol) {
        guard let mark = text.firstIndex(of: "=") else { return nil }
        let name = text[..<mark]
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            name.utf8.allSatisfy(Self.isNameByte)
        else { return nil }
        self.name = String(name)
        self.value = String(text[text.index(after: mark)...])
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// One assignment a line; blank lines and lines that begin with `#` are skipped, a leading `export ` too, and a
    /// value in one pair of quotes loses them.
    static func parse(file text: String, path: String) throws -> [Self] {
        var assignments: [Self] = []
        // Not by "\n": in Swift a CRLF is one character, and files from Windows have them.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var line = Self.trimmed(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = Self.trimmed(line.dropFirst("export ".count)) }
            guard let assignment = Self(line) else {
                throw ValidationError(
                    "--env-file \(path), line \(index + 1): K=V is expected, with a name of letters, digits and _."
                )
            }
            assignments.append(assignment.unquoted)
        }
        return assignments
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }

    private init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    private var unquoted: Self {
        guard self.value.count >= 2, let quote = self.value.first, quote == "\"" || quote == "'",
            self.value.last == quote
        else { return self }
        return Self(name: self.name, value: String(self.value.dropFirst().dropLast()))
    }
}
