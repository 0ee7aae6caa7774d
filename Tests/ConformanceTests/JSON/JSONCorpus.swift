// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceWire

/// Random JSON values, texts of them in many spellings, and texts that were damaged afterwards; all from one seed.
struct JSONCorpus: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

    // MARK: Values

    mutating func value(depth: Int = 0) -> JSONValue {
        switch self.below(depth < 6 ? 10 : 6) {
        case 0: return .null
        case 1: return .bool(self.below(2) == 0)
        case 2, 3: return JSONNumber(text: self.numberText()).map(JSONValue.number) ?? .null
        case 4, 5: return .string(self.string())
        case 6, 7: return .array((0..<self.below(5)).map { _ in self.value(depth: depth + 1) })
        default:
            let members = (0..<self.below(self.below(12) == 0 ? 40 : 5)).map { _ in
                (self.string(), self.value(depth: depth + 1))
            }
            return .object(JSONObject(members))
        }
    }

    private mutating func numberText() -> String {
        var text = self.below(3) == 0 ? "-" : ""
        text += self.below(4) == 0 ? "0" : "\(1 + self.below(9))" + self.digits(self.below(self.below(8) == 0 ? 30 : 4))
        if self.below(3) == 0 { text += "." + self.digits(1 + self.below(6)) }
        if self.below(4) == 0 { text += ["e", "E", "e+", "E-"][self.below(4)] + self.digits(1 + self.below(4)) }
        return text
    }

    private mutating func digits(_ count: Int) -> String {
        String((0..<count).map { _ in Character("\(self.below(10))") })
    }

    private mutating func string() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<self.below(self.below(6) == 0 ? 40 : 6) {
            scalars.append(self.scalar())
        }
        return String(scalars)
    }

    private mutating func scalar() -> Unicode.Scalar {
        let value: Int
        switch self.below(12) {
        case 0: value = self.below(0x20)
        case 1: value = [0x22, 0x5C, 0x2F, 0x7F, 0][self.below(5)]
        case 2: value = 0x80 + self.below(0x780)
        case 3: value = 0x800 + self.below(0xD000)
        case 4: value = 0xE000 + self.below(0x2000)
        case 5: value = 0x10000 + self.below(0x100000)
        case 6: value = [0x65, 0x301, 0xE9, 0x2028, 0xFEFF, 0xFFFD, 0x1F600, 0x10FFFF][self.below(8)]
        default: value = 0x61 + self.below(26)
        }
        return Unicode.Scalar(UInt32(value)) ?? "?"
    }

    // MARK: Texts

    /// One of the many spellings of `value`: white space between, escapes where none are needed, members twice.
    mutating func text(of value: JSONValue) -> [UInt8] {
        var text: [UInt8] = []
        self.append(value, to: &text)
        self.space(&text)
        return text
    }

    private mutating func append(_ value: JSONValue, to text: inout [UInt8]) {
        self.space(&text)
        switch value {
        case .null, .bool, .number: text += Array(value.description.utf8)
        case .string(let string): self.append(string, to: &text)
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                self.append(element, to: &text)
                self.space(&text)
            }
            if elements.isEmpty { self.space(&text) }
            text.append(UInt8(ascii: "]"))
        case .object(let object):
            text.append(UInt8(ascii: "{"))
            for (position, member) in object.members.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                if self.below(20) == 0 {
                    self.space(&text)
                    self.append(member.name, to: &text)
                    text += Array(":[\"earlier\"],".utf8)
                }
                self.space(&text)
                self.append(member.name, to: &text)
                self.space(&text)
                text.append(UInt8(ascii: ":"))
                self.append(member.value, to: &text)
                self.space(&text)
            }
            if object.isEmpty { self.space(&text) }
            text.append(UInt8(ascii: "}"))
        }
    }

    private mutating func append(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for scalar in string.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if !mustEscape, self.below(6) > 0 {
                text += Array(String(scalar).utf8)
            } else if let short = Self.shortEscapes[scalar], self.below(2) == 0 {
                text += Array(short.utf8)
            } else {
                for unit in String(scalar).utf16 { text += Array(self.unicodeEscape(unit).utf8) }
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    private mutating func unicodeEscape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16, uppercase: self.below(2) == 0)
        return #"\u"# + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    private static let shortEscapes: [Unicode.Scalar: String] = [
        "\"": #"\""#, "\\": #"\\"#, "/": #"\/"#, "\u{8}": #"\b"#, "\u{C}": #"\f"#, "\n": #"\n"#, "\r": #"\r"#,
        "\t": #"\t"#,
    ]

    private mutating func space(_ text: inout [UInt8]) {
        for _ in 0..<max(0, self.below(8) - 5) { text.append([0x20, 0x0A, 0x0D, 0x09][self.below(4)]) }
    }

    // MARK: Damage

    private static let fragments: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "0", "00", "-", "+", ".", "e", "E", "1", "t", "true", "null",
            "\0",
            "\u{1F}", "NaN", "Infinity", "-Infinity", #""\ud800""#, #"\ud800"#, #"\udc00"#, #"\u12"#, #"\u00e"#, #"\x"#,
            "'", "/", "//", "\u{0B}", "\u{A0}", "\u{FEFF}", "\u{2028}", "\u{660}", "\u{7F}",
        ].map { Array($0.utf8) }
        + [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0x80], [0xF4, 0x90, 0x80, 0x80]]

    mutating func damaged(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0...self.below(3) {
            let position = self.below(text.count + 1)
            let end = min(text.count, position + self.below(4))
            switch self.below(6) {
            case 0, 1: text.insert(contentsOf: Self.fragments[self.below(Self.fragments.count)], at: position)
            case 2: text.replaceSubrange(position..<end, with: Self.fragments[self.below(Self.fragments.count)])
            case 3: text.removeSubrange(position..<end)
            case 4: if position < text.count { text[position] ^= 1 << UInt8(self.below(8)) }
            default: if self.below(4) == 0 { text.removeSubrange(position...) } else { text += text[position..<end] }
            }
        }
        return text
    }
}
