// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Runs work that an invocation does later than its handler, within what the handler ran in: a value of the task, a span.
package typealias WorkScope = @Sendable (_ work: @Sendable () async throws -> Void) async throws -> Void

extension LambdaResult {
    /// The same result, whose body and whose work after the response run in `scope`. Both begin when the handler has
    /// returned, so that what it had set for its task is gone by then.
    package func wrapped(in scope: @escaping WorkScope) -> Self {
        let kind: Kind =
            switch self.kind {
            case .bytes: self.kind
            case .stream(let contentType, let body): .stream(contentType: contentType, body.wrapped(in: scope))
            case .http(let result): .http(result.wrapped(in: scope))
            case .buffered(let result, let form): .buffered(result.wrapped(in: scope), form)
            }
        return Self(kind, afterwards: self.afterwards?.wrapped(in: scope))
    }
}

extension HTTPResult {
    fileprivate func wrapped(in scope: @escaping WorkScope) -> Self {
        var result = self
        result.body = ResponseBody(kind: self.body.kind.wrapped(in: scope))
        return result
    }
}

extension ResponseBody.Kind {
    fileprivate func wrapped(in scope: @escaping WorkScope) -> Self {
        switch self {
        case .empty, .bytes: self
        case .stream(let flush, let write): .stream(flush) { writer in try await scope { try await write(writer) } }
        }
    }
}
