// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import TestSupport
import Testing

@Suite struct ManagedPoolMachineTests {
    private typealias Pool = ManagedPoolMachine

    private func started(_ pool: inout Pool) throws -> PoolMachine.EnvironmentID {
        guard case .start(let environment) = pool.acquire() else { throw NothingStarted() }
        return environment
    }

    private struct NothingStarted: Error {}

    @Test func anEnvironmentIsFilledBeforeAnotherIsStarted() throws {
        var pool = Pool(limit: 2, workers: 3)
        let first = try self.started(&pool)
        #expect(pool.acquire() == .reuse(first), "it holds them until its workers come")
        #expect(pool.acquire() == .reuse(first))
        let second = try self.started(&pool)
        #expect(first != second)
        for _ in 0..<2 { #expect(pool.acquire() == .reuse(second)) }
        #expect(pool.acquire() == .throttle)
        #expect(pool.servingCount == 6 && pool.environmentCount == 2)
    }

    @Test func onceItIsReadyOnlyIdleWorkersAreRoom() throws {
        var pool = Pool(limit: 2, workers: 2)
        let first = try self.started(&pool)
        pool.ready(first)
        #expect(pool.acquire() == .wait, "its second worker is on its way")
        #expect(pool.workerIsIdle(first) == .handToWaiting)
        _ = try self.started(&pool)
    }

    @Test func aRuntimeWithFewerWorkersThanAllowedHasAnotherEnvironmentStarted() throws {
        var pool = Pool(limit: 2, workers: 8)
        let first = try self.started(&pool)
        pool.ready(first)
        #expect(pool.acquire() == .wait)
        guard case .start = pool.waitedLongEnough() else {
            Issue.record("nobody came")
            return
        }
        #expect(pool.waitingCount == 0)
    }

    @Test func aWorkerThatComesBackServesWhoWaits() throws {
        var pool = Pool(limit: 1, workers: 1)
        let first = try self.started(&pool)
        pool.ready(first)
        #expect(pool.acquire() == .throttle)
        #expect(pool.invocationFinished(first) == .keepIdle)
        #expect(pool.acquire() == .wait)
        #expect(pool.acquire() == .throttle, "one worker serves one who waits")
        #expect(pool.workerIsIdle(first) == .handToWaiting)
        #expect(pool.servingCount == 1)
    }

    @Test func whoWaitedForAWorkerInVainIsThrottled() throws {
        var pool = Pool(limit: 1, workers: 1)
        let first = try self.started(&pool)
        pool.ready(first)
        _ = pool.invocationFinished(first)
        #expect(pool.acquire() == .wait)
        #expect(pool.waitedLongEnough() == .throttle)
    }

    @Test func aLostWorkerIsNoRoom() throws {
        var pool = Pool(limit: 1, workers: 2)
        let first = try self.started(&pool)
        pool.ready(first)
        #expect(pool.workerIsIdle(first) == .keepIdle)
        pool.workerLost(first)
        #expect(pool.acquire() == .wait)
        #expect(pool.waitedLongEnough() == .throttle)
    }

    @Test func oneThatServesSomebodyIsNotIdle() throws {
        var pool = Pool(limit: 1, workers: 2)
        let first = try self.started(&pool)
        pool.ready(first)
        _ = pool.workerIsIdle(first)
        #expect(pool.idleTooLong(first) == .ignore)
        _ = pool.invocationFinished(first)
        #expect(pool.idleTooLong(first) == .end)
        #expect(pool.idleTooLong(first) == .ignore)
        #expect(pool.environmentCount == 0)
    }

    @Test func newCodeEndsTheIdleAndLetsTheLastInvocationOfTheOthersFinish() throws {
        var pool = Pool(limit: 2, workers: 2)
        let busy = try self.started(&pool)
        #expect(pool.acquire() == .reuse(busy))
        pool.ready(busy)
        let idle = try self.started(&pool)
        pool.ready(idle)
        _ = pool.invocationFinished(idle)
        let renewed = pool.renewed()
        #expect(renewed.idle == [idle] && renewed.retiring == 1)
        let fresh = try self.started(&pool)
        #expect(pool.acquire() == .reuse(fresh), "nothing goes to the old one")
        #expect(pool.workerIsIdle(busy) == .ignore)
        #expect(pool.invocationFinished(busy) == .keepIdle)
        #expect(pool.invocationFinished(busy) == .end)
        #expect(pool.invocationFinished(busy) == .ignore)
        #expect(pool.environmentCount == 1)
    }

    @Test func aLimitOfNoneThrottlesEverything() {
        var pool = Pool(limit: 0, workers: 4)
        #expect(pool.acquire() == .throttle)
        #expect(pool.waitedLongEnough() == .throttle)
    }

    /// Random scripts: no environment ever has more invocations than workers, nor are there more of them than allowed.
    @Test func noScriptOverfillsAnEnvironment() {
        let random = SeededGenerator()
        var generator = random
        for _ in 0..<300 {
            let (limit, workers) = (Int.random(in: 0...3, using: &generator), Int.random(in: 1...4, using: &generator))
            var pool = Pool(limit: limit, workers: workers)
            var running: [PoolMachine.EnvironmentID: Int] = [:]
            var waiting = 0
            func take(_ decision: PoolMachine.OnAcquire) {
                switch decision {
                case .reuse(let id): running[id, default: -100] += 1
                case .start(let id): #expect(running.updateValue(1, forKey: id) == nil, "\(random)")
                case .wait: waiting += 1
                case .throttle: break
                }
            }
            for _ in 0..<80 {
                let some = running.keys.sorted { $0.number < $1.number }.randomElement(using: &generator)
                switch (Int.random(in: 0..<8, using: &generator), some) {
                case (0, _), (1, _), (2, nil): take(pool.acquire())
                case (2, let id?): pool.ready(id)
                case (3, let id?), (4, let id?):
                    if case .handToWaiting = pool.workerIsIdle(id) {
                        running[id]? += 1
                        waiting -= 1
                    }
                case (5, let id?):
                    let isBusy = (running[id] ?? 0) > 0
                    #expect((pool.invocationFinished(id) != .ignore) == isBusy, "\(random)")
                    if isBusy { running[id]? -= 1 }
                case (6, let id?) where Int.random(in: 0..<4, using: &generator) == 0:
                    pool.ended(id)
                    running[id] = nil
                default:
                    guard waiting > 0 else { continue }
                    waiting -= 1
                    take(pool.waitedLongEnough())
                }
                #expect(running.values.allSatisfy { (0...workers).contains($0) }, "\(running) \(random)")
                #expect(running.count <= limit, "\(random)")
                #expect(pool.waitingCount == waiting, "\(random)")
                #expect(pool.servingCount == running.values.reduce(0, +), "\(random)")
            }
        }
    }
}
