// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// Decides whether a request is one too many of its second.
///
/// ```text
///           requested: fewer than the rate are counted
///  (none) ────────────────────────────────────────────▶ counted ── a second later, or withdrawn ──▶ (none)
///    │ ▲
///    └─┘ requested: as many as the rate are counted: refuse
/// ```
///
/// Lambda documents the number, and not over which time it is measured, nor how large a burst may be. Here a request is
/// refused when the second that ends with it has the whole number already. Whoever keeps within the number in every second
/// is never refused so, and whoever exceeds it in any second is: a bucket of tokens would let up to twice the number pass
/// in a second, and fixed seconds would do so across the boundary of two.
///
/// What was refused does not count, or who asks again at once would never be let in.
package struct RequestRateMachine {
    private let perSecond: Int
    /// When each request of the last second came, the oldest first; never more than `perSecond`.
    private var counted: CircularBuffer<NIODeadline> = []

    /// - Parameter perSecond: requests that are let in within any second, at least 1.
    package init(perSecond: Int) { self.perSecond = max(1, perSecond) }

    package enum OnRequest: Hashable, Sendable {
        case admit
        case refuse
    }

    /// - Parameter now: of a clock that does not go back.
    package mutating func requested(now: NIODeadline) -> OnRequest {
        while let oldest = self.counted.first, now - oldest >= .seconds(1) { self.counted.removeFirst() }
        guard self.counted.count < self.perSecond else { return .refuse }
        self.counted.append(now)
        return .admit
    }

    /// The request that was admitted then was refused for another reason. It may be forgotten by now, which does no harm.
    package mutating func withdrawn(_ time: NIODeadline) {
        guard let place = self.counted.lastIndex(of: time) else { return }
        self.counted.remove(at: place)
    }

    package var countedRequests: Int { self.counted.count }
}
