// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import Logging
internal import NIOCore
internal import SluiceWire

/// A Lambda function behind a Function URL, an API of API Gateway, an Application Load Balancer or VPC Lattice: an HTTP
/// request in, an HTTP response out.
///
/// ```swift
/// import HTTPTypes
/// import Sluice
///
/// HTTPFunction { request, context in
///     HTTPResult.stream(headers: [.contentType: "text/plain"]) { writer in
///         for word in request.path.split(separator: "/") {
///             try await writer.write(word + "\n")
///         }
///     }
/// }.run()
/// ```
///
/// The head leaves before the first write of the body, and also when there is none.
///
/// An answer is streamed if both sides can: the source of the request (``FunctionRequest/Source/canStream``), and the
/// function by its ``responseMode``. All others are gathered, and sent as JSON in the shape that the source takes.
public struct HTTPFunction: Sendable {
    /// The same as a function of bytes.
    package var function: LambdaFunction

    /// What the runtime itself logs goes here, and what handlers log through their context.
    public var logger: Logger {
        get { self.function.logger }
        set { self.function.logger = newValue }
    }

    /// How long before the deadline the work of an invocation is cancelled; see ``LambdaFunction/deadlineMargin``.
    public var deadlineMargin: Duration {
        get { self.function.deadlineMargin }
        set { self.function.deadlineMargin = newValue }
    }

    /// How answers are sent to sources that can stream. `nil` leaves it to the environment variable `SLUICE_INVOKE_MODE`:
    /// `BUFFERED` or `RESPONSE_STREAM`, as the Function URL's invoke mode; without it, answers are streamed. With any other
    /// value the function does not start.
    ///
    /// ```swift
    /// var function = HTTPFunction { request, _ in .text("hello " + request.path) }
    /// function.responseMode = .buffered
    /// function.run()
    /// ```
    public var responseMode: ResponseMode? {
        get { self.function.responseMode }
        set { self.function.responseMode = newValue }
    }

    /// A function that needs nothing before its first request.
    public init(
        _ handler:
            @escaping @Sendable (_ request: FunctionRequest, _ context: InvocationContext) async throws -> HTTPResult
    ) {
        self.function = LambdaFunction { event, context in
            try await Self.answer(event, context, handler)
        }
    }

    /// A function that prepares something once, before its first request; see ``LambdaFunction``.
    public init<State: Sendable>(
        setUp: @escaping @Sendable (_ lifecycle: FunctionLifecycle) async throws -> State,
        _ handler:
            @escaping @Sendable (
                _ state: State, _ request: FunctionRequest, _ context: InvocationContext
            ) async throws -> HTTPResult
    ) {
        self.function = LambdaFunction(setUp: setUp) { state, event, context in
            try await Self.answer(event, context) { request, context in
                try await handler(state, request, context)
            }
        }
    }

    /// Streams where the mode says so and the source of the event can.
    private static func answer(
        _ event: ByteBuffer,
        _ context: InvocationContext,
        _ handler: (FunctionRequest, InvocationContext) async throws -> HTTPResult
    ) async throws -> LambdaResult {
        let (request, form) = try FunctionRequest.read(event)
        let mode = request.source.canStream ? context.responseMode : .buffered
        let result = try await Self.result(request, context.responding(in: mode), handler)
        return switch mode {
        case .streamed: LambdaResult(.http(result), afterwards: result.afterwards)
        case .buffered: LambdaResult(.buffered(result, form), afterwards: result.afterwards)
        }
    }

    private static func result(
        _ request: FunctionRequest,
        _ context: InvocationContext,
        _ handler: (FunctionRequest, InvocationContext) async throws -> HTTPResult
    ) async throws -> HTTPResult {
        #if Codable
        do {
            return try await handler(request, context)
        } catch let error as InvalidBody {
            context.logger.debug("the body of the request cannot be used", metadata: ["reason": "\(error)"])
            return error.result
        }
        #else
        return try await handler(request, context)
        #endif
    }

    /// Serves requests until the process is ended; see ``LambdaFunction/run()``.
    @available(*, noasync, message: "call it at the top level of main.swift")
    public func run() -> Never {
        self.function.run()
    }
}
