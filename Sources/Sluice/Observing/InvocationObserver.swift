// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import NIOCore
internal import SluiceWire
internal import Synchronization

/// What hears of invocations. Called on the loop of the invocation's worker, which waits for it.
package protocol InvocationObserver: Sendable {
    /// The response has ended: its last byte was sent, and Lambda has answered or never will.
    func responseEnded(_ record: InvocationRecord)
    /// Nothing of the invocation runs any more, and the next one is asked for.
    func invocationEnded(_ context: InvocationContext)
}

extension InvocationObserver {
    package func invocationEnded(_ context: InvocationContext) {}
}

/// Whether a process has served an invocation before.
final class FirstInvocation: Sendable {
    private let isToCome = Atomic(true)

    /// `true` once.
    func take() -> Bool { self.isToCome.exchange(false, ordering: .relaxed) }
}

/// All that observe the invocations of a worker.
struct InvocationObservers {
    private let all: [any InvocationObserver]
    private let first: FirstInvocation

    /// `nil` when nobody observes: then nothing is measured, either.
    init?(_ function: LambdaFunction, _ environment: FunctionEnvironment, _ first: FirstInvocation) {
        var all = function.observers
        if function.logger.logLevel <= .debug { all.append(InvocationLog()) }
        guard !all.isEmpty else { return nil }
        self.all = all
        self.first = first
    }

    func began(_ context: InvocationContext, _ time: LoopTime) -> ObservedInvocation {
        ObservedInvocation(context, self.all, time, isFirst: self.first.take())
    }
}

/// Writes a line for each response.
private struct InvocationLog: InvocationObserver {
    func responseEnded(_ record: InvocationRecord) {
        var metadata: Logger.Metadata = [
            "durationMilliseconds": .stringConvertible(record.duration.milliseconds),
            "bytes": .stringConvertible(record.bytes),
            "chunks": .stringConvertible(record.chunks),
            "outcome": .string(record.outcome.name),
        ]
        if let time = record.timeToFirstByte {
            metadata["firstByteMilliseconds"] = .stringConvertible(time.milliseconds)
        }
        if let errorType = record.errorType { metadata["errorType"] = .string(errorType) }
        record.context.logger.debug("the response has ended", metadata: metadata)
    }
}
