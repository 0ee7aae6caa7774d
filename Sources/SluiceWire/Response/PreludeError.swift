// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Why a prelude cannot be written, or what came is none.
package enum PreludeError: Error, Hashable {
    /// Neither 200 … 599, nor, where it was read, a number of that kind as text.
    case statusCodeOutOfRange(Int)
    case invalidHeaderName(String)
    /// A byte that no field value may hold; with CR or LF a value could add header fields of its own.
    case invalidHeaderValue(name: String, byte: UInt8)
    case invalidCookie(byte: UInt8)
    /// More than a source can be told that has no list of cookies.
    case tooManyCookies(limit: Int)
    /// JSON and delimiter together.
    case tooLong(bytes: Int, limitBytes: Int)
    /// So many bytes came, and no delimiter among them.
    case delimiterNotWithin(limitBytes: Int)
    case endedBeforeDelimiter(receivedBytes: Int)
    /// Fewer than eight NUL bytes, and more of the prelude after them.
    case nulInsideJSON(offset: Int)
    case notJSON(JSONError)
    /// `member` is the way to it, such as `headers["x-count"]`; the whole is "the prelude".
    case wrongKind(member: String, expected: String, found: String)
}

extension PreludeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .statusCodeOutOfRange(let code): "the status code \(code) is not within 200 to 599"
        case .invalidHeaderName(let name): "\(name.debugDescription) is not a valid header name"
        case .invalidHeaderValue(let name, let byte):
            "the value of header \"\(name)\" has \(Self.name(of: byte)), which no header value may have"
        case .invalidCookie(let byte): "a cookie has \(Self.name(of: byte)), which no header value may have"
        case .tooManyCookies(let limit): "there are more than \(limit) cookies"
        case .tooLong(let bytes, let limit):
            "status, headers and cookies take \(bytes) bytes as prelude; Lambda allows \(limit)"
        case .delimiterNotWithin(let limit):
            "the prelude is not followed by eight NUL bytes within the first \(limit) bytes"
        case .endedBeforeDelimiter(0):
            "the response ended without the prelude that its content type announces"
        case .endedBeforeDelimiter(let bytes):
            "the response ended after \(bytes) bytes, before the eight NUL bytes that end the prelude"
        case .nulInsideJSON(let offset):
            "the prelude has a NUL byte at \(offset) that is not part of the eight that end it"
        case .notJSON(let error): "the prelude is not JSON: \(error)"
        case .wrongKind(let member, let expected, let found): "\(member) must be \(expected), and is \(found)"
        }
    }

    private static func name(of byte: UInt8) -> String {
        switch byte {
        case 0x00: "a NUL"
        case 0x0A: "a line feed"
        case 0x0D: "a carriage return"
        default: "the control character 0x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
}
