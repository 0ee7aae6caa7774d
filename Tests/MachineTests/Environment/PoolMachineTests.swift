// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

extension PoolMachine.OnAcquire {
    fileprivate var environment: PoolMachine.EnvironmentID? {
        switch self {
        case .reuse(let environment), .start(let environment): environment
        case .wait, .throttle: nil
        }
    }
}

@Suite struct PoolMachineTests {
    @Test func startsUpToItsLimitAndThenThrottles() throws {
        var pool = PoolMachine(limit: 2)
        let first = try #require(pool.acquire().environment)
        let second = try #require(pool.acquire().environment)
        #expect(first != second)
        #expect(pool.acquire() == .throttle)
        #expect(pool.busyCount == 2)
        #expect(pool.released(first) == .keepIdle)
        #expect(pool.acquire() == .reuse(first))
    }

    /// How a function is switched off.
    @Test func aLimitOfNoneThrottlesEverything() {
        var pool = PoolMachine(limit: 0)
        #expect(pool.acquire() == .throttle)
        #expect(pool.waitedLongEnough() == .throttle)
    }

    @Test func endsOneThatNobodyHasNeeded() throws {
        var pool = PoolMachine(limit: 2)
        let first = try #require(pool.acquire().environment)
        #expect(pool.idleTooLong(first) == .ignore, "it is at work")
        _ = pool.released(first)
        #expect(pool.idleTooLong(first) == .end)
        #expect(pool.idleTooLong(first) == .ignore)
        #expect(pool.acquire().environment != first)
    }

    @Test func whereEveryStartIsColdNoEnvironmentIsUsedTwice() throws {
        var pool = PoolMachine(limit: 2, reuses: false)
        let first = try #require(pool.acquire().environment)
        pool.responseFinished(first)
        let second = try #require(pool.acquire().environment, "there is room, so nobody waits")
        pool.responseFinished(second)
        #expect(pool.acquire() == .wait)
        #expect(pool.released(first) == .end)
        #expect(pool.released(second) == .end)
        #expect(pool.busyCount == 0 && pool.idleCount == 0)
        let third = try #require(pool.waitedLongEnough().environment)
        #expect(third != first && third != second)
    }

    @Test func usesTheOneThatBecameIdleLast() throws {
        var pool = PoolMachine(limit: 2)
        let first = try #require(pool.acquire().environment)
        let second = try #require(pool.acquire().environment)
        _ = pool.released(second)
        _ = pool.released(first)
        #expect(pool.acquire() == .reuse(first))
        #expect(pool.acquire() == .reuse(second))
    }

    @Test func aCallThatFollowsAResponseWaitsForItsEnvironment() throws {
        var pool = PoolMachine(limit: 2)
        let environment = try #require(pool.acquire().environment)
        pool.responseFinished(environment)
        #expect(pool.acquire() == .wait)
        #expect(pool.acquire().environment != nil, "one finishing environment serves one who waits")
        #expect(pool.released(environment) == .handToWaiting)
        #expect(pool.waitingCount == 0)
        #expect(pool.busyCount == 2)
        #expect(pool.released(environment) == .keepIdle)
    }

    @Test func whoWaitedLongEnoughGetsAnEnvironmentOrNone() throws {
        var pool = PoolMachine(limit: 2)
        let first = try #require(pool.acquire().environment)
        pool.responseFinished(first)
        #expect(pool.acquire() == .wait)
        let second = try #require(pool.waitedLongEnough().environment)
        #expect(pool.waitingCount == 0)
        pool.responseFinished(second)
        #expect(pool.acquire() == .wait)
        #expect(pool.waitedLongEnough() == .throttle)
        #expect(pool.busyCount == 2)
    }

    /// A service that stops has nobody wait any more, and nothing started for them.
    @Test func whoGivesUpWaitingTakesNothing() throws {
        var pool = PoolMachine(limit: 2)
        let first = try #require(pool.acquire().environment)
        pool.responseFinished(first)
        #expect(pool.acquire() == .wait)
        pool.gaveUpWaiting()
        #expect(pool.waitingCount == 0)
        #expect(pool.busyCount == 1)
        #expect(pool.released(first) == .keepIdle)
        #expect(pool.busyCount == 0)
    }

    @Test func anEnvironmentThatEndedIsNotHandedOut() throws {
        var pool = PoolMachine(limit: 1)
        let first = try #require(pool.acquire().environment)
        pool.responseFinished(first)
        #expect(pool.acquire() == .wait)
        pool.ended(first)
        #expect(pool.released(first) == .ignore)
        let second = try #require(pool.waitedLongEnough().environment)
        #expect(second != first)
        _ = pool.released(second)
        pool.ended(second)
        #expect(pool.idleCount == 0)
    }

    // MARK: New code

    @Test func newCodeEndsTheIdleAndLetsTheBusyFinish() throws {
        var pool = PoolMachine(limit: 3)
        let busy = try #require(pool.acquire().environment)
        let finishing = try #require(pool.acquire().environment)
        let idle = try #require(pool.acquire().environment)
        _ = pool.released(idle)
        pool.responseFinished(finishing)
        let renewed = pool.renewed()
        #expect(renewed.idle == [idle])
        #expect(renewed.retiring == 2)
        #expect(pool.released(idle) == .ignore)
        #expect(pool.released(finishing) == .end)
        #expect(pool.released(busy) == .end)
        #expect(pool.released(busy) == .ignore)
        #expect(pool.retiringCount == 0 && pool.busyCount == 0 && pool.idleCount == 0)
    }

    /// Who saves a file while streams run is not throttled by them.
    @Test func oldCodeAtWorkDoesNotCountAgainstTheLimit() throws {
        var pool = PoolMachine(limit: 1)
        let old = try #require(pool.acquire().environment)
        #expect(pool.acquire() == .throttle)
        _ = pool.renewed()
        let new = try #require(pool.acquire().environment)
        #expect(new != old)
        #expect(pool.acquire() == .throttle)
    }

    @Test func whatRetiresBeyondTheAllowanceCounts() throws {
        var pool = PoolMachine(limit: 2, retiringAllowance: 1)
        let old = try (0..<2).map { _ in try #require(pool.acquire().environment) }
        _ = pool.renewed()
        #expect(pool.acquire().environment != nil)
        #expect(pool.acquire() == .throttle, "one of the two old ones counts")
        pool.ended(old[0])
        #expect(pool.acquire().environment != nil)
    }

    @Test func whoWaitsForOldCodeGetsNew() throws {
        var pool = PoolMachine(limit: 1)
        let old = try #require(pool.acquire().environment)
        pool.responseFinished(old)
        #expect(pool.acquire() == .wait)
        _ = pool.renewed()
        #expect(pool.released(old) == .end)
        #expect(pool.waitedLongEnough().environment != old)
    }

    @Test func aStrayCallOfWhoWaitedUsesWhatIsIdle() throws {
        var pool = PoolMachine(limit: 1)
        let first = try #require(pool.acquire().environment)
        _ = pool.released(first)
        #expect(pool.waitedLongEnough() == .reuse(first))
    }
}
