// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceServiceWire
internal import SluiceWire

/// One HTTP request, and how its answer is to be read.
struct StreamRequest: Sendable {
    enum Kind: Hashable, Sendable {
        /// `Invoke`: the whole response at once.
        case invoke
        /// `InvokeWithResponseStream`: event-stream messages.
        case invokeWithResponseStream
        /// Plain HTTP.
        case functionURL
    }

    var kind: Kind
    /// Over TLS.
    var isSecure: Bool
    var host: String
    var port: Int
    var method: HTTPRequest.Method
    /// Path and query, percent-encoded.
    var target: String
    var fields: HTTPFields = [:]
    var body = ByteBuffer()

    /// A call of the Lambda API at `endpoint`.
    init(
        function: FunctionReference,
        isStreaming: Bool,
        endpoint: HTTPAddress,
        payload: ByteBuffer,
        wantsLog: Bool = false
    ) {
        let route = isStreaming ? InvokeRoute.invokeWithResponseStream(function) : .invoke(function)
        self.kind = isStreaming ? .invokeWithResponseStream : .invoke
        self.isSecure = endpoint.isSecure
        self.host = endpoint.host
        self.port = endpoint.port
        self.method = .post
        // As SDKs have it: an endpoint's path is where the API begins.
        var base = endpoint.target[...]
        while base.last == "/" { base.removeLast() }
        self.target = base + route.target
        self.fields = [.contentType: "application/json"]
        if wantsLog { self.fields[InvokeRequestHeader.logType] = "Tail" }
        self.body = payload
    }

    /// For the `Host` field, and for people.
    var authority: String { HTTPAddress.authority(host: self.host, port: self.port, isSecure: self.isSecure) }

    /// A request to a Function URL.
    init(url: HTTPAddress, method: HTTPRequest.Method, fields: HTTPFields = [:], body: ByteBuffer = ByteBuffer()) {
        self.kind = .functionURL
        self.isSecure = url.isSecure
        self.host = url.host
        self.port = url.port
        self.method = method
        self.target = url.target
        self.fields = fields
        self.body = body
    }
}
