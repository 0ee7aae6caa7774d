// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// Where a ``BodyWriter`` writes to: the connection, or memory. Confined to its loop.
protocol BodySink: AnyObject {
    var loop: any EventLoop { get }
    var time: LoopTime { get }

    /// Returns when there is room for more.
    ///
    /// - Parameter evenIfCancelled: a cancelled task cannot wait for room, so it writes only while there is some.
    func write(_ bytes: ByteBuffer, evenIfCancelled: Bool) async throws(StreamError)

    /// The same of chunks that are all there, and so leave together.
    func write(contentsOf chunks: [ByteBuffer]) async throws(StreamError)

    /// Sends off what was written, and says whether some of it has not been taken yet.
    func flushLeavingBytes() -> Bool
}
