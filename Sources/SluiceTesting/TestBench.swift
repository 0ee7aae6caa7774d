// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import Sluice
internal import SluiceServiceWire

/// What a tested function and its test share: the service, the time, and who waits for what. Confined to its loop.
final class TestBench {
    let loop: any EventLoop
    let time: LoopTime
    let manual: ManualTime
    let service: TestService
    let settings: TestedFunction.Settings
    let termination: OneShot<Void>
    private let turn: LoopTurn
    /// How often time was moved.
    private var moves = 0
    /// How many tasks of the test wait for something, and how many of them found nothing.
    private var waiting = 0
    private var parked = 0
    private(set) var ending: RuntimeFailure?

    init(_ loop: any EventLoop, _ settings: TestedFunction.Settings) {
        let sleepers = SuspendedTasks(loop: loop)
        let bound = NIOLoopBound(sleepers, eventLoop: loop)
        self.loop = loop
        self.manual = ManualTime(onSleep: { bound.execute { $0.resumeAll() } })
        self.time = LoopTime(loop: loop, manual: self.manual)
        self.service = TestService(self.time, changed: sleepers)
        self.settings = settings
        self.termination = OneShot(loop: loop)
        self.turn = LoopTurn(loop: loop)
    }

    func close() { self.turn.close() }

    func ended(_ reason: RuntimeFailure) {
        self.ending = reason
        self.service.changed.resumeAll()
    }

    // MARK: Time

    /// Lets the function do all that it can do without time passing, as far as it runs on this loop.
    func settle() async {
        for _ in 0..<self.settings.transport.turnsToSettle { await self.turn.wait() }
        var turnsLeft = Self.maximumTurnsForBytes
        while self.service.hasBytesOnTheWay, turnsLeft > 0 {
            await self.turn.wait()
            turnsLeft -= 1
        }
    }

    private static let maximumTurnsForBytes = 10_000

    /// The same, and whatever another task of the test has caused meanwhile by moving the time: of several that wait at
    /// once, each moves it only when what became due before is done.
    private func settleAll() async {
        var seen = self.moves
        await self.settle()
        while seen != self.moves {
            seen = self.moves
            await self.settle()
        }
    }

    private func move(to target: NIODeadline) -> Bool {
        self.moves += 1
        return self.manual.step(to: target)
    }

    func advance(by duration: Duration) async {
        let target = InvocationClock.Instant(deadline: self.manual.now).advanced(by: duration).deadline
        var hasArrived = false
        while !hasArrived {
            await self.settleAll()
            hasArrived = self.move(to: target)
        }
        await self.settle()
    }

    /// What a waiting test finds.
    enum Found<Value> {
        case nothing
        /// And there is more to come: patience begins anew.
        case part
        case all(Value)
    }

    func wait<Value>(for what: String, _ find: () throws -> Value?) async throws -> Value {
        try await self.wait(for: what, inParts: { try find().map { .all($0) } ?? .nothing })
    }

    /// Waits for something, and lets the time pass that the function itself waits for.
    ///
    /// Where several tasks of a test wait, the last that finds nothing moves the time: so none of them misses a moment.
    func wait<Value>(for what: String, inParts find: () throws -> Found<Value>) async throws -> Value {
        var patience = self.patienceFromNow
        self.waiting += 1
        defer {
            self.waiting -= 1
            // Those that are left may be all that wait now.
            if self.parked > 0 { self.service.changed.resumeAll() }
        }
        while true {
            await self.settleAll()
            switch try find() {
            case .all(let value):
                return value
            case .part:
                patience = self.patienceFromNow
                continue
            case .nothing:
                break
            }
            // Nothing more comes then, and time would pass for nobody.
            try self.checkThatItRuns()
            try Task.checkCancellation()
            let due = self.manual.nextSleep
            // Also while time passes: a function may wait again and again, and do nothing else.
            guard NIODeadline.now() < patience else {
                throw FunctionTestError(.nothingHappened, self.nothingHappened(what, timePasses: due != nil))
            }
            if let due, self.parked + 1 == self.waiting {
                _ = self.move(to: due)
                self.service.changed.resumeAll()
            } else {
                try await self.waitForChange(until: patience)
            }
        }
    }

    private var patienceFromNow: NIODeadline { .now() + .nanoseconds(self.settings.patience.wholeNanoseconds) }

    private func nothingHappened(_ what: String, timePasses: Bool) -> String {
        let reason =
            timePasses
            ? "the function only waits by context.clock, again and again"
            : "time passes by itself only while the function waits by context.clock, otherwise by advance(by:)"
        return "\(what) did not come in \(self.settings.patience); \(reason)"
    }

    private func waitForChange(until patience: NIODeadline) async throws {
        let timer = self.wakeUp(at: patience)
        self.parked += 1
        defer {
            self.parked -= 1
            timer.cancel()
        }
        guard await self.service.changed.suspend() else { throw CancellationError() }
    }

    private func wakeUp(at deadline: NIODeadline) -> Scheduled<Void> {
        self.loop.assumeIsolated().scheduleTask(deadline: deadline) { self.service.changed.resumeAll() }
    }

    /// Waits until the function asks for its first invocation.
    func waitUntilReady() async throws {
        try await self.wait(for: "the function's first call for an invocation") {
            if let failure = self.service.failure {
                throw FunctionTestError(
                    .initialisationFailed,
                    "the function failed to start: \(failure.errorType): \(failure.message)",
                    FunctionFailure(type: failure.errorType, message: failure.message)
                )
            }
            return self.service.isReady ? () : nil
        }
    }

    func checkThatItRuns() throws {
        if let failure = self.service.failure {
            throw FunctionTestError(
                .functionEnded,
                "the function runs no more: \(failure.message)",
                FunctionFailure(type: failure.errorType, message: failure.message)
            )
        }
        if let ending = self.ending { throw FunctionTestError(.functionEnded, "\(ending)") }
    }
}
