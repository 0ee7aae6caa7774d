// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

/// When bytes of a paced response pass.
@Suite struct PacingMachineTests {
    private static let interval = TimeAmount.milliseconds(Int64(Limits.streamRefillMilliseconds))
    /// Two bytes each interval.
    private static let narrow = Bandwidth(burstBytes: 5, bytesPerSecond: 16)

    @Test func passesSixMebibytesAtOnceAndThenAQuarterOfOneEachEighthOfASecond() {
        var machine = PacingMachine(.lambda)
        let start = NIODeadline.uptimeNanoseconds(1_000)
        #expect(machine.bytesArrived(6_291_456, now: start) == .forward)
        let first = start + Self.interval
        #expect(machine.bytesArrived(1_000_000, now: start) == .forwardThenHold(firstBytes: 0, at: first))
        #expect(machine.timeCame(now: first) == .forward(bytes: 262_144, at: first + Self.interval))
        #expect(
            machine.timeCame(now: first + Self.interval)
                == .forward(bytes: 262_144, at: first + Self.interval + Self.interval)
        )
    }

    @Test func countsFromTheFirstByteAndNotFromBefore() {
        var machine = PacingMachine(Self.narrow)
        let late = NIODeadline.uptimeNanoseconds(0) + .hours(1)
        #expect(machine.bytesArrived(6, now: late) == .forwardThenHold(firstBytes: 5, at: late + Self.interval))
    }

    @Test func neverHoldsMoreThanTheBucket() {
        var machine = PacingMachine(Self.narrow)
        let start = NIODeadline.uptimeNanoseconds(0)
        #expect(machine.bytesArrived(1, now: start) == .forward)
        #expect(
            machine.bytesArrived(6, now: start + .hours(1))
                == .forwardThenHold(firstBytes: 5, at: start + .hours(1) + Self.interval)
        )
    }

    @Test func neverAsksAgainWhenNothingIsEverRefilled() {
        var machine = PacingMachine(.stalled(afterBytes: 3))
        #expect(machine.bytesArrived(4, now: .now()) == .forwardThenHold(firstBytes: 3, at: nil))
        #expect(machine.isHolding)
    }

    @Test func aReaderThatPausesTakesEverythingBehindItsPauseWhichBeginsWhenSomethingWaits() {
        var machine = PacingMachine(.stalled(afterBytes: 3, milliseconds: 500))
        let start = NIODeadline.uptimeNanoseconds(0)
        #expect(machine.bytesArrived(2, now: start) == .forward)
        let later = start + .seconds(10)
        let end = later + .milliseconds(500)
        #expect(machine.bytesArrived(4, now: later) == .forwardThenHold(firstBytes: 1, at: end))
        #expect(machine.bytesArrived(1_000, now: later) == .hold)
        #expect(machine.timeCame(now: later + .milliseconds(499)) == .forward(bytes: 0, at: end))
        #expect(machine.timeCame(now: end) == .forwardAll(hasEnd: false))
        #expect(machine.bytesArrived(.max / 2, now: end) == .forward)
        #expect(machine.bytesArrived(.max / 4, now: end + .hours(1)) == .forward)
        #expect(machine.ended() == .forward)
    }

    @Test func aSlowReaderTakesWhatOneIntervalHasAtATime() {
        var machine = PacingMachine(.slow(bytesPerSecond: 80))
        let start = NIODeadline.uptimeNanoseconds(0)
        #expect(machine.bytesArrived(25, now: start) == .forwardThenHold(firstBytes: 10, at: start + Self.interval))
        let next = start + Self.interval
        #expect(machine.timeCame(now: next) == .forward(bytes: 10, at: next + Self.interval))
        #expect(machine.timeCame(now: next + Self.interval) == .forwardAll(hasEnd: false))
    }

    @Test func losesNothingOfWhatWaitsWhenTheConnectionIsLost() {
        var machine = PacingMachine(Self.narrow)
        _ = machine.bytesArrived(9, now: .now())
        #expect(machine.ended() == .hold)
        #expect(machine.connectionLost() == .forwardHeld(hasEnd: true))
        #expect(machine.connectionLost() == .drop)
    }

    @Test func ratesBeyondAllBoundsDoNotOverflow() {
        var machine = PacingMachine(Bandwidth(burstBytes: .max, bytesPerSecond: .max))
        let start = NIODeadline.uptimeNanoseconds(0)
        #expect(machine.bytesArrived(.max, now: start) == .forward)
        #expect(machine.bytesArrived(.max / 2, now: start + .hours(10_000)) == .forward)
    }

    // MARK: Every script

    enum Step: CaseIterable { case one, four, nine, soon, tick, long, end, lost }

    @Test func everyShortScriptPassesWhatABucketHasAndNoMoreAndKeepsTheOrder() throws {
        for bandwidth in [Self.narrow, Bandwidth(burstBytes: 0, bytesPerSecond: 16), .stalled(afterBytes: 6)] {
            try everyScript(of: Step.allCases, length: 6) { script in
                var world = PacingWorld(bandwidth)
                for step in script { try world.take(step) }
                try world.checkThatAllPasses()
            }
        }
    }
}

/// The machine beside a bucket that is counted one interval after the other.
private struct PacingWorld {
    private var machine: PacingMachine
    private let bandwidth: Bandwidth
    private let refill: Int
    private var now = NIODeadline.uptimeNanoseconds(7)
    /// When the shell is to ask.
    private var alarm: NIODeadline?

    private var passed = 0
    private var isThrough = false

    // The model.
    private var tokens: Int
    private var lastRefill: NIODeadline?
    private var waiting = 0
    private var expected = 0
    private var endWaits = false
    private var endPassed = false

    init(_ bandwidth: Bandwidth) {
        self.machine = PacingMachine(bandwidth)
        self.bandwidth = bandwidth
        self.refill = bandwidth.bytesPerSecond * Limits.streamRefillMilliseconds / 1_000
        self.tokens = bandwidth.burstBytes
    }

    mutating func take(_ step: PacingMachineTests.Step) throws {
        switch step {
        case .one: try self.bytes(1)
        case .four: try self.bytes(4)
        case .nine: try self.bytes(9)
        case .soon: try self.wait(.milliseconds(40))
        case .tick: try self.wait(.milliseconds(125))
        case .long: try self.wait(.milliseconds(1_000))
        case .end: try self.end()
        case .lost: try self.lose()
        }
        try demand(self.passed == self.expected, "\(self.passed) passed, not \(self.expected)")
        try demand(self.isThrough == self.endPassed, "the end")
        try demand(self.machine.isHolding == (self.waiting > 0), "holding")
        try demand(self.waiting == 0 || self.refill == 0 || self.alarm != nil, "nobody asks again")
    }

    /// Time enough for everything, if there is a rate.
    mutating func checkThatAllPasses() throws {
        guard self.refill > 0 else { return }
        for _ in 0..<60 { try self.take(.tick) }
        try demand(self.waiting == 0, "\(self.waiting) never pass")
    }

    private mutating func fill() {
        guard var last = self.lastRefill else { return }
        while last + .milliseconds(125) <= self.now {
            last = last + .milliseconds(125)
            self.tokens = min(max(self.bandwidth.burstBytes, self.refill), self.tokens + self.refill)
            self.drain()
        }
        self.lastRefill = last
    }

    private mutating func drain() {
        let count = min(self.tokens, self.waiting)
        self.tokens -= count
        self.waiting -= count
        self.expected += count
        if self.waiting == 0, self.endWaits {
            self.endWaits = false
            self.endPassed = true
        }
    }

    private mutating func bytes(_ count: Int) throws {
        let isOver = self.endPassed || self.endWaits
        if !isOver {
            if self.lastRefill == nil { self.lastRefill = self.now }
            self.fill()
            self.waiting += count
            self.drain()
        }
        // A runtime sends nothing behind its end; the machine drops it if nothing waits.
        if isOver { return }
        switch self.machine.bytesArrived(count, now: self.now) {
        case .forward: self.passed += count
        case .forwardThenHold(let first, let time):
            self.passed += first
            self.alarm = time
        case .hold, .drop: break
        }
    }

    private mutating func wait(_ amount: TimeAmount) throws {
        self.now = self.now + amount
        self.fill()
        guard let alarm = self.alarm, alarm <= self.now else { return }
        self.alarm = nil
        switch self.machine.timeCame(now: self.now) {
        case .forward(let count, let time):
            self.passed += count
            self.alarm = time
            try demand(time.map { $0 > self.now } ?? true, "asks for a time that is over")
        case .forwardAll(let hasEnd):
            self.passed = self.expected
            if hasEnd { self.isThrough = true }
        case .ignore: break
        }
    }

    private mutating func end() throws {
        let isOver = self.endPassed || self.endWaits
        switch self.machine.ended() {
        case .forward:
            try demand(!isOver, "two ends")
            self.isThrough = true
        case .hold: try demand(self.waiting > 0, "an end waits for nothing")
        case .drop: try demand(isOver, "an end is lost")
        }
        if isOver { return }
        if self.waiting > 0 { self.endWaits = true } else { self.endPassed = true }
    }

    private mutating func lose() throws {
        let isOver = self.endPassed
        self.expected += self.waiting
        switch self.machine.connectionLost() {
        case .forward:
            try demand(!isOver, "lost behind the end")
            self.isThrough = true
        case .forwardHeld(let hasEnd):
            try demand(hasEnd == self.endWaits, "which end")
            self.passed += self.waiting
            self.isThrough = true
        case .drop: try demand(isOver, "a loss is lost")
        }
        self.waiting = 0
        self.endWaits = false
        self.endPassed = true
        self.alarm = nil
    }
}
