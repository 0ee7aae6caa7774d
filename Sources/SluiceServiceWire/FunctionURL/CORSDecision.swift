// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes

/// What a Function URL that has a CORS configuration does with a request.
package enum CORSDecision: Hashable, Sendable {
    /// Answer 200 with these fields and no body; the function is not invoked.
    case answerPreflight(HTTPFields)
    /// The same; without an `Access-Control-Allow-Origin` among the fields the browser refuses the page's request, and
    /// does not say which rule it broke.
    case refusePreflight(HTTPFields, CORSRefusal)
    /// Go on, and apply this to whatever is answered, errors too: a page may not even see the status of an answer that
    /// does not allow it.
    case adjust(CORSAdjustment)
}

/// What is done to the fields of a response, so that the configuration alone decides.
package struct CORSAdjustment: Hashable, Sendable {
    /// Without a name that begins with `Access-Control-` if the page's origin may not have the response.
    let added: HTTPFields

    /// - Returns: the fields to send, and the names of those that the function set and that were left out.
    package func apply(to fields: HTTPFields) -> (fields: HTTPFields, leftOut: [String]) {
        var kept = HTTPFields()
        var leftOut: [String] = []
        for field in fields {
            if field.name.canonicalName.hasPrefix("access-control-") {
                leftOut.append(field.name.canonicalName)
            } else {
                kept.append(field)
            }
        }
        for field in self.added where field.name != .vary || !Self.variesByOrigin(kept) { kept.append(field) }
        return (kept, leftOut)
    }

    private static func variesByOrigin(_ fields: HTTPFields) -> Bool {
        fields[values: .vary].contains { value in
            CORSConfiguration.names(in: value).contains { $0 == "origin" || $0 == "*" }
        }
    }
}

extension CORSConfiguration {
    /// Decides by the head of a request.
    ///
    /// AWS says that configured values win over the function's and that preflights do not reach the function (Lambda
    /// Developer Guide, "Cross-origin resource sharing"), and leaves the rest open. As it was seen on Lambda, an allowed
    /// origin is echoed, also where `*` allows it, and a request without `Origin` gets nothing. An echo is what the
    /// Fetch Standard asks for with credentials, where `*` would count for nothing; for the same reason, and because
    /// `*` never covers `Authorization`, requested headers and methods are echoed where `*` allows them.
    package func decide(method: HTTPRequest.Method, fields: HTTPFields) -> CORSDecision {
        // Caches must not give the answer for one origin to another.
        var added: HTTPFields = [.vary: "Origin"]
        let origin = fields[.origin]
        let isAllowed = origin.map { origin in self.allowOrigins.contains { CORSOrigin.matches(origin, $0) } } ?? false
        if let origin, isAllowed {
            added[.accessControlAllowOrigin] = origin
            if self.allowCredentials { added[.accessControlAllowCredentials] = "true" }
        }
        // An OPTIONS that asks for nothing is no preflight. (Fetch Standard, "CORS-preflight request".)
        if method == .options, let origin, let requested = fields[.accessControlRequestMethod] {
            return self.preflight(requested, fields[.accessControlRequestHeaders], isAllowed ? added : nil, origin)
        }
        if isAllowed, !self.exposeHeaders.isEmpty {
            added[.accessControlExposeHeaders] = self.exposeHeaders.joined(separator: ",")
        }
        return .adjust(CORSAdjustment(added: added))
    }

    /// All that the page may do, or nothing: half a leave would be refused by the browser with a reason that is harder
    /// to read.
    ///
    /// A method that pages use without asking, as POST, has to be listed too when a header makes them ask: what Lambda
    /// does then is not documented, and a leave that it does not give would be missed only there.
    ///
    /// - Parameter leave: of the origin; `nil` if it has none.
    private func preflight(_ method: String, _ headers: String?, _ leave: HTTPFields?, _ origin: String) -> CORSDecision
    {
        func refused(_ member: CORSMember, _ asked: String, _ allowed: [String]) -> CORSDecision {
            .refusePreflight([.vary: "Origin"], CORSRefusal(member: member, asked: asked, allowed: allowed))
        }
        guard var fields = leave else { return refused(.allowOrigins, origin, self.allowOrigins) }
        let anyMethod = self.allowMethods.contains("*")
        guard anyMethod || self.allowMethods.contains(method) else {
            return refused(.allowMethods, method, self.allowMethods)
        }
        fields[.accessControlAllowMethods] = anyMethod ? method : self.allowMethods.joined(separator: ",")
        let allowed = Set(self.allowHeaders.map { $0.lowercased() })
        if allowed.contains("*") {
            fields[.accessControlAllowHeaders] = headers
        } else {
            if let other = Self.names(in: headers ?? "").first(where: { !allowed.contains($0) }) {
                return refused(.allowHeaders, other, self.allowHeaders)
            }
            if !self.allowHeaders.isEmpty {
                fields[.accessControlAllowHeaders] = self.allowHeaders.joined(separator: ",")
            }
        }
        if let seconds = self.maxAgeSeconds { fields[.accessControlMaxAge] = String(seconds) }
        return .answerPreflight(fields)
    }

    /// The members of a list of names, in lower case. (RFC 9110, section 5.6.1: empty ones count for nothing.)
    static func names(in list: String) -> [String] {
        list.lowercased().utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
            let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            var name = part.drop(while: isSpace)
            while let last = name.last, isSpace(last) { name.removeLast() }
            return name.isEmpty ? nil : String(Substring(name))
        }
    }
}
