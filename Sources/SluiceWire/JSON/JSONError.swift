// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Why bytes are not a JSON text that is read here, and at which byte, counted from zero.
package enum JSONError: Error, Hashable {
    /// More bytes than the caller allows; nothing was read.
    case tooLong(limitBytes: Int)
    /// The text ends inside a value, or has none.
    case unexpectedEnd(offset: Int)
    case unexpectedByte(UInt8, expected: Expectation, offset: Int)
    /// Something follows the value.
    case trailingBytes(offset: Int)
    /// Arrays and objects within each other, beyond the limit.
    case tooDeep(limit: Int, offset: Int)
    case invalidNumber(offset: Int)
    case invalidEscape(offset: Int)
    /// `\uD800` … `\uDFFF` that is no half of a pair. It stands for no character, and to replace it would change
    /// what the peer said without telling anybody; so it is refused.
    case loneSurrogate(offset: Int)
    /// A control character that stands in a string without an escape.
    case controlCharacter(UInt8, offset: Int)
    /// Also overlong forms and encoded surrogates. The offset is that of the string.
    case invalidUTF8(offset: Int)

    package enum Expectation: String, Hashable, Sendable {
        case value = "a value"
        case memberName = "a member name in double quotes"
        case memberNameOrEnd = "a member name in double quotes or '}'"
        case colon = "':'"
        case commaOrEndOfArray = "',' or ']'"
        case commaOrEndOfObject = "',' or '}'"
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let limit): "JSON of more than \(limit) bytes"
        case .unexpectedEnd(let offset): "JSON ends too early, at byte \(offset)"
        case .unexpectedByte(let byte, let expected, let offset):
            "JSON has \(Self.name(of: byte)) at byte \(offset), where \(expected.rawValue) should be"
        case .trailingBytes(let offset): "JSON value is complete, but more follows at byte \(offset)"
        case .tooDeep(let limit, let offset): "JSON is nested deeper than \(limit) levels at byte \(offset)"
        case .invalidNumber(let offset): "JSON has an invalid number at byte \(offset)"
        case .invalidEscape(let offset): "JSON has an invalid escape at byte \(offset)"
        case .loneSurrogate(let offset): "JSON has half of a surrogate pair at byte \(offset)"
        case .controlCharacter(let byte, let offset):
            "JSON has the control character \(Self.name(of: byte)) in a string at byte \(offset); it must be escaped"
        case .invalidUTF8(let offset): "JSON has a string that is not UTF-8 at byte \(offset)"
        }
    }

    private static func name(of byte: UInt8) -> String {
        if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
        let digits = String(byte, radix: 16, uppercase: true)
        return "0x" + (digits.utf8.count < 2 ? "0" : "") + digits
    }
}
