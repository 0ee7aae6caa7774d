// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// The time at which the work of one invocation is cancelled: its deadline, less a margin in which the response can
/// still be ended with a stated error. Confined to its loop.
final class InvocationDeadline {
    private let margin: Duration
    private let loop: any EventLoop
    private let timer: DeadlineTimer
    /// `nil` when there is none: no margin, or a deadline that was past when the invocation came, by a clock that is
    /// not ours.
    private let at: NIODeadline?
    /// Whether the margin is as long as all the time that the invocation has, or longer: then nothing is cancelled.
    let isSwallowedByMargin: Bool
    /// Cancelled, or to be cancelled as soon as it begins.
    private(set) var hasPassed = false

    init(_ deadline: NIODeadline, margin: Duration, _ client: RuntimeClient) {
        self.margin = margin
        self.loop = client.loop
        self.timer = client.deadlineTimer
        let at = deadline - .nanoseconds(margin.wholeNanoseconds)
        let now = client.time.now
        self.at = margin > .zero && at > now ? at : nil
        self.isSwallowedByMargin = margin > .zero && at <= now && deadline > now
    }

    /// Runs the function's own work in this task, whose owner cancels it when the time has come and it is told so.
    func interrupting<Value>(_ interruption: OneShot<Void>, _ work: () async -> Value) async -> Value {
        guard let deadline = self.at else { return await work() }
        self.timer.arm(at: deadline) {
            self.hasPassed = true
            interruption.settle(())
        }
        defer { self.timer.disarm() }
        return await work()
    }

    /// Runs the function's own work in a task of its own, which is cancelled when the time has come.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
        guard let deadline = self.at else { return await work() }
        let ended = OneShot<Void>(loop: self.loop)
        let end = NIOLoopBound(ended, eventLoop: self.loop)
        return await withTaskGroup(of: Value.self) { group in
            group.addTask {
                let value = await work()
                end.value.settle(())
                return value
            }
            if !self.hasPassed {
                self.timer.arm(at: deadline) {
                    self.hasPassed = true
                    ended.settle(())
                }
                _ = await ended.wait()
                self.timer.disarm()
            }
            if self.hasPassed { group.cancelAll() }
            guard let value = await group.next() else { preconditionFailure("a child that was added gives its value") }
            return value
        }
    }

    /// What the caller is told of work that threw.
    func report(of error: any Error) -> ErrorReport {
        self.hasPassed ? self.exceeded(error) : ErrorReport(reporting: error)
    }

    /// What the caller is told of work that was cancelled.
    func exceeded(_ error: (any Error)?) -> ErrorReport {
        var message = "The function had not ended \(self.margin) before its deadline, and was cancelled."
        if let error, !Self.isCancellation(error) {
            let report = ErrorReport(reporting: error)
            message += " It then threw \(report.errorType): \(report.errorMessage)"
        }
        return ErrorReport(errorType: "Function.DeadlineExceeded", errorMessage: message)
    }

    private static func isCancellation(_ error: any Error) -> Bool {
        error is CancellationError || (error as? StreamError)?.code == .cancelled
    }
}
