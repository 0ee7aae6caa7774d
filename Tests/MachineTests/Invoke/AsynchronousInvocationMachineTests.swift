// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import Testing

@Suite struct AsynchronousInvocationMachineTests {
    private typealias Machine = AsynchronousInvocationMachine

    private static let sixHours: Int64 = 21_600_000

    @Test func aFunctionErrorIsTriedTwiceMoreAfterOneAndTwoMinutes() {
        var machine = Machine(retries: 2, firstWaitMilliseconds: 60_000)
        #expect(machine.functionFailed(ageMilliseconds: 0) == .tryAgain(afterMilliseconds: 60_000))
        #expect(machine.functionFailed(ageMilliseconds: 60_000) == .tryAgain(afterMilliseconds: 120_000))
        #expect(machine.functionFailed(ageMilliseconds: 180_000) == .giveUp(.failedTooOften(attempts: 3)))
    }

    @Test func withoutRetriesTheFirstFailureIsTheLast() {
        var machine = Machine(retries: 0, firstWaitMilliseconds: 60_000)
        #expect(machine.functionFailed(ageMilliseconds: 0) == .giveUp(.failedTooOften(attempts: 1)))
    }

    /// They are counted apart: however often it was throttled, the function may fail as often as before.
    @Test func throttlingWaitsLongerEachTimeAndUsesUpNoRetry() {
        var machine = Machine(retries: 1, firstWaitMilliseconds: 5)
        var waits: [Int64] = []
        for _ in 0..<40 {
            guard case .tryAgain(let wait) = machine.notRun(isSwitchedOff: false, ageMilliseconds: 0) else { break }
            waits.append(wait)
        }
        #expect(waits.count == 40)
        #expect(Array(waits.prefix(10)) == [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000])
        #expect(waits.dropFirst(9).allSatisfy { $0 == 300_000 })
        #expect(machine.functionFailed(ageMilliseconds: 0) == .tryAgain(afterMilliseconds: 5))
        #expect(machine.functionFailed(ageMilliseconds: 0) == .giveUp(.failedTooOften(attempts: 2)))
    }

    @Test func nothingWaitsBeyondSixHours() {
        var machine = Machine(retries: 2, firstWaitMilliseconds: 60_000)
        let age = Self.sixHours - 60_000
        #expect(machine.functionFailed(ageMilliseconds: age) == .tryAgain(afterMilliseconds: 60_000))
        #expect(machine.functionFailed(ageMilliseconds: Self.sixHours) == .giveUp(.tooOld))
        #expect(machine.notRun(isSwitchedOff: false, ageMilliseconds: Self.sixHours) == .giveUp(.tooOld))
    }

    @Test func aFunctionThatIsSwitchedOffHasNoRetries() {
        var machine = Machine(retries: 2, firstWaitMilliseconds: 60_000)
        #expect(machine.notRun(isSwitchedOff: true, ageMilliseconds: 0) == .giveUp(.noConcurrency))
    }
}
