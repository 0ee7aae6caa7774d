// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// Where a ``BodyWriter`` writes to: the connection, or memory. Confined to its loop.
protocol BodySink: AnyObject {
    var loop: any EventLoop { get }

    /// Returns when there is room for more.
    func write(_ bytes: ByteBuffer) async throws(StreamError)
}
