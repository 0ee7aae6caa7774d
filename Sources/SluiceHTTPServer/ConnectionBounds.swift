// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import NIOHTTP1
internal import SluiceWire

/// What one connection of a server may take in, hold and wait for; the numbers come from `Limits`.
///
/// A time that is `nil` is not measured.
package struct ConnectionBounds: Sendable {
    package var targetBytes: Int
    package var fieldBytes: Int
    package var headBytes: Int
    package var fields: Int
    package var framingBytes: Int
    package var pipelinedBytes: Int = Limits.maximumPipelinedBytes
    package var discardedBytes: Int = Limits.maximumDiscardedBytes
    /// Connections of all listeners that share a `ConnectionSet`.
    package var connections: Int

    package var head: TimeAmount?
    package var bodyPause: TimeAmount?
    package var body: TimeAmount?
    package var idle: TimeAmount?
    package var delivery: TimeAmount?
    /// How long, and up to `discardedBytes`, the rest of an answered request is dropped; `nil` for as long as it comes.
    package var discard: TimeAmount?
    package var linger: TimeAmount = .milliseconds(Int64(Limits.lingerMilliseconds))

    /// Whether a peer that has closed its sending side behind a whole request still gets its answer.
    package var answersHalfClosed: Bool

    /// Whether what was read is acknowledged at once, also when there is nothing to send; see `QuickAcknowledgement`.
    package var acknowledgesAtOnce = false

    /// For connections of callers, who may be anybody.
    package static let callers = Self(
        targetBytes: Limits.maximumTargetBytes,
        fieldBytes: Limits.maximumFieldBytes,
        headBytes: Limits.maximumHeadBytes,
        fields: Limits.maximumFields,
        framingBytes: Limits.maximumFramingBytes,
        connections: Limits.maximumCallerConnections,
        head: .milliseconds(Int64(Limits.headMilliseconds)),
        bodyPause: .milliseconds(Int64(Limits.bodyPauseMilliseconds)),
        body: .milliseconds(Int64(Limits.bodyMilliseconds)),
        idle: .milliseconds(Int64(Limits.idleMilliseconds)),
        delivery: .milliseconds(Int64(Limits.deliveryMilliseconds)),
        discard: .milliseconds(Int64(Limits.discardMilliseconds)),
        answersHalfClosed: true
    )

    /// For connections of runtimes. A `/next` waits for as long as nobody calls, and a streamed response may pause:
    /// the time-outs of initialisation and invocation bound it. Where a runtime's sending side ends, it is gone.
    package static let runtimes = Self(
        targetBytes: Limits.maximumTargetBytes,
        fieldBytes: Limits.maximumRuntimeFieldBytes,
        headBytes: Limits.maximumRuntimeHeadBytes,
        fields: Limits.maximumFields,
        framingBytes: Limits.maximumRuntimeFramingBytes,
        connections: Limits.maximumRuntimeConnections,
        answersHalfClosed: false,
        acknowledgesAtOnce: true
    )

    /// The same for a runtime with several workers, each of which needs one or two connections.
    package static func runtimes(workers: Int) -> Self {
        var bounds = Self.runtimes
        if workers > 1 { bounds.connections += 2 * workers }
        return bounds
    }

    /// Without one, nobody needs to read the clock.
    var measuresTime: Bool {
        self.head != nil || self.bodyPause != nil || self.body != nil || self.idle != nil || self.delivery != nil
            || self.discard != nil
    }

    /// The part of them that NIO's parser keeps. It counts a target as a field, and trailers with their head.
    var ofDecoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = max(self.fieldBytes, self.targetBytes)
        limits.maxHeaderListSize = self.headBytes
        limits.maxHeaderFieldCount = self.fields
        return limits
    }
}
