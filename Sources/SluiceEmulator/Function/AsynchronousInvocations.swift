// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// The asynchronous invocations of one function: each until it has been served, or is given up.
final class AsynchronousInvocations {
    /// One of them. A later attempt has the request id of the first, as on Lambda.
    private struct Event {
        let number: Int
        let invocation: Invocation
        let acceptedAt: NIODeadline
        var machine: AsynchronousInvocationMachine
        /// It has not been with the function.
        var isFirst = true
        let makeDelivery: MakeDelivery

        var ageMilliseconds: Int64 { (NIODeadline.now() - self.acceptedAt).nanoseconds / 1_000_000 }
    }

    /// For an attempt, whose end the caller hears; of those that reach the function, the first is told apart.
    typealias MakeDelivery = (Invocation, any InvocationCaller, _ isFirst: Bool) -> Delivery

    private weak let function: FunctionService?
    private let note: (String) -> Void
    private var lastNumber = 0
    /// Until those are tried again.
    private var timers: [Int: Scheduled<Void>] = [:]

    init(of function: FunctionService, note: @escaping (String) -> Void) {
        self.function = function
        self.note = note
    }

    func take(_ invocation: Invocation, makeDelivery: @escaping MakeDelivery) {
        guard let configuration = self.function?.configuration else { return }
        self.lastNumber += 1
        self.attempt(
            Event(
                number: self.lastNumber,
                invocation: invocation,
                acceptedAt: .now(),
                machine: AsynchronousInvocationMachine(
                    retries: configuration.asynchronousRetries,
                    firstWaitMilliseconds: configuration.asynchronousRetryWait.nanoseconds / 1_000_000
                ),
                makeDelivery: makeDelivery
            )
        )
    }

    /// The service stops. What is under way is the function's, and what waits is dropped.
    func stop() {
        guard !self.timers.isEmpty else { return }
        let count = self.timers.count
        for timer in self.timers.values { timer.cancel() }
        self.timers = [:]
        let what =
            count == 1 ? "an asynchronous invocation that waited" : "\(count) asynchronous invocations that waited"
        self.note("\(what) to be tried again ended with the service")
    }

    private func attempt(_ event: Event) {
        var invocation = event.invocation
        invocation.invocationID = Identifiers.uuid()
        let caller = UnheardCaller { self.failed(event, $0) }
        self.function?.invoke(event.makeDelivery(invocation, caller, event.isFirst)) { self.notRun(event, $0.words) }
    }

    private func failed(_ event: Event, _ failure: InvocationFailure) {
        let what = "failed (\(failure.errorType))"
        guard let function = self.function, !function.isStopping else {
            return self.note(
                "the asynchronous invocation \(event.invocation.requestID) \(what), and ended with the service"
            )
        }
        var event = event
        event.isFirst = false
        // What the service did, and what it does not begin while another with the id is under way.
        let isService = failure.exception != nil || failure.errorType == InvocationFailure.sandboxFailure
        guard !isService, failure.errorType != InvocationFailure.duplicateInvocation else {
            return self.notRun(event, what)
        }
        let decision = event.machine.functionFailed(ageMilliseconds: event.ageMilliseconds)
        self.act(on: decision, event, what)
    }

    private func notRun(_ event: Event, _ what: String) {
        var event = event
        let isSwitchedOff = self.function?.configuration.reservedConcurrency == 0
        let decision = event.machine.notRun(isSwitchedOff: isSwitchedOff, ageMilliseconds: event.ageMilliseconds)
        self.act(on: decision, event, what)
    }

    private func act(on decision: AsynchronousInvocationMachine.Decision, _ event: Event, _ what: String) {
        let what = "the asynchronous invocation \(event.invocation.requestID) \(what)"
        switch decision {
        case .tryAgain(let milliseconds):
            guard self.timers.count < Limits.maximumWaitingAsynchronousEvents else {
                let limit = "\(Limits.maximumWaitingAsynchronousEvents) wait already"
                return self.note("\(what), and is given up: \(limit), as many as this service keeps")
            }
            self.note("\(what), and is tried again in \(Self.seconds(milliseconds)), as Lambda does")
            let delay = TimeAmount.milliseconds(milliseconds)
            self.timers[event.number] = self.function?.eventLoop.assumeIsolated().scheduleTask(in: delay) {
                self.timers[event.number] = nil
                self.attempt(event)
            }
        case .giveUp(let reason):
            let end = "Lambda would send it to the function's on-failure destination or dead-letter queue"
            self.note("\(what), and is given up \(reason.words): \(end)")
        }
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}

extension InvokeError {
    fileprivate var words: String {
        if case .tooManyRequests(let throttle, _) = self {
            "was throttled (\(throttle.rawValue))"
        } else {
            "was refused"
        }
    }
}

extension AsynchronousInvocationMachine.Reason {
    fileprivate var words: String {
        switch self {
        case .failedTooOften(attempts: 1): "after 1 attempt"
        case .failedTooOften(let attempts): "after \(attempts) attempts"
        case .tooOld: "after \(Limits.maximumAsynchronousEventSeconds / 3600) hours"
        case .noConcurrency: "at once, since nothing runs at a reserved concurrency of 0"
        }
    }
}
