// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// What is measured of one invocation while it is served. Made only where somebody observes it. Confined to its loop.
final class ObservedInvocation {
    private let context: InvocationContext
    private let observers: [any InvocationObserver]
    private let isFirst: Bool
    private let time: LoopTime
    private let began: NIODeadline
    private var bytes = 0
    private var chunks = 0
    private var reportedErrorType: String?
    private weak var connection: (any RuntimeConnection)?

    init(
        _ context: InvocationContext,
        _ observers: [any InvocationObserver],
        _ time: LoopTime,
        isFirst: Bool
    ) {
        self.time = time
        self.began = time.now
        self.context = context
        self.observers = observers
        self.isFirst = isFirst
    }

    /// A message is sent, perhaps again: what was counted of it before has not arrived.
    func posts(_ message: ResponseMessage, on connection: any RuntimeConnection) {
        self.bytes = 0
        self.chunks = 0
        switch message {
        case .response(let response): self.sends(response.body.readableBytes, on: connection)
        case .error(let report): self.reports(report)
        }
    }

    /// A chunk of the body is about to be sent.
    func sends(_ bytes: Int, on connection: any RuntimeConnection) {
        guard bytes > 0 else { return }
        if self.chunks == 0 {
            connection.noteNextFlush()
            self.connection = connection
        }
        self.bytes += bytes
        self.chunks += 1
    }

    func reports(_ report: ErrorReport?) {
        self.reportedErrorType = report?.errorType
    }

    func responseEnded(_ outcome: ResponseOutcome) {
        let record = InvocationRecord(
            context: self.context,
            isFirst: self.isFirst,
            began: self.began,
            firstByte: self.chunks > 0 ? self.connection?.notedFlush : nil,
            ended: self.time.now,
            bytes: self.bytes,
            chunks: self.chunks,
            outcome: outcome,
            reportedErrorType: self.reportedErrorType
        )
        for observer in self.observers { observer.responseEnded(record) }
    }

    func invocationEnded() {
        for observer in self.observers { observer.invocationEnded(self.context) }
    }
}
