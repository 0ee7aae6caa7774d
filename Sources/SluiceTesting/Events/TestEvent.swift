// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
public import NIOCore

/// An event for a function under test, and what comes with it.
public struct TestEvent: Sendable {
    /// The event itself.
    public var payload: ByteBuffer
    /// What `context.requestID` says; one of the test's own unless set.
    public var requestID: String?
    /// What `context.traceID` says; one of the test's own unless set.
    public var traceID: String?
    /// JSON text, for `context.clientContext`.
    public var clientContext: String?
    /// JSON text, for `context.cognitoIdentity`.
    public var cognitoIdentity: String?
    /// For `context.tenantID`.
    public var tenantID: String?
    /// Whether its answer is one of HTTP.
    let isHTTP: Bool

    init(_ payload: ByteBuffer, isHTTP: Bool) {
        self.payload = payload
        self.isHTTP = isHTTP
    }

    /// The event of an invocation, as it is; JSON, as a rule.
    public static func raw(_ text: String) -> Self { Self(ByteBuffer(string: text), isHTTP: false) }

    /// The event of an invocation, as it is.
    public static func raw(_ bytes: ByteBuffer) -> Self { Self(bytes, isHTTP: false) }

    /// An HTTP request to the function's URL; see ``http(from:_:method:headers:cookies:body:)``.
    public static func functionURL(
        _ target: String = "/",
        method: HTTPRequest.Method = .get,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        body: ByteBuffer = ByteBuffer()
    ) -> Self {
        .http(from: .functionURL, target, method: method, headers: headers, cookies: cookies, body: body)
    }

    /// An HTTP request in the shape that a source of events gives it.
    ///
    /// ```swift
    /// TestEvent.http(from: .restAPI, "/orders?limit=10", headers: [.authorization: "Bearer abc"])
    /// ```
    ///
    /// - Parameters:
    ///   - source: whose shape the event has.
    ///   - target: path and query, percent-encoded as in a URL.
    ///   - method: GET unless said otherwise.
    ///   - headers: the source adds what it always adds, such as `host` and `x-forwarded-for`.
    ///   - cookies: `name=value` each.
    ///   - body: as text where it is UTF-8, otherwise as base64.
    public static func http(
        from source: Source,
        _ target: String = "/",
        method: HTTPRequest.Method = .get,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        body: ByteBuffer = ByteBuffer()
    ) -> Self {
        let request = EventRequest(method: method, target: target, headers: headers, cookies: cookies, body: body)
        return Self(source.event(for: request), isHTTP: true)
    }
}

extension TestEvent {
    /// What an HTTP request comes through. For a test that is to hold for all of them: `Source.allCases`.
    public struct Source: Hashable, Sendable, CaseIterable, CustomStringConvertible {
        enum Value: String {
            case functionURL = "Function URL"
            case httpAPI = "HTTP API"
            case httpAPIFormat1 = "HTTP API, payload format 1.0"
            case restAPI = "REST API"
            case loadBalancer = "Application Load Balancer"
            case loadBalancerMultiValue = "Application Load Balancer, multi-value headers"
            case vpcLattice = "VPC Lattice"
            case vpcLatticeVersion1 = "VPC Lattice, event version 1"
        }

        let value: Value

        /// A Function URL.
        public static let functionURL = Self(value: .functionURL)
        /// An HTTP API of API Gateway, payload format 2.0.
        public static let httpAPI = Self(value: .httpAPI)
        /// An HTTP API of API Gateway, payload format 1.0.
        public static let httpAPIFormat1 = Self(value: .httpAPIFormat1)
        /// A REST API of API Gateway.
        public static let restAPI = Self(value: .restAPI)
        /// An Application Load Balancer.
        public static let loadBalancer = Self(value: .loadBalancer)
        /// An Application Load Balancer whose target group has multi-value headers.
        public static let loadBalancerMultiValue = Self(value: .loadBalancerMultiValue)
        /// VPC Lattice, event version 2.0.
        public static let vpcLattice = Self(value: .vpcLattice)
        /// VPC Lattice, event version 1.0.
        public static let vpcLatticeVersion1 = Self(value: .vpcLatticeVersion1)

        /// All of them.
        public static let allCases: [Self] = [
            .functionURL, .httpAPI, .httpAPIFormat1, .restAPI, .loadBalancer, .loadBalancerMultiValue, .vpcLattice,
            .vpcLatticeVersion1,
        ]

        /// Its name.
        public var description: String { self.value.rawValue }
    }
}
