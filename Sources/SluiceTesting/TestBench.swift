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

    func advance(by duration: Duration) async {
        let target = InvocationClock.Instant(deadline: self.manual.now).advanced(by: duration).deadline
        var hasArrived = false
        while !hasArrived {
            await self.settle()
            hasArrived = self.manual.step(to: target)
        }
        await self.settle()
    }

    /// Waits for something, and lets the time pass that the function itself waits for.
    func wait<Value>(for what: String, _ find: () throws -> Value?) async throws -> Value {
        let patience = NIODeadline.now() + .nanoseconds(self.settings.patience.wholeNanoseconds)
        while true {
            await self.settle()
            if let value = try find() { return value }
            if let ending = self.ending { throw FunctionTestError(.functionEnded, "\(ending)") }
            if let due = self.manual.nextSleep {
                _ = self.manual.step(to: due)
                continue
            }
            guard NIODeadline.now() < patience else {
                throw FunctionTestError(
                    .nothingHappened,
                    """
                    \(what) did not come in \(self.settings.patience); time passes by itself only while the function \
                    waits by context.clock, otherwise by advance(by:)
                    """
                )
            }
            try await self.waitForChange(until: patience)
        }
    }

    private func waitForChange(until patience: NIODeadline) async throws {
        let timer = self.wakeUp(at: patience)
        defer { timer.cancel() }
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
