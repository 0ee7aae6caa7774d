// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// When the bytes of one response pass: a bucket, and what waits for it to be filled.
///
/// ```text
///  full ──first bytes──▶ flowing ──more than the bucket has──▶ holding ──timeCame: all of it passed──▶ flowing
///    │                      │                                    │  └─timeCame: the end waits too──▶ over
///    └──────── ended ───────┴──▶ over ◀── connectionLost ────────┘
/// ```
///
/// It stands before everything else that the service does with a response, as a slow socket would: what waits here has
/// not arrived yet. While something waits the runtime's connection is not read, so that its writer waits too.
///
/// Time comes in as a value, and the machine says when it wants to be asked again.
package struct PacingMachine {
    private enum State {
        /// Nothing has come. The clock stands still until something does.
        case full
        /// Nothing waits. `tokens` were there at the refill `since`.
        case flowing(tokens: Int, since: NIODeadline)
        /// So many bytes wait, and perhaps the end behind them; the bucket was emptied after the refill `since`.
        case holding(bytes: Int, since: NIODeadline, hasEnd: Bool)
        /// Nothing comes any more.
        case over
    }

    private let bandwidth: Bandwidth
    private var state: State = .full

    package init(_ bandwidth: Bandwidth) { self.bandwidth = bandwidth }

    // MARK: The runtime

    package enum OnBytes: Hashable, Sendable {
        case forward
        /// Forward these, hold the rest, stop reading, and ask again `at`; never, if that is `nil`.
        case forwardThenHold(firstBytes: Int, at: NIODeadline?)
        /// Others wait already.
        case hold
        /// The response is over.
        case drop
    }

    package mutating func bytesArrived(_ count: Int, now: NIODeadline) -> OnBytes {
        switch self.state {
        case .full:
            return self.spend(count, tokens: self.bandwidth.burstBytes, since: now)
        case .flowing(let tokens, let since):
            // A pause begins when the bucket is empty, and not before.
            let (refill, at) = self.bandwidth.pause == nil ? self.refill(since: since, now: now) : (0, now)
            return self.spend(count, tokens: self.capped(tokens, plus: refill), since: at)
        case .holding(let bytes, let since, let hasEnd):
            self.state = .holding(bytes: bytes + count, since: since, hasEnd: hasEnd)
            return .hold
        case .over:
            return .drop
        }
    }

    private mutating func spend(_ count: Int, tokens: Int, since: NIODeadline) -> OnBytes {
        guard count > tokens else {
            self.state = .flowing(tokens: tokens - count, since: since)
            return .forward
        }
        self.state = .holding(bytes: count - tokens, since: since, hasEnd: false)
        return .forwardThenHold(firstBytes: tokens, at: self.nextRefill(after: since))
    }

    package enum OnEnd: Hashable, Sendable {
        case forward
        /// It comes behind what waits.
        case hold
        case drop
    }

    /// The body ended as HTTP says it should.
    package mutating func ended() -> OnEnd {
        switch self.state {
        case .full, .flowing:
            self.state = .over
            return .forward
        case .holding(let bytes, let since, false):
            self.state = .holding(bytes: bytes, since: since, hasEnd: true)
            return .hold
        case .holding(_, _, hasEnd: true), .over:
            return .drop
        }
    }

    package enum OnConnectionLost: Hashable, Sendable {
        /// Nothing waits: pass the loss on.
        case forward
        /// Pass on all that waits, and then its end, if that waits too, or else the loss.
        case forwardHeld(hasEnd: Bool)
        case drop
    }

    /// The runtime's connection ended before its response had its answer. What it had sent is not kept waiting: a
    /// process that ends right behind its response must not lose the rest of it.
    package mutating func connectionLost() -> OnConnectionLost {
        switch self.state {
        case .full, .flowing:
            self.state = .over
            return .forward
        case .holding(_, _, let hasEnd):
            self.state = .over
            return .forwardHeld(hasEnd: hasEnd)
        case .over:
            return .drop
        }
    }

    // MARK: Time

    package enum OnTime: Hashable, Sendable {
        /// Forward these of what waits, and ask again then.
        case forward(bytes: Int, at: NIODeadline?)
        /// Forward all that waits, and its end if that waits too; read on.
        case forwardAll(hasEnd: Bool)
        case ignore
    }

    package mutating func timeCame(now: NIODeadline) -> OnTime {
        switch self.state {
        case .holding(let bytes, let since, let hasEnd):
            // Who asks late gets what each refill would have let pass: the bucket was never full meanwhile.
            let (refill, at) = self.refill(since: since, now: now)
            guard bytes > refill else {
                let tokens = self.capped(0, plus: refill - bytes)
                self.state = hasEnd ? .over : .flowing(tokens: tokens, since: at)
                return .forwardAll(hasEnd: hasEnd)
            }
            self.state = .holding(bytes: bytes - refill, since: at, hasEnd: hasEnd)
            return .forward(bytes: refill, at: self.nextRefill(after: at))
        case .full, .flowing, .over:
            return .ignore
        }
    }

    /// The response is over for another reason, such as a time-out: what waits is nobody's any more.
    package mutating func cancelled() { self.state = .over }

    /// Whether something waits, and the runtime's connection is not to be read.
    package var isHolding: Bool {
        switch self.state {
        case .holding: true
        case .full, .flowing, .over: false
        }
    }

    // MARK: The bucket

    /// What has come since that refill, and when the last one was.
    private func refill(since: NIODeadline, now: NIODeadline) -> (bytes: Int, at: NIODeadline) {
        if let pause = self.bandwidth.pause { return now - since >= pause ? (.max, now) : (0, since) }
        let refills = max(0, (now - since).nanoseconds / Bandwidth.interval.nanoseconds)
        let at = since + .nanoseconds(refills * Bandwidth.interval.nanoseconds)
        let (bytes, overflows) = self.bandwidth.refillBytes.multipliedReportingOverflow(by: Int(refills))
        return (overflows ? .max : bytes, at)
    }

    /// What the bucket has when so much comes into it.
    private func capped(_ tokens: Int, plus refill: Int) -> Int {
        tokens + max(0, min(self.bandwidth.capacityBytes - tokens, refill))
    }

    private func nextRefill(after refill: NIODeadline) -> NIODeadline? {
        if let pause = self.bandwidth.pause { return refill + pause }
        return self.bandwidth.refillBytes > 0 ? refill + Bandwidth.interval : nil
    }
}

extension Bandwidth {
    /// A bucket smaller than a refill would lose the rest of each.
    fileprivate var capacityBytes: Int { self.pause == nil ? max(self.burstBytes, self.refillBytes) : .max }
}
