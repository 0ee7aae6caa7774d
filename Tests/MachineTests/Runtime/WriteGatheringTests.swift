// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct WriteGatheringTests {
    @Test func letsQuickWritesLeaveTogether() {
        var gathering = WriteGathering(nowNanoseconds: 0)
        #expect(gathering.wrote(bytes: 10, nowNanoseconds: 1_000) == .flushSoon)
        #expect(gathering.wrote(bytes: 10, nowNanoseconds: 2_000) == .flushSoon)
    }

    @Test func flushesAtTheBoundAndCountsAnew() {
        var gathering = WriteGathering(nowNanoseconds: 0)
        #expect(gathering.wrote(bytes: Limits.writeGatheringBytes - 1, nowNanoseconds: 0) == .flushSoon)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 0) == .flush)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 0) == .flushSoon)
    }

    @Test func doesNotLetAWriteWaitForAHandlerThatTakesItsTime() {
        var gathering = WriteGathering(nowNanoseconds: 0)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: Limits.writePauseNanoseconds - 1) == .flushSoon)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 2 * Limits.writePauseNanoseconds) == .flush)
    }

    @Test func givesTheLoopBackToItsOtherWork() {
        var gathering = WriteGathering(nowNanoseconds: 0)
        var now: UInt64 = 0
        var yields: [UInt64] = []
        while now < 10 * Limits.loopYieldNanoseconds {
            now += 1_000
            if gathering.wrote(bytes: 1, nowNanoseconds: now) == .flushAndYield { yields.append(now) }
        }
        #expect(yields.count == 10)
    }

    @Test func countsTheTimeOfAWaitAsTheLoopsOwn() {
        var gathering = WriteGathering(nowNanoseconds: 0)
        gathering.resumed(nowNanoseconds: 5 * Limits.loopYieldNanoseconds)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 5 * Limits.loopYieldNanoseconds + 1) == .flushSoon)
    }

    @Test func survivesAClockThatGoesBack() {
        var gathering = WriteGathering(nowNanoseconds: 1_000_000)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 0) == .flushAndYield)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 0) == .flushSoon)
    }

    // MARK: Gathered

    @Test func theFirstGatheredWriteStartsTheTime() {
        var gathering = WriteGathering(.gathered(bytes: 100, nanoseconds: 5), nowNanoseconds: 0)
        #expect(gathering.wrote(bytes: 10, nowNanoseconds: 1_000) == .flushIn(nanoseconds: 5))
        #expect(gathering.wrote(bytes: 10, nowNanoseconds: Limits.writePauseNanoseconds * 2) == .wait)
        gathering.flushed()
        #expect(
            gathering.wrote(bytes: 10, nowNanoseconds: Limits.writePauseNanoseconds * 3) == .flushIn(nanoseconds: 5)
        )
    }

    @Test func gatheredWritesLeaveAtTheirBoundAndCountAnew() {
        var gathering = WriteGathering(.gathered(bytes: 100, nanoseconds: 5), nowNanoseconds: 0)
        #expect(gathering.wrote(bytes: 99, nowNanoseconds: 0) == .flushIn(nanoseconds: 5))
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 0) == .flush)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 0) == .flushIn(nanoseconds: 5))
    }

    @Test func gatheringGivesTheLoopBackToo() {
        var gathering = WriteGathering(.gathered(bytes: 1_000_000, nanoseconds: 5), nowNanoseconds: 0)
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: 0) == .flushIn(nanoseconds: 5))
        #expect(gathering.wrote(bytes: 1, nowNanoseconds: Limits.loopYieldNanoseconds) == .waitAndYield)
        #expect(gathering.wrote(bytes: 1_000_000, nowNanoseconds: 2 * Limits.loopYieldNanoseconds) == .flushAndYield)
    }
}
