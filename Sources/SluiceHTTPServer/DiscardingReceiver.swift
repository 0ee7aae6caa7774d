// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore

/// Receives a request that has been answered already: what is left of it is dropped.
package final class DiscardingReceiver: RequestReceiver {
    package init() {}
    package func received(_ bytes: ByteBuffer) {}
    package func receivedEnd(trailers: HTTPFields) {}
    package func connectionLost() {}
}
