// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Decides when the events that are gathered for one subscriber leave, and which are dropped.
///
/// ```text
///  ┌─────────┐ first event: timer  ┌───────────┐ items, bytes, timer, flush ┌─────────┐
///  │  empty  │ ──────────────────▶ │ gathering │ ─────────────────────────▶ │ sending │ ◀─┐ failed, less often than
///  └─────────┘                     └───────────┘                            └─────────┘ ──┘ `attempts` times
///       ▲                                ▲ something is left: timer              │
///       │                                └──────────────── delivered, given up ──┤
///       └──────────────────────── nothing is left ───────────────────────────────┘
/// ```
///
/// One batch is under way at a time. What comes meanwhile waits, up to `waitingBytes`, and is dropped beyond that; how
/// much was dropped is told once there is room. (Lambda Developer Guide, "Telemetry API reference", buffering, and
/// `platform.logsDropped`.)
package struct TelemetryBufferMachine {
    private enum State: Hashable {
        /// Nothing is gathered.
        case empty
        /// The first of the gathered events waits for others; a timer runs.
        case gathering
        /// A batch of so many events is on its way, for which time; what is gathered behind it waits.
        case sending(count: Int, attempt: Int)
    }

    private let maximumItems: Int
    private let maximumBytes: Int
    private let waitingBytes: Int
    private let attempts: Int
    private var state = State.empty
    /// How large each event is, the ones under way first.
    private var sizes: [Int] = []
    private var bytes = 0
    private var dropped = Dropped()
    /// Nothing is gathered any more: all of it leaves as soon as it can.
    private var isFlushing = false

    /// What a subscriber did not get.
    package struct Dropped: Hashable, Sendable {
        package var records: Int
        package var bytes: Int

        package init(records: Int = 0, bytes: Int = 0) {
            self.records = records
            self.bytes = bytes
        }
    }

    /// - Parameters:
    ///   - maximumItems: of one batch.
    ///   - maximumBytes: of one batch, unless a single event is larger.
    ///   - waitingBytes: that may be gathered, with what is under way.
    ///   - attempts: to deliver one batch.
    package init(maximumItems: Int, maximumBytes: Int, waitingBytes: Int, attempts: Int) {
        self.maximumItems = maximumItems
        self.maximumBytes = maximumBytes
        self.waitingBytes = waitingBytes
        self.attempts = attempts
    }

    package enum OnRecorded: Hashable, Sendable {
        /// Keep it.
        case keep
        /// Keep it, and call `timerFired` when the time is over.
        case keepAndStartTimer
        /// Keep it, and send so many from the front. A timer that runs has no meaning any more.
        case keepAndSend(Int)
        /// Do not keep it.
        case drop
    }

    /// There is an event of that size.
    package mutating func recorded(bytes: Int) -> OnRecorded {
        // A single event of any size passes: it has bounds of its own.
        guard self.sizes.isEmpty || self.bytes + bytes <= self.waitingBytes else {
            self.dropped.records += 1
            self.dropped.bytes += bytes
            return .drop
        }
        self.sizes.append(bytes)
        self.bytes += bytes
        switch self.state {
        case .empty:
            if let count = self.send() { return .keepAndSend(count) }
            self.state = .gathering
            return .keepAndStartTimer
        case .gathering:
            return self.send().map { .keepAndSend($0) } ?? .keep
        case .sending:
            return .keep
        }
    }

    /// Begins a batch if one is full.
    private mutating func send() -> Int? {
        guard self.isFlushing || self.sizes.count >= self.maximumItems || self.bytes >= self.maximumBytes else {
            return nil
        }
        return self.sendWhatIsThere()
    }

    private mutating func sendWhatIsThere() -> Int {
        var count = 0
        var bytes = 0
        for size in self.sizes.prefix(self.maximumItems) {
            guard count == 0 || bytes + size <= self.maximumBytes else { break }
            count += 1
            bytes += size
        }
        self.state = .sending(count: count, attempt: 1)
        return count
    }

    package enum OnTimer: Hashable, Sendable {
        case send(Int)
        case nothing
    }

    /// The first event has waited for as long as the subscriber allows.
    package mutating func timerFired() -> OnTimer {
        switch self.state {
        case .gathering: .send(self.sendWhatIsThere())
        case .empty, .sending: .nothing
        }
    }

    /// From now on nothing waits for more.
    package mutating func flushed() -> OnTimer {
        self.isFlushing = true
        return self.timerFired()
    }

    package enum OnSent: Hashable, Sendable {
        /// Forget the first so many; nothing is left.
        case rest(forget: Int)
        /// Forget the first so many, and start the timer for those behind them.
        case startTimer(forget: Int)
        /// Forget the first so many, and send the next ones.
        case send(forget: Int, Int)
        /// Send the first so many once more, after a pause; which time it is, from 2.
        case retry(Int, attempt: Int)
    }

    /// The subscriber has the batch.
    package mutating func delivered() -> OnSent {
        switch self.state {
        case .sending(let count, _): self.go(on: count)
        case .empty, .gathering: .rest(forget: 0)
        }
    }

    /// The subscriber does not have it.
    package mutating func failed() -> OnSent {
        switch self.state {
        case .sending(let count, let attempt) where attempt < self.attempts:
            self.state = .sending(count: count, attempt: attempt + 1)
            return .retry(count, attempt: attempt + 1)
        case .sending(let count, _):
            self.dropped.records += count
            self.dropped.bytes += self.sizes.prefix(count).reduce(0, +)
            return self.go(on: count)
        case .empty, .gathering:
            return .rest(forget: 0)
        }
    }

    private mutating func go(on count: Int) -> OnSent {
        self.bytes -= self.sizes.prefix(count).reduce(0, +)
        self.sizes.removeFirst(count)
        if self.sizes.isEmpty {
            self.state = .empty
            return .rest(forget: count)
        }
        if let next = self.send() { return .send(forget: count, next) }
        self.state = .gathering
        return .startTimer(forget: count)
    }

    /// What was dropped since this was asked last; `nil` if nothing, or while there is no room to tell.
    package mutating func takeDropped() -> Dropped? {
        guard self.dropped.records > 0, self.bytes < self.waitingBytes / 2 else { return nil }
        defer { self.dropped = Dropped() }
        return self.dropped
    }

    package var isIdle: Bool { self.state == .empty }
}
