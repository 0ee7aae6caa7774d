// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import Logging
public import NIOCore
internal import SluiceWire

/// A Lambda function: bytes of an event in, a result out.
///
/// ```swift
/// import Sluice
///
/// LambdaFunction { event, context in
///     LambdaResult.stream(contentType: "text/plain") { writer in
///         for word in ["one ", "two ", "three\n"] {
///             try await writer.write(word)
///         }
///     }
/// }.run()
/// ```
///
/// An error that the handler throws is the invocation's error; an error that the body of a stream throws ends the
/// stream with that error.
///
/// Handlers run on the event loop of the connection, so that a write costs no thread hop. One that computes for
/// long without awaiting holds it up and belongs on another executor:
/// `withTaskExecutorPreference(globalConcurrentExecutor) { … }`.
public struct LambdaFunction: Sendable {
    package typealias Handler = @Sendable (ByteBuffer, InvocationContext) async throws -> LambdaResult

    package var prepare: @Sendable (FunctionLifecycle) async throws -> Handler
    /// Whether `prepare` is the function's own work, which may need whatever a handler may need.
    let hasSetUp: Bool
    /// How an HTTP result is sent; `nil` leaves it to the environment.
    package var responseMode: ResponseMode?

    /// What the runtime itself logs goes here, and what handlers log through their context. Its lines are Lambda's, as
    /// ``SluiceLogHandler`` writes them, unless the process was bootstrapped with another handler before.
    ///
    /// At the level `debug` there is a line for each response when it has ended: how long it took, how long to its first
    /// byte, how many bytes and chunks it had, and what became of it.
    public var logger = Logger.ofFunction(label: "sluice")

    /// How long before the invocation's deadline its work is cancelled, so that the response can still be ended with
    /// the error `Function.DeadlineExceeded`: 100 ms, unless set. With zero nothing is cancelled, and
    /// Lambda ends the process in the middle of what it does.
    ///
    /// Cancellation is Swift's: `Task.sleep`, a write and whatever else awaits throws. A handler that never looks is
    /// not stopped by it.
    public var deadlineMargin: Duration = .milliseconds(Limits.deadlineMarginMilliseconds)

    /// What hears of each invocation beside the log.
    package var observers: [any InvocationObserver] = []

    /// For a function that is an extension of its environment, beside the program that Lambda takes for the runtime: the name of
    /// its file, under which it registers before anything else.
    package var externalExtensionName: String?

    /// Asked before each invocation that is asked for; `false` ends the function. `nil` goes on for ever.
    package var mayGoOn: (@Sendable () async -> Bool)?

    /// Called for each invocation when its response has been taken or lost, and the work behind it is done.
    package var invocationEnded: (@Sendable () -> Void)?

    /// What runs beside the function, from before its start until after its end.
    package var company: (any FunctionCompany)?

    /// A function that needs nothing before its first invocation.
    public init(
        _ handler: @escaping @Sendable (_ event: ByteBuffer, _ context: InvocationContext) async throws -> LambdaResult
    ) {
        self.prepare = { _ in handler }
        self.hasSetUp = false
    }

    /// A function that prepares something once, before its first invocation: a client, a model, a table.
    ///
    /// Lambda gives it ten seconds. What the function wants to do when its process ends, it says there, too:
    /// ``FunctionLifecycle``.
    ///
    /// When `setUp` throws, Lambda is told why, and the process ends with a non-zero code.
    public init<State: Sendable>(
        setUp: @escaping @Sendable (_ lifecycle: FunctionLifecycle) async throws -> State,
        _ handler:
            @escaping @Sendable (
                _ state: State, _ event: ByteBuffer, _ context: InvocationContext
            ) async throws -> LambdaResult
    ) {
        self.prepare = { lifecycle in
            let state = try await setUp(lifecycle)
            return { event, context in try await handler(state, event, context) }
        }
        self.hasSetUp = true
    }

    /// Serves invocations until the process is ended. The calling thread, which must be the main one, becomes the
    /// event loop.
    ///
    /// The address of the service comes from `AWS_LAMBDA_RUNTIME_API`, which Lambda sets, and on your own machine
    /// `sluice serve`. Without it, or when the service is gone, the process ends with code 1 and says why.
    @available(*, noasync, message: "call it at the top level of main.swift")
    public func run() -> Never {
        FunctionProcess.run(self)
    }
}
