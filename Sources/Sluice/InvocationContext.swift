// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import Logging
package import NIOCore
internal import SluiceWire
internal import Synchronization

/// What is known of one invocation beside its event.
public struct InvocationContext: Sendable {
    private let storage: Storage

    /// How an HTTP result of this invocation will be sent: as the function is configured, or buffered where the source of
    /// the request takes no stream. What a buffered body writes arrives at once, at its end.
    public var responseMode: ResponseMode { self.storage.isBuffered.load(ordering: .relaxed) ? .buffered : .streamed }

    /// One allocation, however often the context is handed on.
    private final class Storage: Sendable {
        let invocation: NextInvocation
        let environment: FunctionEnvironment
        let clock: InvocationClock
        let deadline: InvocationClock.Instant
        let logger: Logger
        /// Known when the event has been looked at, and then for everybody who has the context: the task-local one, and the
        /// one of the work after the response.
        let isBuffered = Atomic(false)

        init(
            _ invocation: NextInvocation,
            _ environment: FunctionEnvironment,
            _ client: RuntimeClient,
            _ logger: Logger
        ) {
            self.invocation = invocation
            self.environment = environment
            self.clock = client.clock
            self.deadline = Self.deadline(of: invocation, client.time)
            self.logger = logger
        }

        private static func deadline(of invocation: NextInvocation, _ time: LoopTime) -> InvocationClock.Instant {
            guard let deadline = invocation.deadlineMilliseconds else {
                return InvocationClock.Instant(deadline: time.now + .seconds(Int64(Limits.maximumTimeoutSeconds)))
            }
            // A bound of a day either way: the service's number must not overflow a clock.
            let day: Int64 = 86_400_000
            let (left, overflow) = deadline.subtractingReportingOverflow(time.wallClockMilliseconds)
            let bounded = overflow ? 0 : min(max(left, -day), day)
            return InvocationClock.Instant(deadline: time.now + .milliseconds(bounded))
        }
    }

    init(
        _ invocation: NextInvocation,
        _ environment: FunctionEnvironment,
        _ client: RuntimeClient,
        _ logger: Logger
    ) {
        self.storage = Storage(invocation, environment, client, logger)
    }

    /// The invocation that the current task works for, for libraries that get no context; `nil` in tasks that belong to
    /// none, such as detached ones.
    public static var current: Self? { Self.taskLocal.get() }

    fileprivate static let taskLocal = TaskLocal<Self?>(wrappedValue: nil)

    /// This context, which knows now how its result will be sent. What is buffered stays so.
    func responding(in mode: ResponseMode) -> Self {
        if case .buffered = mode { self.storage.isBuffered.store(true, ordering: .relaxed) }
        return self
    }

    // MARK: The invocation

    /// The id of the request, which stands in the log, too. A retry of an asynchronous invoke has the same.
    public var requestID: String { self.storage.invocation.requestID }

    /// As it was invoked: with the alias or version of the call, if it named one.
    public var invokedFunctionARN: String { self.storage.invocation.invokedFunctionARN }

    /// The clock of this invocation, for waits: see ``InvocationClock``.
    public var clock: InvocationClock { self.storage.clock }

    /// When Lambda stops waiting, by a clock that no adjustment of the system's time moves.
    public var deadline: InvocationClock.Instant { self.storage.deadline }

    /// The same in milliseconds since 1970, as Lambda says it; 0 when it does not.
    package var deadlineMilliseconds: Int64 { self.storage.invocation.deadlineMilliseconds ?? 0 }

    /// The loop that the invocation is served on.
    package var eventLoop: any EventLoop { self.storage.clock.eventLoop }

    /// How long the function may still run; negative after the deadline.
    public var remainingTime: Duration { self.storage.clock.now.duration(to: self.storage.deadline) }

    /// The X-Ray trace, such as `Root=1-5bef4de7-…;Parent=…;Sampled=0`; to be passed on as it is.
    public var traceID: String? { self.storage.invocation.traceID }

    /// What a mobile client sent beside the event: JSON text.
    public var clientContext: String? { self.storage.invocation.clientContext }

    /// Who the caller is according to Amazon Cognito: JSON text.
    public var cognitoIdentity: String? { self.storage.invocation.cognitoIdentity }

    /// The tenant, for a function with tenant isolation.
    public var tenantID: String? { self.storage.invocation.tenantID }

    // MARK: The function

    /// The function's name; `nil` outside Lambda.
    public var functionName: String? { self.storage.environment.functionName }

    /// The function's version, `$LATEST` for one that is not published; `nil` outside Lambda.
    public var functionVersion: String? { self.storage.environment.functionVersion }

    /// The configured memory, in MB; `nil` outside Lambda.
    public var memoryMegabytes: Int? { self.storage.environment.memoryMegabytes }

    /// The log group that standard output and standard error go to; `nil` outside Lambda.
    public var logGroupName: String? { self.storage.environment.logGroupName }

    /// The log stream of this execution environment; `nil` outside Lambda.
    public var logStreamName: String? { self.storage.environment.logStreamName }

    /// A logger whose lines carry the request id.
    public var logger: Logger {
        var logger = self.storage.logger
        logger[metadataKey: Self.requestIDKey] = "\(self.requestID)"
        return logger
    }

    static let requestIDKey = "requestID"
}

extension InvocationContext {
    static func withCurrent<Result>(_ context: Self, _ work: () async -> Result) async -> Result {
        await Self.taskLocal.withValue(context, operation: work)
    }
}
