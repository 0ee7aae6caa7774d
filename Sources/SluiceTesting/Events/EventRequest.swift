// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceWire

/// An HTTP request on its way to becoming an event.
struct EventRequest {
    let method: HTTPRequest.Method
    let target: String
    let headers: HTTPFields
    let cookies: [String]
    let body: ByteBuffer

    static let host = "example.com"
    static let sourceIP = "203.0.113.7"
    static let traceID = "Root=1-67891233-abcdef012345678912345678"
    static let accountID = "123456789012"
    /// 2026-01-01T00:00:00Z, where a test's time begins.
    static let milliseconds = 1_767_225_600_000

    var path: String { String(self.target.prefix { $0 != "?" }) }
    var query: String { String(self.target.drop { $0 != "?" }.dropFirst()) }

    /// All fields, in lower case, with the cookies as one and what each source adds.
    var fields: HTTPFields {
        var fields = HTTPFields()
        for field in self.headers {
            fields.append(HTTPField(name: HTTPField.Name(field.name.canonicalName) ?? field.name, value: field.value))
        }
        if !self.cookies.isEmpty {
            fields.append(HTTPField(name: Self.known("cookie"), value: self.cookies.joined(separator: "; ")))
        }
        for (name, value) in Self.added where fields[name] == nil {
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    private static let added: [(HTTPField.Name, String)] = [
        (known("host"), Self.host), (known("x-forwarded-for"), Self.sourceIP), (known("x-forwarded-port"), "443"),
        (known("x-forwarded-proto"), "https"),
    ]

    private static func known(_ name: StaticString) -> HTTPField.Name { RuntimeAPIHeader.known(name) }

    // MARK: As JSON

    /// Of a field that repeats, the last value, as sources with one value for each have it.
    var headerObject: JSONValue {
        .object(JSONObject(self.fields.map { ($0.name.rawName, .string($0.value)) }))
    }

    var headerLists: JSONValue { Self.lists(self.fields.map { ($0.name.rawName, $0.value) }) }

    /// - Parameter isDecoded: as API Gateway has it; a load balancer leaves names and values encoded.
    func parameters(isDecoded: Bool) -> [(String, String)] {
        self.query.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let pair = (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            return isDecoded ? (Self.decoded(pair.0), Self.decoded(pair.1)) : pair
        }
    }

    private static func decoded(_ text: String) -> String {
        String(decoding: QueryString.decoded(Substring(text).utf8), as: UTF8.self)
    }

    static func object(_ pairs: [(String, String)]) -> JSONValue {
        .object(JSONObject(pairs.map { ($0.0, .string($0.1)) }))
    }

    static func lists(_ pairs: [(String, String)]) -> JSONValue {
        var lists = JSONObject()
        for (name, value) in pairs {
            lists[name] = .array((lists[name]?.arrayValue ?? []) + [.string(value)])
        }
        return .object(lists)
    }

    /// The body as text, or as base64 where it is none.
    var bodyText: (text: JSONValue, isBase64: Bool) {
        guard self.body.readableBytes > 0 else { return (.null, false) }
        if let text = String(validating: self.body.readableBytesView, as: UTF8.self) { return (.string(text), false) }
        return (.string(Base64.encode(self.body.readableBytesView)), true)
    }
}

extension JSONObject {
    /// Where a source says `null` when there is none.
    mutating func setOrNull(_ name: String, _ value: JSONValue) {
        self[name] = value.objectValue?.isEmpty ?? false ? .some(.null) : value
    }
}
