// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes

/// The headers and cookies of a response, as the services take them: each name once, in lower case and in order.
struct ResultFields {
    private var headers: [(name: String, values: [String])] = []
    private(set) var cookies: [String] = []
    private(set) var contentType: String?

    /// `Set-Cookie` among the headers counts as a cookie, since it cannot be joined (RFC 9110, section 5.3).
    init(_ head: Prelude) throws(PreludeError) {
        var positions: [String: Int] = [:]
        for cookie in head.cookies { self.cookies.append(try Prelude.checkedCookie(cookie)) }
        for field in head.headers {
            let name = field.name.canonicalName
            if field.name == .setCookie {
                self.cookies.append(try Prelude.checkedCookie(field.value))
                continue
            }
            let value = try Prelude.checkedValue(field.value, of: name)
            if field.name == .contentType, self.contentType == nil { self.contentType = value }
            if let position = positions[name] {
                self.headers[position].values.append(value)
            } else {
                positions[name] = self.headers.count
                self.headers.append((name, [value]))
            }
        }
    }

    /// The values of each name as a list, cookies among them.
    var multiValueHeaders: JSONObject {
        let cookies = self.cookies.isEmpty ? [] : [(name: Self.setCookie, values: self.cookies)]
        return JSONObject((self.headers + cookies).map { ($0.name, .array($0.values.map { .string($0) })) })
    }

    /// The values of each name joined by commas, without cookies.
    var joinedHeaders: JSONObject {
        JSONObject(self.headers.map { ($0.name, .string($0.values.joined(separator: ", "))) })
    }

    /// The same with cookies, for services that take one string for each name and no list of cookies.
    ///
    /// Cookies cannot be joined, but names are the same in any case of their letters (RFC 9110, section 5.1) and members of
    /// an object are not: each cookie has its own spelling of `set-cookie`.
    func headersWithCookies() throws(PreludeError) -> JSONObject {
        var headers = self.joinedHeaders
        for (number, cookie) in self.cookies.enumerated() {
            guard let name = Self.spelling(number) else { throw .tooManyCookies(limit: Self.spellings) }
            headers[name] = .string(cookie)
        }
        return headers
    }

    private static let setCookie = "set-cookie"
    private static let spellings = Limits.maximumCookieSpellings

    /// The bits of a number are the letters that are large.
    private static func spelling(_ number: Int) -> String? {
        guard number < Self.spellings else { return nil }
        var bits = number
        let bytes = Self.setCookie.utf8.map { byte in
            guard byte != UInt8(ascii: "-") else { return byte }
            defer { bits >>= 1 }
            return bits & 1 == 1 ? byte & 0xDF : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
