// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Stands where a language model would: the same prompt has the same answer, in tokens of a word each.
struct Model {
    let tokens: [String]
    let thinkingTime: Duration

    init(prompt: String) {
        let text = prompt.isEmpty ? Self.answer : "You asked: “\(prompt.prefix(200))”\n\n\(Self.answer)"
        self.tokens = Self.words(of: text)
        self.thinkingTime = prompt.hasPrefix("Think") ? .seconds(25) : .milliseconds(400)
    }

    /// Each with the white space behind it.
    private static func words(of text: String) -> [String] {
        var words: [String] = []
        var isBetween = true
        for character in text {
            if isBetween && !character.isWhitespace {
                words.append("")
            }
            isBetween = character.isWhitespace
            if words.isEmpty { words.append("") }
            words[words.count - 1].append(character)
        }
        return words
    }

    private static let answer = """
        I am not a model, but I stream like one. Every word you see left the function as an event of its own, and your \
        browser has it before the next one is written. Nothing on the way gathers them.

        Each event carries a number. When the connection breaks, because a train goes into a tunnel or because Lambda’s \
        time is up, the browser connects again by itself and says which number it saw last. The function goes on from \
        there, and you find no seam in this text.

        While I think, a comment goes over the line every ten seconds. You do not see it; it only tells the proxies \
        between us that somebody is still there.

        And when you have read enough, press Stop.
        """
}
