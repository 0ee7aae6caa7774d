// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
public import Hummingbird
public import Logging
public import Sluice

/// What a Hummingbird context can be made of when the router is a function: the request as Lambda had it, with the event
/// itself, and what Lambda says of the invocation.
public struct LambdaRequestContextSource: RequestContextSource, Sendable {
    /// The request, with its event (`FunctionRequest.event`).
    public let request: FunctionRequest
    /// Request id, deadline, trace and the rest.
    public let invocation: InvocationContext

    /// A logger whose lines carry the request id.
    public var logger: Logger { self.invocation.logger }
}

extension FunctionRequest {
    /// The request that the current task works for, for handlers and middleware whose context knows nothing of Lambda; `nil`
    /// in tasks that belong to none, such as detached ones. Beside it stands `InvocationContext.current`.
    ///
    /// ```swift
    /// import Hummingbird
    /// import SluiceHummingbird
    ///
    /// let router = Router()
    /// router.get("/source") { _, _ in FunctionRequest.current?.source.description ?? "not on Lambda" }
    /// ```
    public static var current: FunctionRequest? { CurrentRequest.value }
}

enum CurrentRequest {
    @TaskLocal static var value: FunctionRequest?
}
#endif
