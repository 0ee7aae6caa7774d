// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What made an HTTP request an event.
package enum EventSource: String, Hashable, Sendable, CaseIterable {
    case functionURL
    /// API Gateway, HTTP API, in either payload format.
    case httpAPI
    /// API Gateway, REST API.
    case restAPI
    case applicationLoadBalancer
    case vpcLattice

    /// Whether the source can pass a response on while it comes; whether it does is configured there.
    ///
    /// (Lambda Developer Guide, "Response streaming"; API Gateway Developer Guide, "Stream the integration response",
    /// which says that it is for REST APIs only.)
    package var canStream: Bool {
        switch self {
        case .functionURL, .restAPI: true
        case .httpAPI, .applicationLoadBalancer, .vpcLattice: false
        }
    }
}
