// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Splits a command line into words by the quoting rules of POSIX (Shell Command Language, 2.2), and does nothing
/// else that a shell does: no variables, no patterns, no operators.
///
/// It reads Unicode scalars, not characters: a quote that an accent follows is a quote all the same.
enum CommandWords {
    enum Problem: Error, Hashable {
        /// A quote has no partner.
        case unclosedQuote(Character)
        /// The text ends with a backslash that quotes nothing.
        case danglingBackslash
    }

    private typealias Text = Substring.UnicodeScalarView

    static func split(_ text: some StringProtocol) throws(Problem) -> [String] {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case " ", "\t", "\n", "\r":
                if let finished = word { words.append(String(finished)) }
                word = nil
            case "\\":
                guard let quoted = rest.popFirst() else { throw .danglingBackslash }
                // A quoted newline joins two lines.
                if quoted != "\n" { word = (word ?? .init()) + [quoted] }
            case "'":
                word = (word ?? .init()) + (try Self.singleQuoted(&rest))
            case "\"":
                word = (word ?? .init()) + (try Self.doubleQuoted(&rest))
            default:
                word = (word ?? .init()) + [scalar]
            }
        }
        if let finished = word { words.append(String(finished)) }
        return words
    }

    private static func singleQuoted(_ rest: inout Text) throws(Problem) -> [Unicode.Scalar] {
        var text: [Unicode.Scalar] = []
        while let scalar = rest.popFirst() {
            if scalar == "'" { return text }
            text.append(scalar)
        }
        throw .unclosedQuote("'")
    }

    /// Between double quotes a backslash quotes only these; before anything else it stands for itself.
    private static let quotable: Set<Unicode.Scalar> = ["$", "`", "\"", "\\", "\n"]

    private static func doubleQuoted(_ rest: inout Text) throws(Problem) -> [Unicode.Scalar] {
        var text: [Unicode.Scalar] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"":
                return text
            case "\\":
                guard let next = rest.popFirst() else { throw .unclosedQuote("\"") }
                if !Self.quotable.contains(next) { text.append(scalar) }
                if next != "\n" { text.append(next) }
            default:
                text.append(scalar)
            }
        }
        throw .unclosedQuote("\"")
    }
}
