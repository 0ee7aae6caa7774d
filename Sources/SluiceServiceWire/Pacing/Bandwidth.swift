// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// How fast the bytes of a streamed response may pass: so many at once, and from then on so many each interval.
///
/// Lambda's own server fills a bucket so: 6 MiB at the beginning, and 262,144 bytes every 125 ms, counted from the
/// first write. (Lambda Developer Guide, "Response streaming": "The first 6 MB … have uncapped bandwidth", then "2 MBps";
/// the intervals from the source of Lambda's Runtime API server, `bandwidthlimiter`.)
package struct Bandwidth: Hashable, Sendable {
    /// What the bucket holds at most, and at the beginning.
    package var burstBytes: Int
    package var bytesPerSecond: Int
    /// Who takes nothing behind the burst goes on after this long, and takes everything then; `nil` for never.
    package var pause: TimeAmount?

    package init(burstBytes: Int, bytesPerSecond: Int) {
        self.burstBytes = max(0, burstBytes)
        self.bytesPerSecond = max(0, bytesPerSecond)
    }

    /// What comes into the bucket at each interval. No rate at all means that nothing ever does.
    var refillBytes: Int {
        guard self.bytesPerSecond > 0 else { return 0 }
        let (product, overflows) = self.bytesPerSecond.multipliedReportingOverflow(by: Limits.streamRefillMilliseconds)
        return overflows ? self.bytesPerSecond : max(1, product / 1_000)
    }

    static let interval = TimeAmount.milliseconds(Int64(Limits.streamRefillMilliseconds))

    /// Lambda's.
    package static let lambda = Self(
        burstBytes: Limits.streamBurstBytes,
        bytesPerSecond: Limits.streamBytesPerSecond
    )

    /// A caller that takes so many bytes a second from the first one on.
    package static func slow(bytesPerSecond: Int) -> Self {
        let bandwidth = Self(burstBytes: 0, bytesPerSecond: bytesPerSecond)
        return Self(burstBytes: bandwidth.refillBytes, bytesPerSecond: bytesPerSecond)
    }

    /// A caller that takes so many bytes, and then nothing: for so long, or ever.
    package static func stalled(afterBytes bytes: Int, milliseconds: Int? = nil) -> Self {
        var bandwidth = Self(burstBytes: bytes, bytesPerSecond: 0)
        bandwidth.pause = milliseconds.map { .milliseconds(Int64($0)) }
        return bandwidth
    }
}
