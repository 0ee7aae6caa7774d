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

/// Every life of a pool up to six steps, the renewal of its code among them.
@Suite struct PoolScriptTests {
    /// A number is the place of the environment among all that were started.
    private enum Input: CaseIterable {
        case acquire, waitedLongEnough, gaveUpWaiting, renewed
        case finished0, finished1, released0, released1, ended0, ended1, idleTooLong0
    }

    private enum Life { case busy, finishing, idle, retiring, gone }

    private struct Promises {
        let limit: Int
        let allowance: Int
        /// In the order in which they were started.
        var started: [PoolMachine.EnvironmentID] = []
        var lives: [Life] = []
        var waiting = 0

        func count(_ life: Life) -> Int { self.lives.count { $0 == life } }

        mutating func acquired(_ decision: PoolMachine.OnAcquire, mayWait: Bool) throws(Illegal) {
            let counted = max(0, self.count(.retiring) - self.allowance)
            let busy = self.count(.busy) + self.count(.finishing) + counted
            switch decision {
            case .reuse(let id):
                guard let place = self.started.firstIndex(of: id) else { throw Illegal("reuses a stranger") }
                try demand(self.lives[place] == .idle, "reuses what is \(self.lives[place])")
                self.lives[place] = .busy
            case .start(let id):
                try demand(!self.started.contains(id), "an id is used twice")
                try demand(self.count(.idle) == 0, "starts one while another is idle")
                try demand(busy < self.limit, "starts one over the limit")
                try demand(!mayWait || self.count(.finishing) <= self.waiting, "starts one where it should wait")
                self.started.append(id)
                self.lives.append(.busy)
            case .wait:
                try demand(mayWait && self.count(.idle) == 0, "waits")
                try demand(self.count(.finishing) > self.waiting, "waits for nothing")
                self.waiting += 1
            case .throttle:
                try demand(busy >= self.limit && self.count(.idle) == 0, "throttles below the limit")
            }
        }

        mutating func released(_ place: Int, _ decision: PoolMachine.OnReleased) throws(Illegal) {
            if self.lives[place] == .retiring {
                self.lives[place] = .gone
                return try demand(decision == .end, "\(decision) for one with old code")
            }
            guard self.lives[place] == .busy || self.lives[place] == .finishing else {
                return try demand(decision == .ignore, "\(decision) for one that was not busy")
            }
            if self.waiting > 0 {
                try demand(decision == .handToWaiting, "\(decision) while someone waits")
                self.waiting -= 1
                self.lives[place] = .busy
            } else {
                try demand(decision == .keepIdle, "\(decision) while nobody waits")
                self.lives[place] = .idle
            }
        }

        mutating func renewed(_ decision: PoolMachine.OnRenewed) throws(Illegal) {
            for place in self.lives.indices {
                let isNamed = decision.idle.contains(self.started[place])
                try demand(isNamed == (self.lives[place] == .idle), "\(decision) ends what is \(self.lives[place])")
                switch self.lives[place] {
                case .busy, .finishing: self.lives[place] = .retiring
                case .idle: self.lives[place] = .gone
                case .retiring, .gone: break
                }
            }
            try demand(decision.retiring == self.count(.retiring), "\(decision)")
        }

        func check(_ pool: borrowing PoolMachine) throws(Illegal) {
            let busy = pool.busyCount, idle = pool.idleCount, waiting = pool.waitingCount
            try demand(pool.retiringCount == self.count(.retiring), "retiring: \(pool.retiringCount)")
            try demand(busy == self.count(.busy) + self.count(.finishing), "busy: \(busy)")
            try demand(idle == self.count(.idle), "idle: \(idle)")
            try demand(waiting == self.waiting && waiting >= 0, "waiting: \(waiting)")
            try demand(busy + idle <= self.limit, "\(busy) busy and \(idle) idle")
            try demand(waiting == 0 || idle == 0, "someone waits beside an idle environment")
        }
    }

    @Test(arguments: [(1, 1), (2, 0)]) func noScriptOfSixStepsBreaksAPromise(limit: Int, allowance: Int) throws {
        let count = try everyScript(of: Input.allCases, length: 6) { script in
            var pool = PoolMachine(limit: limit, retiringAllowance: allowance)
            var promises = Promises(limit: limit, allowance: allowance)
            for input in script {
                try Self.run(input, &pool, &promises)
                try promises.check(pool)
            }
        }
        #expect(count == 1_771_561)
    }

    private static func endIdle(_ pool: inout PoolMachine, _ promises: inout Promises) throws {
        guard let first = promises.started.first else { return }
        let ends = pool.idleTooLong(first) == .end
        try demand(ends == (promises.lives[0] == .idle), "ends what is \(promises.lives[0])")
        if ends { promises.lives[0] = .gone }
    }

    private static func run(_ input: Input, _ pool: inout PoolMachine, _ promises: inout Promises) throws {
        switch input {
        case .acquire: try promises.acquired(pool.acquire(), mayWait: true)
        case .waitedLongEnough:
            promises.waiting = max(0, promises.waiting - 1)
            try promises.acquired(pool.waitedLongEnough(), mayWait: false)
        case .gaveUpWaiting:
            promises.waiting = max(0, promises.waiting - 1)
            pool.gaveUpWaiting()
        case .renewed: try promises.renewed(pool.renewed())
        case .idleTooLong0: try Self.endIdle(&pool, &promises)
        case .finished0, .finished1:
            let place = input == .finished0 ? 0 : 1
            guard promises.started.indices.contains(place) else { return }
            pool.responseFinished(promises.started[place])
            if promises.lives[place] == .busy { promises.lives[place] = .finishing }
        case .released0, .released1:
            let place = input == .released0 ? 0 : 1
            guard promises.started.indices.contains(place) else { return }
            try promises.released(place, pool.released(promises.started[place]))
        case .ended0, .ended1:
            let place = input == .ended0 ? 0 : 1
            guard promises.started.indices.contains(place) else { return }
            pool.ended(promises.started[place])
            promises.lives[place] = .gone
        }
    }
}
