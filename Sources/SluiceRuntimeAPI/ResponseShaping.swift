// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import SluiceServiceWire

/// What the service does to a response beside passing it on: limits that are not Lambda's own, bandwidth, a fault.
package struct ResponseShaping {
    /// What its owner may want to tell of.
    package enum News {
        /// From here on the stream is as fast as its bandwidth allows.
        case slowed
        case tooLarge(limitBytes: Int)
        case struck(ByteFault)
        /// The trailers are longer than Lambda's server reads, which fails the response.
        case trailersTooLong(bytes: Int)
        /// The body ended with what looks like error trailers.
        case errorAsText
        /// The response was shorter than the byte at which the fault was to strike.
        case notReached(ByteFault, responseBytes: Int)
    }

    /// Lambda's limit of the mode, unless it says another.
    package var limitBytes: Int?
    package var bandwidth: Bandwidth?
    package var fault: ByteFault?
    /// Whether bytes are counted behind the prelude, where there is one: its caller gets status and headers instead.
    package var passesPrelude = false
    package var notify: (News) -> Void

    package init(
        limitBytes: Int? = nil,
        bandwidth: Bandwidth? = nil,
        fault: ByteFault? = nil,
        notify: @escaping (News) -> Void = { _ in }
    ) {
        self.limitBytes = limitBytes
        self.bandwidth = bandwidth
        self.fault = fault
        self.notify = notify
    }
}
