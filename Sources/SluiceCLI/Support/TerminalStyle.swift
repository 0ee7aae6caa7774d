// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Colours for a terminal (ECMA-48, section 8.3.117), or none.
struct TerminalStyle: Hashable, Sendable {
    var isColored: Bool

    enum Color: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    func paint(_ color: Color, _ text: String) -> String {
        self.isColored && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}
