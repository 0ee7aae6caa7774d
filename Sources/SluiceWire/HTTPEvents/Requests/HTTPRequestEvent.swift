// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore

/// An HTTP request as a function gets it, from whichever service made an event of it.
package struct HTTPRequestEvent: Hashable, Sendable {
    package var source: EventSource
    /// The shape of a buffered answer to this event.
    package var resultForm: ResultForm
    package var method: String
    /// Not decoded, where the source kept it so; nothing in it breaks a request line.
    package var rawPath: String
    /// Not decoded, without the `?`; empty when there is none. Made anew for sources that decode it.
    package var rawQuery: String
    /// Names in lower case. With a `cookie` field made of `cookies`, so that it is the request that the caller sent.
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
        switch try EventFormat(of: event) {
        case .payload1: try self.init(payload1: event)
        case .payload2: try self.init(payload2: event)
        case .loadBalancer: try self.init(loadBalancer: event)
        case .lattice1: try self.init(lattice1: event)
        case .lattice2: try self.init(lattice2: event)
        }
    }

    /// For the readers of the formats, each in a file of its own.
    init(
        source: EventSource,
        resultForm: ResultForm,
        method: String,
        rawPath: String,
        rawQuery: String,
        headers: HTTPFields,
        cookies: [String]? = nil,
        body: ByteBuffer,
        sourceIP: String?,
        domainName: String?,
        requestContext: JSONObject
    ) {
        self.source = source
        self.resultForm = resultForm
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
        self.cookies = cookies ?? headers.cookiePairs
        self.body = body
        self.sourceIP = sourceIP
        self.domainName = domainName
        self.requestContext = requestContext
    }
}
