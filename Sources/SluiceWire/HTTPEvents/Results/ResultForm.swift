// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The shapes in which the services behind a function take a whole HTTP response.
package enum ResultForm: Hashable, Sendable {
    /// REST APIs, and HTTP APIs with payload format 1.0. (API Gateway Developer Guide, "Output format of a Lambda function
    /// for proxy integration".)
    case payload1
    /// Function URLs, and HTTP APIs with payload format 2.0. (Lambda Developer Guide, "Invoking Lambda function URLs",
    /// response payload format.)
    case payload2
    /// With the member that the target group is configured for, which is the one that its requests have. (Elastic Load
    /// Balancing, "Use Lambda functions as targets of an Application Load Balancer".)
    case loadBalancer(isMultiValue: Bool)
    /// (VPC Lattice User Guide, "Lambda functions as targets in VPC Lattice".)
    case lattice

    /// The longest JSON that gets through, in bytes.
    package var maximumBytes: Int {
        switch self {
        case .loadBalancer: Limits.maximumLoadBalancerResultBytes
        case .payload1, .payload2, .lattice: Limits.maximumBufferedResponseBytes
        }
    }
}
