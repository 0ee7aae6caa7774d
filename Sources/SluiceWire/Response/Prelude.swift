// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore

/// Status, headers and cookies of a streamed HTTP response: a JSON object and eight NUL bytes before the body.
///
/// Sources: Lambda Developer Guide, "Response streaming" tutorial; API Gateway Developer Guide, "Lambda proxy
/// integration with response streaming". Only `statusCode`, `headers` and `cookies` are written, since Function URLs
/// document no more.
package struct Prelude: Hashable, Sendable {
    package var statusCode: Int
    /// Without `set-cookie`, when it was read.
    package var headers: HTTPFields
    /// Values of `Set-Cookie`, one each.
    package var cookies: [String]

    package init(statusCode: Int = 200, headers: HTTPFields = [:], cookies: [String] = []) {
        self.statusCode = statusCode
        self.headers = headers
        self.cookies = cookies
    }

    /// What may stand as the status of a response. Codes below 200 are interim responses, and no function has a way
    /// to send the final one after them.
    package static let statusCodes = 200...599

    /// Writes the JSON and its delimiter.
    ///
    /// Names are written in lower case; a name that comes several times is one member with the values joined by
    /// `, ` (RFC 9110, section 5.3), but `set-cookie`, which cannot be joined, goes to `cookies`.
    package func write(to buffer: inout ByteBuffer) throws(PreludeError) {
        var json = try self.object().serialized()
        let length = json.readableBytes + Limits.preludeDelimiterBytes
        guard length <= Limits.maximumPreludeBytes else {
            throw .tooLong(bytes: length, limitBytes: Limits.maximumPreludeBytes)
        }
        buffer.writeBuffer(&json)
        buffer.writeRepeatingByte(0, count: Limits.preludeDelimiterBytes)
    }

    private func object() throws(PreludeError) -> JSONObject {
        guard Self.statusCodes.contains(self.statusCode) else { throw .statusCodeOutOfRange(self.statusCode) }
        var headers = JSONObject()
        var cookies: [JSONValue] = []
        for cookie in self.cookies { cookies.append(.string(try Self.checkedCookie(cookie))) }
        for field in self.headers {
            if field.name == .setCookie {
                cookies.append(.string(try Self.checkedCookie(field.value)))
                continue
            }
            let value = try Self.checkedValue(field.value, of: field.name.canonicalName)
            if let earlier = headers[field.name.canonicalName]?.stringValue {
                headers[field.name.canonicalName] = .string(earlier + ", " + value)
            } else {
                headers[field.name.canonicalName] = .string(value)
            }
        }
        var object: JSONObject = ["statusCode": .number(JSONNumber(self.statusCode))]
        if !headers.isEmpty { object["headers"] = .object(headers) }
        if !cookies.isEmpty { object["cookies"] = .array(cookies) }
        return object
    }

    package static func checkedValue(_ value: String, of name: String) throws(PreludeError) -> String {
        guard let byte = Self.forbiddenByte(in: value) else { return value }
        throw .invalidHeaderValue(name: name, byte: byte)
    }

    package static func checkedCookie(_ value: String) throws(PreludeError) -> String {
        guard let byte = Self.forbiddenByte(in: value) else { return value }
        throw .invalidCookie(byte: byte)
    }

    /// A field value is visible ASCII, space, tab and bytes over 0x7F (RFC 9110, section 5.5).
    static func forbiddenByte(in value: String) -> UInt8? {
        value.utf8.first { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }
    }
}
