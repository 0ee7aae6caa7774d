// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore
package import SluiceWire

/// An HTTP request that came to a Function URL, with all that its event says besides.
package struct FunctionURLRequest: Hashable, Sendable {
    package var method: String
    /// As in the request line: path and query, undecoded.
    package var target: String
    package var fields: HTTPFields
    /// Empty when there is none.
    package var body: ByteBuffer
    package var sourceIP: String
    /// The port and the scheme at which the caller reached the URL.
    package var port: Int
    package var scheme: String
    /// The URL's host, and the id that is its first label.
    package var domainName: String
    package var domainPrefix: String
    /// That of the URL's owner; `anonymous` when nobody signed.
    package var accountID: String
    package var requestID: String
    package var traceID: String
    package var millisecondsSinceEpoch: Int64
    /// `requestContext.authorizer`, which only URLs with `AWS_IAM` have.
    package var authorizer: JSONObject?

    package init(
        method: String,
        target: String,
        fields: HTTPFields,
        body: ByteBuffer = ByteBuffer(),
        sourceIP: String,
        port: Int,
        scheme: String = "http",
        domainName: String,
        domainPrefix: String,
        accountID: String = "anonymous",
        requestID: String,
        traceID: String,
        millisecondsSinceEpoch: Int64,
        authorizer: JSONObject? = nil
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.sourceIP = sourceIP
        self.port = port
        self.scheme = scheme
        self.domainName = domainName
        self.domainPrefix = domainPrefix
        self.accountID = accountID
        self.requestID = requestID
        self.traceID = traceID
        self.millisecondsSinceEpoch = millisecondsSinceEpoch
        self.authorizer = authorizer
    }

    /// The path of the target, `/` when it has none. Of a target with scheme and host (RFC 9112, section 3.2.2) only
    /// what follows the host counts.
    package var rawPath: String {
        let path = self.origin.prefix { $0 != UInt8(ascii: "?") }
        return path.isEmpty ? "/" : String(Substring(path))
    }

    /// What follows the first `?`; empty without one.
    package var rawQuery: String {
        String(Substring(self.origin.drop { $0 != UInt8(ascii: "?") }.dropFirst()))
    }

    private var origin: Substring.UTF8View {
        let target = Substring(self.target).utf8
        guard target.first != UInt8(ascii: "/"), let colon = target.firstIndex(of: UInt8(ascii: ":")) else {
            return target
        }
        let afterScheme = target[colon...].dropFirst()
        guard afterScheme.starts(with: "//".utf8) else { return target }
        return afterScheme.dropFirst(2).drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    }
}
