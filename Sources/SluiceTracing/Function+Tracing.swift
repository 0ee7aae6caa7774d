// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import Sluice
public import Tracing

extension LambdaFunction {
    /// The same function, with a span for each invocation, and with the caller's trace for what it calls.
    ///
    /// ```swift
    /// import Sluice
    /// import SluiceTracing
    /// import Tracing
    ///
    /// InstrumentationSystem.bootstrap(XRayInstrument())
    ///
    /// LambdaFunction { event, context in
    ///     try await withSpan("look up") { span in .bytes(event) }
    /// }
    /// .traced()
    /// .run()
    /// ```
    ///
    /// Handler, body and work after the response run in the `ServiceContext` of the span. It ends when the response has
    /// ended, which for a stream is when Lambda has taken its last byte, and not when the handler returns. An event
    /// `first byte` says when the response began to leave.
    ///
    /// The parent is what the tracer finds in `X-Amzn-Trace-Id`, Lambda's own trace, and for a function of HTTP in the
    /// request's fields, such as `traceparent`.
    ///
    /// Attributes are those of OpenTelemetry's conventions for functions: `faas.invocation_id`, `faas.coldstart`,
    /// `faas.trigger`, `aws.lambda.invoked_arn`, `error.type`, and with HTTP the request's method, its path and the status.
    /// `sluice.response.bytes` and `sluice.response.chunks` are our own.
    ///
    /// - Parameter tracer: the process's, `InstrumentationSystem.tracer`, unless given.
    public func traced(by tracer: (any Tracer)? = nil) -> Self {
        self.traced(by: tracer, isHTTP: false)
    }

    func traced(by tracer: (any Tracer)?, isHTTP: Bool) -> Self {
        let tracing = InvocationTracing(tracer: tracer, isHTTP: isHTTP)
        let prepare = self.prepare
        var function = self
        function.prepare = { lifecycle in
            let handler = try await prepare(lifecycle)
            return { event, context in try await tracing.run(event, context, handler) }
        }
        function.observers.append(tracing)
        return function
    }
}

extension HTTPFunction {
    /// The same function, with a span for each request, and with the caller's trace for what it calls; see
    /// `LambdaFunction.traced(by:)`.
    public func traced(by tracer: (any Tracer)? = nil) -> Self {
        var function = self
        function.function = self.function.traced(by: tracer, isHTTP: true)
        return function
    }
}
