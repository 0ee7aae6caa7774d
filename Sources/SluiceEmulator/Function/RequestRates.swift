// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceServiceWire
internal import SluiceWire

/// How many requests came within the last second, of each function that has reserved concurrency, and of all together.
/// Lives on the service's event loop.
///
/// Counted are synchronous requests, by whichever way they come: asynchronous ones are not limited so. (Lambda quotas,
/// "Invocation requests per function per Region".) Functions on Managed Instances are left out: Lambda documents the limit
/// for environments that serve one request at a time, and says nothing of theirs.
final class RequestRates {
    private let limits: ServiceLimits
    private let accountConcurrency: Int
    private let log: EventLog
    private var account: RequestRateMachine?
    private var functions: [String: RequestRateMachine] = [:]

    init(_ configuration: EmulatorConfiguration, log: EventLog) {
        self.limits = configuration.limits
        self.accountConcurrency = configuration.accountConcurrency
        self.log = log
        self.account = self.limits.requestsPerSecond(ofConcurrency: self.accountConcurrency)
            .map { RequestRateMachine(perSecond: $0) }
        for function in configuration.functions {
            self.functions[function.name] = function.reservedConcurrency
                .flatMap { self.limits.requestsPerSecond(ofConcurrency: $0) }
                .map { RequestRateMachine(perSecond: $0) }
        }
    }

    /// A request that was let in.
    struct Admission {
        fileprivate let function: String
        fileprivate let time: NIODeadline
    }

    /// `nil` where this request is none of those that are counted.
    func admit(
        _ delivery: Delivery,
        to function: FunctionConfiguration,
        now: NIODeadline
    ) throws(InvokeError) -> Admission? {
        guard delivery.isSynchronous, function.managedConcurrency == nil else { return nil }
        if case .refuse = self.functions[function.name]?.requested(now: now) {
            self.note("a reserved concurrency of \(function.concurrency)", function.name)
            throw .rateExceeded
        }
        if case .refuse = self.account?.requested(now: now) {
            self.functions[function.name]?.withdrawn(now)
            self.note("an account concurrency of \(self.accountConcurrency)", function.name)
            throw .accountRateExceeded
        }
        return Admission(function: function.name, time: now)
    }

    /// No environment could take it after all, so it is none of those that Lambda would have let in.
    func withdraw(_ admission: Admission) {
        self.functions[admission.function]?.withdrawn(admission.time)
        self.account?.withdrawn(admission.time)
    }

    private func note(_ concurrency: String, _ function: String) {
        let limit = ServiceLimit.requestsPerSecond
        let words = "a request was refused: with \(concurrency) it is one too many within a second"
        self.log.record(.note(limit.note(words, value: self.limits[limit])), function: function)
    }
}
