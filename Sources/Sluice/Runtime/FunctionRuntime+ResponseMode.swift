// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

extension FunctionRuntime {
    /// The handler with its mode: it is told of it, and an HTTP result that it leaves to the mode is sent so.
    static func answering(
        in mode: ResponseMode,
        _ handler: @escaping LambdaFunction.Handler
    ) -> LambdaFunction.Handler {
        switch mode {
        case .streamed:
            // What a context says anyhow.
            return handler
        case .buffered:
            return { event, context in
                let result = try await handler(event, context.responding(in: .buffered))
                // Only of a LambdaFunction, which is called through a Function URL when it answers with an HTTP result.
                guard case .http(let http) = result.kind else { return result }
                return LambdaResult(.buffered(http, .payload2), afterwards: result.afterwards)
            }
        }
    }
}
