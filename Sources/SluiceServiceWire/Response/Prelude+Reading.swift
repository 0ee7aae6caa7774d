// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
package import SluiceWire

extension Prelude {
    /// Reads the JSON before the delimiter.
    package init(json: ByteBuffer) throws(PreludeError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: json, maximumBytes: Limits.maximumPreludeBytes)
        } catch {
            throw .notJSON(error)
        }
        guard let object = value.objectValue else {
            throw .wrongKind(member: "the prelude", expected: "an object", found: value.kind)
        }
        try self.init(object: object)
    }

    /// Reads the head of a response; the object may also be a buffered result.
    ///
    /// - `statusCode` is an integer, or one as text (a Function URL takes `"418"`), and 200 when it is absent: AWS
    ///   answered 200 to `{"status":200}`.
    /// - `headers` has strings only. What AWS makes of a number, an array or a boolean is not known; a developer is
    ///   better served by an error that names the header than by a guess that holds on this machine only.
    /// - `multiValueHeaders` replaces `headers` name by name, as on API Gateway.
    /// - `null` for one of the three collections counts as absent. Other members are ignored.
    /// - `set-cookie` among the headers goes to `cookies`.
    package init(object: JSONObject) throws(PreludeError) {
        self.init()
        if let statusCode = object["statusCode"] { self.statusCode = try Self.statusCode(statusCode) }

        var values: [(name: HTTPField.Name, values: [String])] = []
        for member in try Self.members(of: object["headers"], "headers") {
            let name = try Self.headerName(member.name)
            let value = try Self.string(member.value, "headers[\(member.name.debugDescription)]")
            values.append((name, [value]))
        }
        let multiValueHeaders = try Self.members(of: object["multiValueHeaders"], "multiValueHeaders")
        if !multiValueHeaders.isEmpty {
            let replacements = Set(
                try multiValueHeaders.map { (member) throws(PreludeError) in
                    try Self.headerName(member.name)
                }
            )
            values.removeAll { replacements.contains($0.name) }
        }
        for member in multiValueHeaders {
            let name = try Self.headerName(member.name)
            values.append(
                (name, try Self.strings(member.value, "multiValueHeaders[\(member.name.debugDescription)]"))
            )
        }

        self.cookies = try Self.strings(object["cookies"] ?? .null, "cookies").map { (cookie) throws(PreludeError) in
            try Self.checkedCookie(cookie)
        }
        for (name, values) in values {
            for value in values {
                if name == .setCookie {
                    self.cookies.append(try Self.checkedCookie(value))
                } else {
                    let value = try Self.checkedValue(value, of: name.rawName)
                    self.headers.append(HTTPField(name: name, value: value))
                }
            }
        }
    }

    private static func statusCode(_ value: JSONValue) throws(PreludeError) -> Int {
        guard let code = value.intValue ?? value.stringValue.flatMap({ JSONNumber(text: $0)?.int }) else {
            let found = value.stringValue.map(\.debugDescription) ?? (value.isNumber ? "\(value)" : value.kind)
            throw .wrongKind(member: "statusCode", expected: "an integer", found: found)
        }
        guard Self.statusCodes.contains(code) else { throw .statusCodeOutOfRange(code) }
        return code
    }

    private static func headerName(_ name: String) throws(PreludeError) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { throw .invalidHeaderName(name) }
        return name
    }

    private static func members(of value: JSONValue?, _ path: String) throws(PreludeError) -> [JSONObject.Member] {
        guard let value, !value.isNull else { return [] }
        guard let object = value.objectValue else {
            throw .wrongKind(member: path, expected: "an object", found: value.kind)
        }
        return object.members
    }

    private static func strings(_ value: JSONValue, _ path: @autoclosure () -> String) throws(PreludeError) -> [String]
    {
        if value.isNull { return [] }
        guard let elements = value.arrayValue else {
            throw .wrongKind(member: path(), expected: "an array of strings", found: value.kind)
        }
        var strings: [String] = []
        for (position, element) in elements.enumerated() {
            strings.append(try Self.string(element, "\(path())[\(position)]"))
        }
        return strings
    }

    /// - Parameter path: made for an error only.
    private static func string(_ value: JSONValue, _ path: @autoclosure () -> String) throws(PreludeError) -> String {
        guard let string = value.stringValue else {
            throw .wrongKind(member: path(), expected: "a string", found: value.kind)
        }
        return string
    }
}
