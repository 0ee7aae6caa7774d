// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

extension FunctionRequest {
    /// What made an event of an HTTP request.
    public struct Source: Hashable, Sendable, CustomStringConvertible {
        let source: EventSource

        /// A Lambda Function URL.
        public static let functionURL = Self(source: .functionURL)
        /// An HTTP API of API Gateway, with payload format 1.0 or 2.0.
        public static let httpAPI = Self(source: .httpAPI)
        /// A REST API of API Gateway.
        public static let restAPI = Self(source: .restAPI)
        /// An Application Load Balancer, with or without multi-value headers.
        public static let applicationLoadBalancer = Self(source: .applicationLoadBalancer)
        /// Amazon VPC Lattice, with version 1 or 2 of its events.
        public static let vpcLattice = Self(source: .vpcLattice)

        /// Whether it can pass an answer on while it is written: Function URLs and REST APIs can, if they are configured
        /// so. All others get a buffered answer, whatever the function's ``HTTPFunction/responseMode``.
        public var canStream: Bool { self.source.canStream }

        /// The name, such as `functionURL`.
        public var description: String { self.source.rawValue }
    }
}
