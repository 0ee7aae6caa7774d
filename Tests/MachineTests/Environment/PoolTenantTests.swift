// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

/// A pool whose environments serve one tenant each.
@Suite struct PoolTenantTests {
    @Test func anEnvironmentServesItsOwnTenantOnly() {
        var pool = PoolMachine(limit: 2)
        let blue = PoolMachine.EnvironmentID(number: 1, tenant: "blue")
        let green = PoolMachine.EnvironmentID(number: 2, tenant: "green")
        #expect(pool.acquire(for: "blue") == .start(blue))
        #expect(pool.released(blue) == .keepIdle)
        #expect(pool.acquire(for: "green") == .start(green), "the idle one is another tenant's")
        #expect(pool.acquire(for: "blue") == .reuse(blue))
        #expect(pool.acquire(for: "red") == .throttle)
    }

    @Test func whoFindsNoRoomWaitsForOneThatIsAboutToBeFreeThoughItIsAnothers() {
        var pool = PoolMachine(limit: 1)
        let blue = PoolMachine.EnvironmentID(number: 1, tenant: "blue")
        #expect(pool.acquire(for: "blue") == .start(blue))
        pool.responseFinished(blue)
        #expect(pool.acquire(for: "green") == .wait)
        #expect(pool.released(blue) == .makeRoomForWaiting(at: 0))
        #expect(pool.waitedLongEnough() == .start(PoolMachine.EnvironmentID(number: 2, tenant: "green")))
        #expect(pool.waitingCount == 0)
    }

    /// Who came first gets the room, though it came by the end of another one; and who has one to wait for goes on waiting.
    @Test func roomIsForTheFirstWhoHasNothingToWaitFor() {
        var pool = PoolMachine(limit: 3)
        let blue = PoolMachine.EnvironmentID(number: 1, tenant: "blue")
        let green = PoolMachine.EnvironmentID(number: 2, tenant: "green")
        #expect(pool.acquire(for: "blue") == .start(blue))
        #expect(pool.acquire(for: "green") == .start(green))
        pool.responseFinished(blue)
        pool.responseFinished(green)
        #expect(pool.acquire(for: "blue") == .wait, "for its own")
        #expect(pool.acquire(for: "red") == .start(PoolMachine.EnvironmentID(number: 3, tenant: "red")))
        #expect(pool.acquire(for: "white") == .wait, "for any")
        #expect(pool.released(green) == .makeRoomForWaiting(at: 1))
        #expect(pool.waitedLongEnough(at: 1) == .start(PoolMachine.EnvironmentID(number: 4, tenant: "white")))
        #expect(pool.released(blue) == .handToWaiting)
    }

    @Test func whoHasRoomDoesNotWaitForAnotherTenants() {
        var pool = PoolMachine(limit: 2)
        let blue = PoolMachine.EnvironmentID(number: 1, tenant: "blue")
        #expect(pool.acquire(for: "blue") == .start(blue))
        pool.responseFinished(blue)
        #expect(pool.acquire(for: "green") == .start(PoolMachine.EnvironmentID(number: 2, tenant: "green")))
        #expect(pool.acquire(for: "blue") == .wait)
        #expect(pool.released(blue) == .handToWaiting)
    }

    @Test func noMoreAreIdleThanMayBeBusy() {
        var pool = PoolMachine(limit: 2)
        for number in 1...3 {
            let tenant = "tenant-\(number)"
            #expect(pool.surplusIdle() == nil)
            _ = pool.acquire(for: tenant)
            #expect(pool.released(PoolMachine.EnvironmentID(number: number, tenant: tenant)) == .keepIdle)
        }
        #expect(pool.surplusIdle() == PoolMachine.EnvironmentID(number: 1, tenant: "tenant-1"))
        #expect(pool.surplusIdle() == nil)
        #expect(pool.idleCount == 2)
    }

    private enum Input: CaseIterable {
        case acquireA, acquireB, waitedLongEnough, finished0, finished1, released0, released1, ended0
    }

    /// Every life of a pool of two tenants up to seven steps.
    @Test(arguments: [1, 2]) func noScriptOfSevenStepsMixesTenants(limit: Int) throws {
        let count = try everyScript(of: Input.allCases, length: 7) { script in
            var pool = PoolMachine(limit: limit)
            var started: [PoolMachine.EnvironmentID] = []
            var waiting: [String] = []
            for input in script {
                switch input {
                case .acquireA: try Self.acquired(pool.acquire(for: "a"), for: "a", &started, &waiting)
                case .acquireB: try Self.acquired(pool.acquire(for: "b"), for: "b", &started, &waiting)
                case .waitedLongEnough:
                    guard !waiting.isEmpty else { break }
                    let tenant = waiting.removeFirst()
                    try Self.acquired(pool.waitedLongEnough(), for: tenant, mayWait: false, &started, &waiting)
                case .finished0: if let id = started.first { pool.responseFinished(id) }
                case .finished1: if started.count > 1 { pool.responseFinished(started[1]) }
                case .released0: if let id = started.first { try Self.released(id, pool.released(id), &waiting) }
                case .released1:
                    if started.count > 1 { try Self.released(started[1], pool.released(started[1]), &waiting) }
                case .ended0: if let id = started.first { pool.ended(id) }
                }
                let busy = pool.busyCount, waits = pool.waitingCount
                try demand(busy <= limit, "\(busy) busy")
                try demand(waits == waiting.count, "\(waits) wait")
            }
        }
        #expect(count == 2_097_152)
    }

    private static func acquired(
        _ decision: PoolMachine.OnAcquire,
        for tenant: String,
        mayWait: Bool = true,
        _ started: inout [PoolMachine.EnvironmentID],
        _ waiting: inout [String]
    ) throws(Illegal) {
        switch decision {
        case .reuse(let id): try demand(id.tenant == tenant && started.contains(id), "\(id) for \(tenant)")
        case .start(let id):
            try demand(id.tenant == tenant && !started.contains(id), "\(id) for \(tenant)")
            started.append(id)
        case .wait:
            try demand(mayWait, "waits again")
            waiting.append(tenant)
        case .throttle: break
        }
    }

    private static func released(
        _ id: PoolMachine.EnvironmentID,
        _ decision: PoolMachine.OnReleased,
        _ waiting: inout [String]
    ) throws(Illegal) {
        switch decision {
        case .handToWaiting:
            guard let place = waiting.firstIndex(where: { $0 == id.tenant }) else {
                throw Illegal("\(id) is handed to \(waiting)")
            }
            waiting.remove(at: place)
        case .makeRoomForWaiting(let place): try demand(waiting.indices.contains(place), "room for nobody")
        case .keepIdle, .ignore, .end: break
        }
    }
}
