// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import Logging

/// A Lambda function behind a Function URL: an HTTP request in, an HTTP response out.
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

    /// A function that needs nothing before its first request.
    public init(
        _ handler:
            @escaping @Sendable (_ request: FunctionRequest, _ context: InvocationContext) async throws -> HTTPResult
    ) {
        self.function = LambdaFunction { event, context in
            .http(try await handler(try FunctionRequest(event: event), context))
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
            .http(try await handler(state, try FunctionRequest(event: event), context))
        }
    }

    /// Serves requests until the process is ended; see ``LambdaFunction/run()``.
    @available(*, noasync, message: "call it at the top level of main.swift")
    public func run() -> Never {
        self.function.run()
    }
}
