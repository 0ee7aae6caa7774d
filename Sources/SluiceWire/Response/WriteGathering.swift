// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Decides when the chunks that a handler writes leave, and when the handler has to let the event loop do its work.
///
/// A system call for each small write costs most of the throughput, so writes that follow each other closely leave
/// together. But none may wait for the next one, since nobody knows when that comes: a write leaves at the latest when
/// the handler suspends, at once when enough has gathered, and at once when the handler took its time to come
/// to it, because it will probably do so again.
package struct WriteGathering: Sendable {
    private var gatheredBytes = 0
    private var lastWriteNanoseconds: UInt64
    private var lastYieldNanoseconds: UInt64

    package init(nowNanoseconds: UInt64) {
        self.lastWriteNanoseconds = nowNanoseconds
        self.lastYieldNanoseconds = nowNanoseconds
    }

    package enum OnWrite: Hashable, Sendable {
        /// When the handler suspends.
        case flushSoon
        case flush
        /// The handler has kept the loop to itself for long: other work of the loop comes first now.
        case flushAndYield
    }

    package mutating func wrote(bytes: Int, nowNanoseconds now: UInt64) -> OnWrite {
        let sinceLastWrite = now &- self.lastWriteNanoseconds
        self.lastWriteNanoseconds = now
        self.gatheredBytes += bytes
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

    /// The loop did other work, because the handler waited.
    package mutating func resumed(nowNanoseconds now: UInt64) {
        self.lastYieldNanoseconds = now
        self.lastWriteNanoseconds = now
    }
}
