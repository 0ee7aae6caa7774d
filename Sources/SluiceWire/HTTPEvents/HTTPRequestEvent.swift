// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore

/// An HTTP request as a function gets it: the event of a Function URL, or of an HTTP API with payload format 2.0.
package struct HTTPRequestEvent: Hashable, Sendable {
    package var method: String
    /// Not decoded.
    package var rawPath: String
    /// Not decoded, without the `?`; empty when there is none.
    package var rawQuery: String
    /// With a `cookie` field made of `cookies`, so that it is the request that the caller sent.
    package var headers: HTTPFields
    package var cookies: [String]
    package var body: ByteBuffer
    package var sourceIP: String?
    package var domainName: String?
    /// All of `requestContext`, for what has no member of its own here.
    package var requestContext: JSONObject

    /// Path and query, as in a request line.
    package var target: String { self.rawQuery.isEmpty ? self.rawPath : self.rawPath + "?" + self.rawQuery }

    package init(json: ByteBuffer) throws(HTTPEventError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: json)
        } catch {
            throw .notJSON(error)
        }
        try self.init(value)
    }

    package init(_ value: JSONValue) throws(HTTPEventError) {
        guard let object = value.objectValue else {
            throw .wrongKind(member: "the event", expected: "an object", found: value.kind)
        }
        let event = EventMembers(object, path: "")
        // Other events have other members, and none of them this version.
        guard event.object["version"] == "2.0" else {
            throw .notFormat2(version: event.object["version"]?.description)
        }
        let context = try event.requiredObject("requestContext")
        let http = try context.requiredObject("http")
        self.method = try http.requiredString("method")
        guard HTTPRequest.Method(self.method) != nil else { throw .invalidMethod(self.method) }
        self.sourceIP = try http.string("sourceIp")
        self.domainName = try context.string("domainName")
        self.requestContext = context.object
        self.rawPath = try event.requiredString("rawPath")
        self.rawQuery = try event.string("rawQueryString") ?? ""
        self.headers = try Self.headers(event)
        self.cookies = try event.strings("cookies") ?? []
        self.body = try Self.body(event)

        if self.cookies.isEmpty {
            self.cookies = self.headers[.cookie].map(FunctionURLEvent.cookies(in:)) ?? []
        } else {
            self.headers[.cookie] = self.cookies.joined(separator: "; ")
        }
    }

    private static func headers(_ event: EventMembers) throws(HTTPEventError) -> HTTPFields {
        var fields = HTTPFields()
        guard let headers = try event.objectIfPresent("headers") else { return fields }
        for member in headers.object.members {
            guard let name = HTTPField.Name(member.name) else { throw .invalidHeaderName(member.name) }
            let value = try headers.requiredString(member.name)
            guard Prelude.forbiddenByte(in: value) == nil else { throw .invalidHeaderValue(name: member.name) }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    private static func body(_ event: EventMembers) throws(HTTPEventError) -> ByteBuffer {
        guard let text = try event.string("body") else { return ByteBuffer() }
        guard try event.boolean("isBase64Encoded") ?? false else { return ByteBuffer(string: text) }
        guard let bytes = Base64.decode(text.utf8) else { throw .bodyNotBase64 }
        return ByteBuffer(bytes: bytes)
    }
}

/// Why an event is no HTTP request.
package enum HTTPEventError: Error, Hashable {
    case notJSON(JSONError)
    /// `member` is the way to it, such as `requestContext.http`.
    case missing(member: String)
    case wrongKind(member: String, expected: String, found: String)
    case notFormat2(version: String?)
    case invalidMethod(String)
    case invalidHeaderName(String)
    case invalidHeaderValue(name: String)
    case bodyNotBase64
}

extension HTTPEventError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "the event is not JSON: \(error)"
        case .missing(let member): "the event has no \(member)"
        case .wrongKind(let member, let expected, let found): "\(member) must be \(expected), and is \(found)"
        case .notFormat2(let version):
            "the event is not an HTTP request of payload format 2.0: its version is \(version ?? "missing")"
        case .invalidMethod(let method): "requestContext.http.method is \(method.debugDescription), which is no method"
        case .invalidHeaderName(let name): "headers has \(name.debugDescription), which is not a valid header name"
        case .invalidHeaderValue(let name):
            "headers[\(name.debugDescription)] has characters that no header value may have"
        case .bodyNotBase64: "body is not valid base64, though isBase64Encoded is true"
        }
    }
}
