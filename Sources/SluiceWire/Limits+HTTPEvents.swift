// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Bounds of HTTP events and of the answers to them.
extension Limits {
    /// The header fields of one event, all values counted. Ours: no service passes on a head of more than 64 KiB (an
    /// Application Load Balancer does, "Quotas for your Application Load Balancers"), which has no room for as many;
    /// and the type that holds them traps at 65,535.
    package static let maximumEventFields = 16_384

    /// How many members an error names of an event that is none of HTTP, and how much of each name, in characters.
    package static let maximumMembersShown = 8
    package static let maximumMemberNameCharacters = 40

    /// The largest JSON that an Application Load Balancer takes as an answer, in bytes. (Elastic Load Balancing,
    /// "Use Lambda functions as targets of an Application Load Balancer", Limits: "1 MB".)
    package static let maximumLoadBalancerResultBytes = 1024 * 1024

    /// How many cookies an answer to a source can have that takes one string for each header name. Ours: so many ways
    /// there are to write the nine letters of `set-cookie` small or large.
    package static let maximumCookieSpellings = 512
}
