// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

extension CommandWords {
    /// What in a command line means something to a shell and would be handed to the program as a word: an operator
    /// that stands by itself or begins a word, or a variable before the program. (Shell Command Language, 2.3, 2.7, 2.9.)
    ///
    /// Only what is plain to see counts: `a|b`, `$HOME` and `*` may well be meant as they are.
    static func shellOperation(in text: some StringProtocol) -> String? {
        let words = Self.visibleWords(text)
        if let first = words.first, words.count > 1, VariableAssignment(first) != nil { return first }
        for word in words {
            if Self.operators.contains(word) || [">", "<", "2>"].contains(where: word.hasPrefix) { return word }
            if word.count > 1, word.last == ";" { return ";" }
        }
        return nil
    }

    private static let operators: Set<String> = ["&&", "||", "|", "|&", ";", "&", "1>&2"]

    /// The words as they are written; what a quote or a backslash takes the meaning from is a placeholder.
    private static func visibleWords(_ text: some StringProtocol) -> [String] {
        var words: [String] = [""]
        var quote: Unicode.Scalar?
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            switch (quote, scalar) {
            case (nil, " "), (nil, "\t"), (nil, "\n"), (nil, "\r"):
                words.append("")
            case (nil, "'"), (nil, "\""):
                quote = scalar
                words[words.count - 1].append(Self.placeholder)
            case (let open?, scalar) where open == scalar:
                quote = nil
            case (_, "\\") where quote != "'":
                _ = rest.popFirst()
                words[words.count - 1].append(Self.placeholder)
            case (nil, _):
                words[words.count - 1].unicodeScalars.append(scalar)
            default:
                words[words.count - 1].append(Self.placeholder)
            }
        }
        return words.filter { !$0.isEmpty }
    }

    private static let placeholder: Character = "\u{FFFD}"
}
