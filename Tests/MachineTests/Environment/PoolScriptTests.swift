// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

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
