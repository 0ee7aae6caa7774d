// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Logging
package import NIOCore
internal import SluiceWire

/// Serves the invocations of one Runtime API, one after the other, on one event loop. Holds no state of the process,
/// so that several can run in one.
package struct FunctionRuntime: Sendable {
    private let function: LambdaFunction
    private let address: RuntimeAddress
    private let environment: FunctionEnvironment
    /// Told of the trace of each invocation before its handler runs.
    private let onTrace: (@Sendable (String?) -> Void)?

    package init(
        _ function: LambdaFunction,
        address: RuntimeAddress,
        environment: FunctionEnvironment = FunctionEnvironment(),
        onTrace: (@Sendable (String?) -> Void)? = nil
    ) {
        self.function = function
        self.address = address
        self.environment = environment
        self.onTrace = onTrace
    }

    /// Runs on `loop` until the service fails or the task is cancelled; it never just ends. From any executor.
    package func run(on loop: any EventLoop) async -> RuntimeFailure {
        await withTaskExecutorPreference(LoopExecutor(loop)) {
            let client = RuntimeClient(address: self.address, loop: loop, logger: self.function.logger)
            defer { client.close() }
            do throws(RuntimeFailure) {
                let handler = try await self.prepare(telling: client)
                while true {
                    try await self.serveNext(client, handler)
                }
            } catch {
                return error
            }
        }
    }

    private func prepare(telling client: RuntimeClient) async throws(RuntimeFailure) -> LambdaFunction.Handler {
        do {
            return try await self.function.prepare()
        } catch {
            let report = ErrorReport(reporting: error)
            try await client.postInitError(report)
            throw .initialisationFailed("\(report.errorType): \(report.errorMessage)")
        }
    }

    private func serveNext(
        _ client: RuntimeClient,
        _ handler: @escaping LambdaFunction.Handler
    ) async throws(RuntimeFailure) {
        let (invocation, event) = try await client.next()
        self.onTrace?(invocation.traceID)
        let context = InvocationContext(invocation, environment: self.environment, logger: self.function.logger)
        try await InvocationContext.withCurrent(context) { () async throws(RuntimeFailure) in
            try await self.serve(
                event,
                context,
                ResponseExchange(invocation, client, self.deadline(of: context, client)),
                handler
            )
        }
    }

    private func deadline(of context: InvocationContext, _ client: RuntimeClient) -> InvocationDeadline {
        InvocationDeadline(
            remaining: context.remainingTime,
            margin: self.function.deadlineMargin,
            timer: client.deadlineTimer,
            loop: client.loop
        )
    }

    private func serve(
        _ event: ByteBuffer,
        _ context: InvocationContext,
        _ exchange: ResponseExchange,
        _ handler: @escaping LambdaFunction.Handler
    ) async throws(RuntimeFailure) {
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
            try self.take(try await self.send(result, on: exchange), of: context)
            if let afterwards = result.afterwards { await deadline.run { await afterwards.run(context) } }
        case .failure(let error):
            try self.take(try await exchange.send(deadline.report(of: error)), of: context)
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

    private func take(_ outcome: ResponseOutcome, of context: InvocationContext) throws(RuntimeFailure) {
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
