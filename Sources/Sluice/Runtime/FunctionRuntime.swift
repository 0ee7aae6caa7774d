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
            let mode = try self.function.responseMode ?? ResponseMode(invokeMode: self.environment.invokeMode)
            return Self.answering(in: mode, try await self.function.prepare())
        } catch {
            let report = ErrorReport(reporting: error)
            try await client.postInitError(report)
            throw .initialisationFailed("\(report.errorType): \(report.errorMessage)")
        }
    }

    private func serveNext(
        _ client: RuntimeClient,
        _ handler: LambdaFunction.Handler
    ) async throws(RuntimeFailure) {
        let (invocation, event) = try await client.next()
        self.onTrace?(invocation.traceID)
        let context = InvocationContext(invocation, environment: self.environment, logger: self.function.logger)
        let exchange = ResponseExchange(invocation: invocation, client: client)
        let outcome: ResponseOutcome
        switch await Self.message(from: handler, event, context) {
        case .success(.buffered(let message)): outcome = try await exchange.send(message)
        case .success(.streamed(let message)): outcome = try await exchange.send(message)
        case .success(.gathered(let answer)): outcome = try await exchange.send(answer)
        case .failure(let error): outcome = try await exchange.send(ErrorReport(reporting: error))
        }
        try self.take(outcome, of: context)
    }

    private enum Message {
        case buffered(ResponseMessage.Buffered)
        case streamed(ResponseMessage.Streamed)
        case gathered(BufferedAnswer)
    }

    private static func message(
        from handler: LambdaFunction.Handler,
        _ event: ByteBuffer,
        _ context: InvocationContext
    ) async -> Result<Message, any Error> {
        do {
            switch try await handler(event, context).kind {
            case .bytes(let bytes, let contentType):
                let contentType = try Self.checked(contentType)
                return .success(.buffered(ResponseMessage.Buffered(contentType: contentType, body: bytes)))
            case .stream(let contentType, let body):
                let contentType = try Self.checked(contentType)
                return .success(
                    .streamed(ResponseMessage.Streamed(contentType: contentType, prelude: [], body: body))
                )
            case .http(let result):
                return .success(.streamed(try result.message()))
            case .buffered(let result, let form):
                return .success(.gathered(BufferedAnswer(result: result, form: form)))
            }
        } catch {
            return .failure(error)
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
