// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes

/// The head of one request of a runtime: method, path and fields in the order in which they are sent.
///
/// The order and the case of the fields are those of Lambda's own Node.js client.
package struct RuntimeAPIRequest: Sendable {
    package enum Method: Sendable {
        case get, post
    }

    package let method: Method
    package let path: String
    package private(set) var fields: [(String, String)]
    /// Its body comes in chunks, as many as its sender writes.
    package private(set) var isChunked = false

    private init(_ method: Method, _ route: RuntimeAPIRoute, _ fields: [(String, String)]) {
        self.init(method, path: route.path, fields)
    }

    private init(_ method: Method, path: String, _ fields: [(String, String)]) {
        self.method = method
        self.path = path
        self.fields = fields
    }

    /// The long poll for the next invocation.
    package static func next(host: String) -> Self {
        Self(.get, .next, [("Host", host), ("User-Agent", Self.userAgent), ("Connection", "keep-alive")])
    }

    /// A response in chunks. Both trailers are declared always: whether it fails is not known yet.
    /// (Lambda Developer Guide, "Implementing response streaming in a custom runtime".)
    package static func streamedResponse(to invocation: NextInvocation, contentType: String, host: String) -> Self {
        var fields = [
            (RuntimeAPIHeader.responseMode.rawName, RuntimeAPIHeader.streaming),
            ("Trailer", RuntimeAPIHeader.errorType.rawName),
            ("Trailer", RuntimeAPIHeader.errorBody.rawName),
            ("Content-Type", contentType),
        ]
        fields.appendEcho(of: invocation)
        fields.append(("Host", host))
        fields.append(("Connection", "keep-alive"))
        fields.append(("Transfer-Encoding", "chunked"))
        var request = Self(.post, .response(requestID: invocation.requestID), fields)
        request.isChunked = true
        return request
    }

    /// A response whose length is known, for an invocation that is not streamed.
    package static func bufferedResponse(
        to invocation: NextInvocation,
        contentType: String,
        bodyBytes: Int,
        host: String
    ) -> Self {
        var fields: [(String, String)] = []
        fields.reserveCapacity(5)
        fields.append(("Content-Type", contentType))
        fields.appendEcho(of: invocation)
        fields.appendFraming(host: host, bodyBytes: bodyBytes)
        return Self(.post, .response(requestID: invocation.requestID), fields)
    }

    /// The function failed before its response began. `type` is the error's, `Runtime.Reason` or `Function.Reason`.
    package static func error(of invocation: NextInvocation, type: String, bodyBytes: Int, host: String) -> Self {
        var fields = Self.errorFields(type)
        fields.appendEcho(of: invocation)
        fields.appendFraming(host: host, bodyBytes: bodyBytes)
        return Self(.post, .error(requestID: invocation.requestID), fields)
    }

    /// The function failed before it asked for its first invocation.
    package static func initError(type: String, bodyBytes: Int, host: String) -> Self {
        var fields = Self.errorFields(type)
        fields.appendFraming(host: host, bodyBytes: bodyBytes)
        return Self(.post, .initError, fields)
    }

    // MARK: SnapStart (Lambda's own Runtime API server, `rapi/handler/restorenext.go`, `restoreerror.go`)

    /// Answered when the environment has come back from its snapshot.
    package static func restoreNext(host: String) -> Self {
        Self(.get, path: "/2018-06-01/runtime/restore/next", [("Host", host), ("Connection", "keep-alive")])
    }

    /// The function could not go on after its restore.
    package static func restoreError(type: String, bodyBytes: Int, host: String) -> Self {
        var fields = Self.errorFields(type)
        fields.appendFraming(host: host, bodyBytes: bodyBytes)
        return Self(.post, path: "/2018-06-01/runtime/restore/error", fields)
    }

    // MARK: Extensions (Lambda Developer Guide, "Extensions API")

    /// Registers an internal extension, one that lives in the process of the runtime.
    package static func registerExtension(name: String, bodyBytes: Int, host: String) -> Self {
        var fields = [(Self.extensionName, name), ("Content-Type", "application/json")]
        fields.appendFraming(host: host, bodyBytes: bodyBytes)
        return Self(.post, path: "/2020-01-01/extension/register", fields)
    }

    /// The extension is ready, and waits for its next event.
    package static func nextExtensionEvent(identifier: String, host: String) -> Self {
        let fields = [(Self.extensionIdentifier, identifier), ("Host", host), ("Connection", "keep-alive")]
        return Self(.get, path: "/2020-01-01/extension/event/next", fields)
    }

    package static let extensionName = "Lambda-Extension-Name"
    package static let extensionIdentifier = "Lambda-Extension-Identifier"

    private static func errorFields(_ type: String) -> [(String, String)] {
        [(RuntimeAPIHeader.errorType.rawName, type), ("Content-Type", "application/json")]
    }

    /// Lambda records its first word as the release of the runtime.
    private static let userAgent = "sluice/0.1"
}

extension [(String, String)] {
    /// Lambda compares the id with that of the delivery in progress, but only where it is sent back.
    fileprivate mutating func appendEcho(of invocation: NextInvocation) {
        if let id = invocation.invocationID {
            self.append((RuntimeAPIHeader.invocationID.rawName, id))
        }
    }

    fileprivate mutating func appendFraming(host: String, bodyBytes: Int) {
        self.append(("Host", host))
        self.append(("Connection", "keep-alive"))
        self.append(("Content-Length", String(bodyBytes)))
    }
}
