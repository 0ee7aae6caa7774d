// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
internal import SluiceWire

/// Which pages of other origins may call a Function URL, in Lambda's own terms. (Lambda API, `Cors`.)
///
/// In each of the lists `*` stands for everything.
package struct CORSConfiguration: Hashable, Sendable {
    /// Whether pages may send cookies and other credentials.
    package var allowCredentials = false
    package var allowHeaders: [String] = []
    package var allowMethods: [String] = []
    package var allowOrigins: [String] = []
    package var exposeHeaders: [String] = []
    /// How long a browser may remember the answer to a preflight, in seconds; `nil` says nothing of it.
    package var maxAgeSeconds: Int?

    package init() {}

    /// What suits development: these origins may do everything but send credentials.
    package init(allowingEverythingFrom origins: [String]) {
        self.allowOrigins = origins
        self.allowMethods = ["*"]
        self.allowHeaders = ["*"]
        self.exposeHeaders = ["*"]
    }

    /// Reads the object that `Cors` is in Lambda's API. Each member may be missing; no other may be there.
    package init(json: ByteBuffer) throws(CORSConfigurationError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: json)
        } catch {
            throw .notJSON(error)
        }
        guard case .object(let object) = value else { throw .notAnObject(found: value.kind) }
        for member in object.members {
            guard let name = CORSMember(rawValue: member.name) else { throw .unknownMember(member.name) }
            try self.set(name, to: member.value)
        }
        try self.validate()
    }

    private mutating func set(_ member: CORSMember, to value: JSONValue) throws(CORSConfigurationError) {
        switch member {
        case .allowCredentials:
            guard let flag = value.boolValue else {
                throw .wrongType(member, expected: "true or false", found: value.kind)
            }
            self.allowCredentials = flag
        case .maxAge:
            guard let seconds = value.intValue else {
                throw .wrongType(member, expected: "a whole number of seconds", found: value.kind)
            }
            self.maxAgeSeconds = seconds
        case .allowHeaders: self.allowHeaders = try Self.strings(value, of: member)
        case .allowMethods: self.allowMethods = try Self.strings(value, of: member)
        case .allowOrigins: self.allowOrigins = try Self.strings(value, of: member)
        case .exposeHeaders: self.exposeHeaders = try Self.strings(value, of: member)
        }
    }

    private static func strings(_ value: JSONValue, of member: CORSMember) throws(CORSConfigurationError) -> [String] {
        guard case .array(let values) = value else {
            throw .wrongType(member, expected: "an array of strings", found: value.kind)
        }
        var strings: [String] = []
        for value in values {
            guard case .string(let text) = value else {
                throw .wrongType(member, expected: "an array of strings", found: "one with \(value.kind)")
            }
            strings.append(text)
        }
        return strings
    }

    // MARK: Lambda's bounds, and what could never match

    /// Lambda takes any text within its bounds. What a browser would never send is refused here, since such an entry
    /// allows nothing and nobody says so.
    package func validate() throws(CORSConfigurationError) {
        try Self.check(
            self.allowOrigins,
            .allowOrigins,
            Limits.maximumCORSEntries,
            1...Limits.maximumCORSOriginCharacters
        )
        try Self.check(
            self.allowMethods,
            .allowMethods,
            Limits.maximumCORSMethods,
            0...Limits.maximumCORSMethodCharacters
        )
        try Self.check(
            self.allowHeaders,
            .allowHeaders,
            Limits.maximumCORSEntries,
            0...Limits.maximumCORSHeaderCharacters
        )
        try Self.check(
            self.exposeHeaders,
            .exposeHeaders,
            Limits.maximumCORSEntries,
            0...Limits.maximumCORSHeaderCharacters
        )
        for origin in self.allowOrigins {
            switch CORSOrigin.judge(origin) {
            case .possible: break
            case .impossible: throw .noOrigin(origin)
            case .usualPort(let meant): throw .usualPort(origin, meant: meant)
            }
        }
        for method in self.allowMethods where HTTPRequest.Method(method) == nil || method != method.uppercased() {
            throw .noMethod(method)
        }
        for name in self.allowHeaders where HTTPField.Name(name) == nil { throw .noHeader(.allowHeaders, name) }
        for name in self.exposeHeaders where HTTPField.Name(name) == nil { throw .noHeader(.exposeHeaders, name) }
        if let seconds = self.maxAgeSeconds, !(0...Limits.maximumCORSMaxAgeSeconds).contains(seconds) {
            throw .maxAgeOutOfRange(seconds)
        }
    }

    private static func check(
        _ entries: [String],
        _ member: CORSMember,
        _ limit: Int,
        _ characters: ClosedRange<Int>
    ) throws(CORSConfigurationError) {
        guard entries.count <= limit else { throw .tooMany(member, count: entries.count, limit: limit) }
        for entry in entries where !characters.contains(entry.unicodeScalars.count) {
            throw .wrongLength(member, entry, allowed: characters)
        }
    }
}

/// The members of `Cors`, by their names in Lambda's API.
package enum CORSMember: String, CaseIterable, Hashable, Sendable {
    case allowCredentials = "AllowCredentials"
    case allowHeaders = "AllowHeaders"
    case allowMethods = "AllowMethods"
    case allowOrigins = "AllowOrigins"
    case exposeHeaders = "ExposeHeaders"
    case maxAge = "MaxAge"
}
