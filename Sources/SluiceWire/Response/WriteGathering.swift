// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Decides when the chunks that a handler writes leave, and when the handler has to let the event loop do its work.
///
/// By itself (`Policy.automatic`): a system call for each small write costs most of the throughput, so writes that follow each other closely leave
/// together. But none may wait for the next one, since nobody knows when that comes: a write leaves at the latest when
/// the handler suspends, at once when enough has gathered, and at once when the handler took its time to come
/// to it, because it will probably do so again.
package struct WriteGathering: Sendable {
    package enum Policy: Hashable, Sendable {
        case automatic
        /// Writes wait for so many bytes, or for so much time since the first of them.
        case gathered(bytes: Int, nanoseconds: Int64)
    }

    private let policy: Policy
    private var gatheredBytes = 0
    private var lastWriteNanoseconds: UInt64
    private var lastYieldNanoseconds: UInt64

    package init(_ policy: Policy = .automatic, nowNanoseconds: UInt64) {
        self.policy = policy
        self.lastWriteNanoseconds = nowNanoseconds
        self.lastYieldNanoseconds = nowNanoseconds
    }

    package enum OnWrite: Hashable, Sendable {
        /// When the handler suspends.
        case flushSoon
        case flush
        /// The handler has kept the loop to itself for long: other work of the loop comes first now.
        case flushAndYield
        /// When so much time has passed, unless it leaves sooner.
        case flushIn(nanoseconds: Int64)
        /// With what waits already.
        case wait
        /// As `wait`, and the loop's other work comes first now.
        case waitAndYield
    }

    package mutating func wrote(bytes: Int, nowNanoseconds now: UInt64) -> OnWrite {
        let sinceLastWrite = now &- self.lastWriteNanoseconds
        self.lastWriteNanoseconds = now
        self.gatheredBytes += bytes
        switch self.policy {
        case .automatic: return self.wroteAlone(since: sinceLastWrite, now)
        case .gathered(let limit, let nanoseconds): return self.wroteToGather(bytes, limit, nanoseconds, now)
        }
    }

    private mutating func wroteAlone(since sinceLastWrite: UInt64, _ now: UInt64) -> OnWrite {
        if now &- self.lastYieldNanoseconds >= Limits.loopYieldNanoseconds {
            self.lastYieldNanoseconds = now
            self.gatheredBytes = 0
            return .flushAndYield
        }
        if self.gatheredBytes >= Limits.writeGatheringBytes || sinceLastWrite >= Limits.writePauseNanoseconds {
            self.gatheredBytes = 0
            return .flush
        }
        return .flushSoon
    }

    private mutating func wroteToGather(_ bytes: Int, _ limit: Int, _ nanoseconds: Int64, _ now: UInt64) -> OnWrite {
        let yields = now &- self.lastYieldNanoseconds >= Limits.loopYieldNanoseconds
        if yields { self.lastYieldNanoseconds = now }
        if self.gatheredBytes >= limit {
            self.gatheredBytes = 0
            return yields ? .flushAndYield : .flush
        }
        // The first of them starts the time, and while that runs there is no second clock to ask for.
        if self.gatheredBytes == bytes { return .flushIn(nanoseconds: nanoseconds) }
        return yields ? .waitAndYield : .wait
    }

    /// All that was written has left.
    package mutating func flushed() { self.gatheredBytes = 0 }

    /// The loop did other work, because the handler waited.
    package mutating func resumed(nowNanoseconds now: UInt64) {
        self.lastYieldNanoseconds = now
        self.lastWriteNanoseconds = now
    }
}
