// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The words of a command, with quotes as in a shell. Started without one, which would take part in what is measured.
func words(of command: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in command {
        switch character {
        case quote: quote = nil
        case "'",
            "\"" where quote == nil:
            quote = character
            word = word ?? ""
        case " " where quote == nil:
            words += word.map { [$0] } ?? []
            word = nil
        default: word = (word ?? "") + String(character)
        }
    }
    return words + (word.map { [$0] } ?? [])
}
