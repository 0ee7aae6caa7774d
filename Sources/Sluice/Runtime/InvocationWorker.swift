// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
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
        let context = InvocationContext(invocation, environment: self.environment, logger: self.logger)
        let deadline = InvocationDeadline(
            remaining: context.remainingTime,
            margin: self.deadlineMargin,
            timer: self.client.deadlineTimer,
            loop: self.client.loop
        )
        let exchange = ResponseExchange(invocation, self.client, deadline, self.observers?.began(context))
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
        let answer: Result<LambdaResult, any Error> = await deadline.run {
            do {
                return .success(try await handler(event, context))
            } catch {
                return .failure(error)
            }
        }
        switch answer {
        case .success(let result):
            try self.take(try await self.send(result, on: exchange), of: exchange, context)
            if let afterwards = result.afterwards { await deadline.run { await afterwards.run(context) } }
        case .failure(let error):
            try self.take(try await exchange.send(deadline.report(of: error)), of: exchange, context)
        }
    }

    private func send(
        _ result: LambdaResult,
        on exchange: ResponseExchange
    ) async throws(RuntimeFailure) -> ResponseOutcome {
        let message: Message
        do throws(UnusableResult) {
            message = try Self.message(of: result)
        } catch {
            return try await exchange.send(ErrorReport(reporting: error))
        }
        switch message {
        case .buffered(let message): return try await exchange.send(message)
        case .streamed(let message): return try await exchange.send(message)
        }
    }

    private enum Message {
        case buffered(ResponseMessage.Buffered)
        case streamed(ResponseMessage.Streamed)
    }

    private static func message(of result: LambdaResult) throws(UnusableResult) -> Message {
        switch result.kind {
        case .bytes(let bytes, let contentType):
            .buffered(ResponseMessage.Buffered(contentType: try Self.checked(contentType), body: bytes))
        case .stream(let contentType, let body):
            .streamed(ResponseMessage.Streamed(contentType: try Self.checked(contentType), prelude: [], body: body))
        case .http(let result):
            .streamed(try result.message())
        }
    }

    private static func checked(_ contentType: String) throws(UnusableResult) -> String {
        guard !contentType.isEmpty, HTTPField.isValidValue(contentType) else {
            throw UnusableResult(
                type: "Function.InvalidContentType",
                message: "the content type has characters that HTTP does not allow in a header, or none"
            )
        }
        return contentType
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
