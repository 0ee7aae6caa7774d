// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import NIOCore
internal import SluiceWire

/// Serves one invocation after the other on one connection to the Runtime API. Confined to its loop.
struct InvocationWorker {
    let client: RuntimeClient
    let handler: LambdaFunction.Handler
    let environment: FunctionEnvironment
    let deadlineMargin: Duration
    let logger: Logger
    /// Told of the trace of each invocation before its handler runs.
    let onTrace: (@Sendable (String?) -> Void)?
    /// `nil` when nobody observes.
    let observers: InvocationObservers?

    /// It never just ends.
    func run() async -> RuntimeFailure {
        do throws(RuntimeFailure) {
            while true { try await self.serveNext() }
        } catch {
            return error
        }
    }

    private func serveNext() async throws(RuntimeFailure) {
        let (invocation, event) = try await self.client.next()
        self.onTrace?(invocation.traceID)
        let context = InvocationContext(invocation, self.environment, self.client, self.logger)
        let deadline = InvocationDeadline(context.deadline.deadline, margin: self.deadlineMargin, self.client)
        let observed = self.observers?.began(context, self.client.time)
        let exchange = ResponseExchange(invocation, self.client, deadline, observed)
        try await InvocationContext.withCurrent(context) { () async throws(RuntimeFailure) in
            defer { exchange.observed?.invocationEnded() }
            try await self.serve(event, context, exchange)
        }
    }

    private func serve(
        _ event: ByteBuffer,
        _ context: InvocationContext,
        _ exchange: ResponseExchange
    ) async throws(RuntimeFailure) {
        let handler = self.handler
        let deadline = exchange.deadline
        let bound = NIOLoopBound(exchange, eventLoop: self.client.loop)
        let outcome: ResponseOutcome
        let afterwards: AfterResponse?
        switch await deadline.run({ await FunctionAnswer(handler, event, context, on: bound) }) {
        case .sent(let then):
            (outcome, afterwards) = (try await exchange.outcome(), then)
        case .whole(let message, let then):
            (outcome, afterwards) = (try await exchange.send(message), then)
        case .stream(let stream, let then):
            (outcome, afterwards) = (try await exchange.send(stream), then)
        case .failure(let error):
            (outcome, afterwards) = (try await exchange.send(deadline.report(of: error)), nil)
        }
        try self.take(outcome, of: exchange, context)
        if let afterwards { await deadline.run { await afterwards.run(context) } }
    }

    private func take(
        _ outcome: ResponseOutcome,
        of exchange: ResponseExchange,
        _ context: InvocationContext
    ) throws(RuntimeFailure) {
        exchange.observed?.responseEnded(outcome)
        switch outcome {
        case .accepted:
            break
        case .late:
            context.logger.notice("Lambda no longer waits for this response; it is dropped")
        case .refused(let status):
            context.logger.error("Lambda refused the response", metadata: ["status": "\(status)"])
        case .connectionLost:
            context.logger.error("the connection to Lambda was lost before the response was accepted")
        case .containerError:
            throw .containerError
        }
    }
}
