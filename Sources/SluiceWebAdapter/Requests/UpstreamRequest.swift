// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
package import NIOHTTP1
package import SluiceWire

/// A request as the application gets it.
package struct UpstreamRequest: Equatable, Sendable {
    package var method: HTTPMethod
    /// Path and query, as in a request line.
    package var target: String
    package var headers: HTTPHeaders
    package var body: ByteBuffer

    /// Sent again when a connection that was kept turns out to have ended: who asks twice for the same changes nothing.
    package var isIdempotent: Bool {
        switch self.method {
        case .GET, .HEAD, .PUT, .DELETE, .OPTIONS, .TRACE: true
        default: false
        }
    }

    package var isHead: Bool { self.method == .HEAD }
}

/// What makes requests to the application of events.
package struct UpstreamRequestMaker: Sendable {
    /// Names that the adapter sets, whatever the caller sent.
    package enum Field {
        /// JSON of the event's `requestContext`.
        package static let requestContext = "x-amzn-request-context"
        /// JSON of what Lambda says of the invocation.
        package static let lambdaContext = "x-amzn-lambda-context"
        package static let tenant = "x-amz-tenant-id"
        static let all = [Self.requestContext, Self.lambdaContext, Self.tenant]
    }

    private let configuration: AdapterConfiguration
    private let host: String

    package init(_ configuration: AdapterConfiguration) {
        self.configuration = configuration
        self.host = Self.host(of: configuration.address)
    }

    /// What the field `Host` says of an address.
    static func host(of address: AdapterConfiguration.Address) -> String {
        switch address {
        case .port(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket: "localhost"
        }
    }

    /// What the caller of a Function URL, an API, a load balancer or VPC Lattice asked for.
    package func request(of event: HTTPRequestEvent, lambdaContext: JSONObject, tenantID: String?) -> UpstreamRequest {
        var path = event.rawPath.isEmpty ? "/" : event.rawPath
        if let basePath = self.configuration.basePath { path = basePath.removed(from: path) }
        var headers = self.headers(of: event)
        headers.add(name: Field.requestContext, value: Self.fieldValue(event.requestContext))
        self.addContext(lambdaContext, tenantID, to: &headers)
        let method = HTTPMethod(rawValue: event.method)
        headers.frame(event.body, method: method)
        return UpstreamRequest(
            method: method,
            target: event.rawQuery.isEmpty ? path : path + "?" + event.rawQuery,
            headers: headers,
            body: event.body
        )
    }

    /// Any other event, as it is.
    package func passThrough(_ event: ByteBuffer, lambdaContext: JSONObject, tenantID: String?) -> UpstreamRequest {
        var headers = HTTPHeaders([("host", self.host), ("content-type", "application/json")])
        self.addContext(lambdaContext, tenantID, to: &headers)
        headers.frame(event, method: .POST)
        return UpstreamRequest(
            method: .POST,
            target: self.configuration.passThroughPath,
            headers: headers,
            body: event
        )
    }

    private func headers(of event: HTTPRequestEvent) -> HTTPHeaders {
        var headers = HTTPHeaders()
        let dropped = HopByHop.names(in: event.headers)
        for field in event.headers {
            let name = field.name.canonicalName
            guard !dropped.contains(name), !Field.all.contains(name) else { continue }
            // The event's body is whole, so that the length is known here; and nobody waits with it.
            guard name != "content-length", name != "expect" else { continue }
            headers.add(name: name, value: field.value)
        }
        if !headers.contains(name: "host") { headers.add(name: "host", value: event.domainName ?? self.host) }
        self.moveAuthorization(in: &headers)
        return headers
    }

    /// API Gateway takes `Authorization` for itself where an authorizer uses it, so that callers send theirs by another name.
    private func moveAuthorization(in headers: inout HTTPHeaders) {
        guard let source = self.configuration.authorizationSource, source != .authorization else { return }
        guard let value = headers.first(name: source.rawName) else { return }
        headers.remove(name: source.rawName)
        headers.replaceOrAdd(name: "authorization", value: value)
    }

    private func addContext(_ context: JSONObject, _ tenantID: String?, to headers: inout HTTPHeaders) {
        headers.add(name: Field.lambdaContext, value: Self.fieldValue(context))
        if let tenantID { headers.add(name: Field.tenant, value: tenantID) }
    }

    /// JSON in ASCII: a field's value has no other characters that everybody reads alike.
    private static func fieldValue(_ object: JSONObject) -> String {
        let json = object.serialized()
        // Most have nothing else.
        guard json.readableBytesView.contains(where: { $0 > 0x7E }) else { return String(buffer: json) }
        var text = ""
        for scalar in String(buffer: json).unicodeScalars {
            guard scalar.value > 0x7E else {
                text.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }
}

extension HTTPHeaders {
    /// Says how long the body is, where there may be one.
    fileprivate mutating func frame(_ body: ByteBuffer, method: HTTPMethod) {
        let mayHaveBody = body.readableBytes > 0 || [.POST, .PUT, .PATCH].contains(method)
        if mayHaveBody { self.add(name: "content-length", value: "\(body.readableBytes)") }
    }
}
