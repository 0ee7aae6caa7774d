// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import NIOHTTP1
internal import SluiceHTTP1

/// The head of a request that a server received.
package struct ServerRequest: Sendable {
    package var method: HTTPRequest.Method
    /// The request target as it was sent, percent-encoding untouched: path and, after `?`, the query.
    package var target: String
    package var fields: HTTPFields

    /// The target up to the first `?`.
    package var path: Substring {
        guard let end = self.target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return self.target[...] }
        return self.target[..<end]
    }

    package init(method: HTTPRequest.Method, target: String, fields: HTTPFields) {
        self.method = method
        self.target = target
        self.fields = fields
    }

    /// `nil` when the method is no token, which NIO's parser does not let through.
    init?(_ head: HTTPRequestHead) {
        guard let method = HTTPRequest.Method(head.method.rawValue) else { return nil }
        self.init(method: method, target: head.uri, fields: HTTPFields(head.headers))
    }
}
