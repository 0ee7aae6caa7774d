// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct HeartbeatMachineTests {
    private static let interval: UInt64 = 1_000_000_000

    private func machine() -> HeartbeatMachine { HeartbeatMachine(interval: .seconds(1), nowNanoseconds: 0) }

    @Test func beatsWhenNothingWasSentForTheIntervalAndThenWaitsForAnother() {
        var machine = self.machine()
        #expect(machine.timerFired(nowNanoseconds: 0, hasUnsentBytes: false) == .wait(nanoseconds: Self.interval))
        #expect(machine.timerFired(nowNanoseconds: Self.interval - 1, hasUnsentBytes: false) == .wait(nanoseconds: 1))
        #expect(machine.timerFired(nowNanoseconds: Self.interval, hasUnsentBytes: false) == .beat)
        #expect(
            machine.timerFired(nowNanoseconds: Self.interval + 5, hasUnsentBytes: false)
                == .wait(nanoseconds: Self.interval - 5)
        )
    }

    @Test func countsTheSilenceFromTheLastWrite() {
        var machine = self.machine()
        machine.writeBegan()
        machine.writeEnded(nowNanoseconds: 700_000_000)
        #expect(
            machine.timerFired(nowNanoseconds: Self.interval, hasUnsentBytes: false) == .wait(nanoseconds: 700_000_000)
        )
    }

    @Test func addsNothingWhileTheReaderIsBehind() {
        var machine = self.machine()
        for beat in 1...5 {
            let now = Self.interval * UInt64(beat)
            #expect(machine.timerFired(nowNanoseconds: now, hasUnsentBytes: true) == .wait(nanoseconds: Self.interval))
        }
        #expect(machine.timerFired(nowNanoseconds: 6 * Self.interval, hasUnsentBytes: false) == .beat)
    }

    @Test func takesAnIntervalWithinItsBounds() {
        for (interval, expected) in [
            (Duration.zero, Limits.minimumHeartbeatMilliseconds), (.seconds(-5), Limits.minimumHeartbeatMilliseconds),
            (.milliseconds(11), 11), (.seconds(Int64.max), Limits.maximumHeartbeatMilliseconds),
        ] {
            var machine = HeartbeatMachine(interval: interval, nowNanoseconds: .max)
            #expect(
                machine.timerFired(nowNanoseconds: 0, hasUnsentBytes: false)
                    == .wait(nanoseconds: UInt64(expected) * 1_000_000)
            )
        }
    }

    private enum Input: CaseIterable { case began, ended, time, timer, timerBehind }

    /// A heartbeat comes only while no write is under way and nothing is unsent, and never sooner than the interval
    /// after the last write or heartbeat.
    @Test func everyShortScriptBeatsInSilenceOnly() throws {
        try everyScript(of: Input.allCases, length: 6) { script in
            var machine = self.machine()
            var (writes, quietSince, now) = (0, UInt64(0), UInt64(0))
            for input in script {
                switch input {
                case .began:
                    machine.writeBegan()
                    writes += 1
                case .ended where writes > 0:
                    machine.writeEnded(nowNanoseconds: now)
                    writes -= 1
                    quietSince = now
                case .ended:
                    return
                case .time:
                    now += Self.interval / 2
                case .timer, .timerBehind:
                    let isBehind = input == .timerBehind
                    let isSilent = writes == 0 && now - quietSince >= Self.interval
                    switch machine.timerFired(nowNanoseconds: now, hasUnsentBytes: isBehind) {
                    case .beat:
                        try demand(isSilent && !isBehind, "a heartbeat that was not due")
                    case .wait(let nanoseconds):
                        try demand(!isSilent || isBehind, "no heartbeat")
                        try demand(nanoseconds > 0 && nanoseconds <= Self.interval, "a wait of \(nanoseconds)")
                    }
                    if isSilent { quietSince = now }
                }
            }
        }
    }
}
