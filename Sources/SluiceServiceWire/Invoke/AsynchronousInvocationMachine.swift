// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Decides what becomes of an asynchronous invocation that did not go well.
///
/// ```text
///                 functionFailed: after one wait, then two       ┌──────────┐
///  ┌───────────┐ ─────────────────────────────────────────────▶ │ attempts │ (again)
///  │ attempted │  notRun: after 1, 2, 4 ... 300 s                └──────────┘
///  └───────────┘ ─────────────▶ given up: retries used up, too old, or no concurrency at all
/// ```
///
/// Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation": a function error is
/// tried again "two more times, with a one-minute wait between the first two attempts, and two minutes between the second
/// and third attempts"; what is throttled, or fails in the service, goes "back to the queue" for up to six hours, at an
/// interval that "increases exponentially from 1 second after the first attempt to a maximum of 5 minutes". "Configuring
/// reserved concurrency": at zero, events are given up without any retries.
package struct AsynchronousInvocationMachine: Sendable {
    private let retries: Int
    private let firstWaitMilliseconds: Int64
    private var failures = 0
    private var refusals = 0

    /// - Parameters:
    ///   - retries: after how many failures of the function it is tried again; Lambda API, `MaximumRetryAttempts`.
    ///   - firstWaitMilliseconds: before the first of them; the second waits twice as long.
    package init(retries: Int, firstWaitMilliseconds: Int64) {
        self.retries = retries
        self.firstWaitMilliseconds = firstWaitMilliseconds
    }

    package enum Decision: Hashable, Sendable {
        case tryAgain(afterMilliseconds: Int64)
        case giveUp(Reason)
    }

    package enum Reason: Hashable, Sendable {
        case failedTooOften(attempts: Int)
        /// It has waited for `Limits.maximumAsynchronousEventSeconds`.
        case tooOld
        /// The function is switched off.
        case noConcurrency
    }

    /// The function, or its environment, failed with it.
    ///
    /// - Parameter ageMilliseconds: since it was accepted.
    package mutating func functionFailed(ageMilliseconds: Int64) -> Decision {
        self.failures += 1
        guard self.failures <= self.retries else { return .giveUp(.failedTooOften(attempts: self.failures)) }
        return self.tryAgain(after: self.firstWaitMilliseconds * Int64(self.failures), ageMilliseconds)
    }

    /// It was throttled, or the service failed; the function has not seen it, or not to the end.
    ///
    /// - Parameter isSwitchedOff: the function's reserved concurrency is zero.
    package mutating func notRun(isSwitchedOff: Bool, ageMilliseconds: Int64) -> Decision {
        guard !isSwitchedOff else { return .giveUp(.noConcurrency) }
        let doublings = min(self.refusals, Limits.asynchronousBackOffDoublings)
        self.refusals += 1
        let wait = min(Int64(1000) << Int64(doublings), Limits.maximumAsynchronousBackOffMilliseconds)
        return self.tryAgain(after: wait, ageMilliseconds)
    }

    private func tryAgain(after wait: Int64, _ ageMilliseconds: Int64) -> Decision {
        let maximum = Int64(Limits.maximumAsynchronousEventSeconds) * 1000
        guard ageMilliseconds + wait <= maximum else { return .giveUp(.tooOld) }
        return .tryAgain(afterMilliseconds: wait)
    }
}
