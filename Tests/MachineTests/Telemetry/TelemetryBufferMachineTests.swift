// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct TelemetryBufferMachineTests {
    private static func machine() -> TelemetryBufferMachine {
        TelemetryBufferMachine(maximumItems: 3, maximumBytes: 100, waitingBytes: 200, attempts: 2)
    }

    @Test func theFirstEventStartsTheTimerAndTheTimerSends() {
        var machine = Self.machine()
        #expect(machine.recorded(bytes: 10) == .keepAndStartTimer)
        #expect(machine.recorded(bytes: 10) == .keep)
        #expect(machine.timerFired() == .send(2))
        #expect(machine.timerFired() == .nothing)
        #expect(machine.delivered() == .rest(forget: 2))
        #expect(machine.isIdle)
    }

    @Test func aFullBatchDoesNotWait() {
        var machine = Self.machine()
        _ = machine.recorded(bytes: 1)
        _ = machine.recorded(bytes: 1)
        #expect(machine.recorded(bytes: 1) == .keepAndSend(3))
        var large = Self.machine()
        #expect(large.recorded(bytes: 100) == .keepAndSend(1))
    }

    @Test func aBatchHoldsNoMoreThanItMay() {
        var machine = Self.machine()
        _ = machine.recorded(bytes: 60)
        #expect(machine.recorded(bytes: 60) == .keepAndSend(1))
        #expect(machine.delivered() == .startTimer(forget: 1))
        #expect(machine.timerFired() == .send(1))
        #expect(machine.recorded(bytes: 100) == .keep)
        #expect(machine.delivered() == .send(forget: 1, 1), "what is behind it is a whole batch")
    }

    @Test func aBatchIsTriedAgainAndThenGivenUp() {
        var machine = Self.machine()
        _ = machine.recorded(bytes: 10)
        _ = machine.timerFired()
        #expect(machine.failed() == .retry(1, attempt: 2))
        #expect(machine.failed() == .rest(forget: 1))
        #expect(machine.takeDropped() == TelemetryBufferMachine.Dropped(records: 1, bytes: 10))
        #expect(machine.takeDropped() == nil, "it is told once")
    }

    @Test func whatDoesNotFitIsDroppedAndTold() {
        var machine = Self.machine()
        #expect(machine.recorded(bytes: 150) == .keepAndSend(1), "one of any size passes")
        #expect(machine.recorded(bytes: 50) == .keep)
        #expect(machine.recorded(bytes: 1) == .drop)
        #expect(machine.takeDropped() == nil, "there is no room to tell")
        #expect(machine.delivered() == .startTimer(forget: 1))
        #expect(machine.takeDropped() == TelemetryBufferMachine.Dropped(records: 1, bytes: 1))
    }

    @Test func afterAFlushNothingWaits() {
        var machine = Self.machine()
        _ = machine.recorded(bytes: 10)
        #expect(machine.flushed() == .send(1))
        #expect(machine.recorded(bytes: 10) == .keep)
        #expect(machine.delivered() == .send(forget: 1, 1))
        #expect(machine.delivered() == .rest(forget: 1))
        #expect(machine.recorded(bytes: 10) == .keepAndSend(1))
    }
}

/// Every script of seven steps, with the events themselves beside the machine.
@Suite struct TelemetryBufferScriptTests {
    private enum Input: CaseIterable { case small, large, timer, delivered, failed, flush }

    @Test func everyEventIsDeliveredOnceAndInOrderOrToldAsDropped() throws {
        let count = try everyScript(of: Input.allCases, length: 7) { script in
            var subscriber = Subscriber()
            for input in script { try subscriber.step(input) }
            try subscriber.finish()
        }
        #expect(count == 279_936)
    }

    /// A shell without clock and sockets.
    private struct Subscriber {
        var machine = TelemetryBufferMachine(maximumItems: 3, maximumBytes: 10, waitingBytes: 16, attempts: 2)
        var waiting: [Int] = []
        var recorded = 0
        var delivered: [Int] = []
        var dropped = 0
        var underWay = 0
        var timerRuns = false

        mutating func step(_ input: Input) throws(Illegal) {
            switch input {
            case .small: try self.record(bytes: 2)
            case .large: try self.record(bytes: 7)
            case .timer:
                guard self.timerRuns else { return }
                self.timerRuns = false
                try self.act(self.machine.timerFired())
            case .flush: try self.act(self.machine.flushed())
            case .delivered:
                guard self.underWay > 0 else { return }
                self.delivered += self.waiting.prefix(self.underWay)
                self.underWay = 0
                try self.act(self.machine.delivered())
            case .failed:
                guard self.underWay > 0 else { return }
                self.underWay = 0
                try self.act(self.machine.failed())
            }
            try demand(self.underWay <= 3, "a batch of \(self.underWay)")
            try demand(
                self.waiting.isEmpty || self.underWay > 0 || self.timerRuns,
                "\(self.waiting) wait, and nothing will send them"
            )
        }

        private mutating func record(bytes: Int) throws(Illegal) {
            self.recorded += 1
            switch self.machine.recorded(bytes: bytes) {
            case .drop: self.dropped += 1
            case .keep: self.waiting.append(self.recorded)
            case .keepAndStartTimer:
                self.waiting.append(self.recorded)
                self.timerRuns = true
            case .keepAndSend(let count):
                self.waiting.append(self.recorded)
                try self.send(count)
            }
        }

        private mutating func send(_ count: Int) throws(Illegal) {
            try demand(self.underWay == 0, "two batches are under way")
            try demand((1...self.waiting.count).contains(count), "sends \(count) of \(self.waiting)")
            self.underWay = count
            self.timerRuns = false
        }

        private mutating func act(_ decision: TelemetryBufferMachine.OnTimer) throws(Illegal) {
            if case .send(let count) = decision { try self.send(count) }
        }

        private mutating func act(_ decision: TelemetryBufferMachine.OnSent) throws(Illegal) {
            switch decision {
            case .rest(let count): self.waiting.removeFirst(count)
            case .startTimer(let count):
                self.waiting.removeFirst(count)
                self.timerRuns = true
            case .send(let count, let next):
                self.waiting.removeFirst(count)
                try self.send(next)
            case .retry(let count, _): try self.send(count)
            }
        }

        mutating func finish() throws(Illegal) {
            try self.act(self.machine.flushed())
            while self.underWay > 0 { try self.step(.delivered) }
            try demand(self.waiting.isEmpty, "\(self.waiting) were never sent")
            try demand(self.delivered == self.delivered.sorted(), "\(self.delivered) out of order")
            let told = self.machine.takeDropped()?.records ?? 0
            try demand(
                self.delivered.count + told == self.recorded && Set(self.delivered).count == self.delivered.count,
                "\(self.recorded) came, \(self.delivered) arrived, \(told) were told as dropped"
            )
        }
    }
}
