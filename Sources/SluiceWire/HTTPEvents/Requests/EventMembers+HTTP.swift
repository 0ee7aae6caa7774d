// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore

/// What the requests of several sources have in the same shape.
extension EventMembers {
    /// The version that the event names must be this one.
    func requireVersion(_ version: String) throws(HTTPEventError) {
        guard self.object["version"]?.stringValue == version else {
            throw .unknownVersion(self.object["version"]?.description, expected: version.debugDescription)
        }
    }

    func method(_ name: String) throws(HTTPEventError) -> String {
        let method = try self.requiredString(name)
        guard HTTPRequest.Method(method) != nil else { throw .invalidMethod(method) }
        return method
    }

    /// Names in lower case, as HTTP/2 has them and most sources send them; each value a field of its own.
    func fields(_ names: String...) throws(HTTPEventError) -> HTTPFields {
        var fields = HTTPFields()
        for (name, values) in try self.firstObject(of: names)?.pairs() ?? [] {
            // No token of HTTP begins with the colon of a pseudo header field, which would trap.
            guard let name = HTTPField.Name(name).flatMap({ HTTPField.Name($0.canonicalName) }) else {
                throw .invalidHeaderName(name)
            }
            for value in values {
                guard Prelude.forbiddenByte(in: value) == nil else {
                    throw .invalidHeaderValue(name: name.canonicalName)
                }
                guard fields.count < Limits.maximumEventFields else {
                    throw .tooManyHeaders(limit: Limits.maximumEventFields)
                }
                fields.append(HTTPField(name: name, value: value))
            }
        }
        return fields
    }

    /// The first of these members that there is: the one with several values for a name comes first, and says all that
    /// the other does.
    func firstObject(of names: [String]) throws(HTTPEventError) -> EventMembers? {
        for name in names {
            if let object = try self.objectIfPresent(name) { return object }
        }
        return nil
    }

    func body(isBase64 flag: String = "isBase64Encoded") throws(HTTPEventError) -> ByteBuffer {
        guard let text = try self.string("body") else { return ByteBuffer() }
        guard try self.boolean(flag) ?? false else { return ByteBuffer(string: text) }
        guard let bytes = Base64.decode(text.utf8) else { throw .bodyNotBase64 }
        return ByteBuffer(bytes: bytes)
    }
}

extension HTTPFields {
    /// The cookies of all `cookie` fields, one each.
    var cookiePairs: [String] {
        self[values: .cookie].flatMap { CookieField.cookies(in: $0) }
    }

    /// The address that the last proxy saw, without the port that some append to it.
    ///
    /// What stands in front of it came from the client, and is not to be trusted. (Elastic Load Balancing, "HTTP headers
    /// and Application Load Balancers", `X-Forwarded-For`.)
    var lastForwardedFor: String? {
        guard let value = self[values: Self.forwardedFor].last else { return nil }
        let last = value.utf8.reversed().prefix { $0 != UInt8(ascii: ",") }.reversed()
        let address = last.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        guard let first = address.first else { return nil }
        let colon = UInt8(ascii: ":")
        let host =
            if first == UInt8(ascii: "[") {
                address.dropFirst().prefix { $0 != UInt8(ascii: "]") }
            } else if address.count(where: { $0 == colon }) == 1 {
                address.prefix { $0 != colon }
            } else {
                address[...]
            }
        return host.isEmpty ? nil : String(decoding: host, as: UTF8.self)
    }

    private static let forwardedFor = RuntimeAPIHeader.known("x-forwarded-for")
}
