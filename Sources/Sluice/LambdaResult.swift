// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore
package import SluiceWire

/// What a function answers to one invocation.
public struct LambdaResult: Sendable {
    package enum Kind: Sendable {
        case bytes(ByteBuffer, contentType: String)
        case stream(contentType: String, ResponseBody.Kind)
        case http(HTTPResult)
        /// Gathered, and sent whole as JSON of this shape.
        case buffered(HTTPResult, ResultForm)
    }

    package let kind: Kind
    package private(set) var afterwards: AfterResponse?

    package init(_ kind: Kind, afterwards: AfterResponse? = nil) {
        self.kind = kind
        self.afterwards = afterwards
    }

    /// The whole answer at once, at most 6 MiB. The caller of `Invoke` gets it as it is.
    public static func bytes(_ bytes: ByteBuffer, contentType: String = "application/json") -> Self {
        Self(.bytes(bytes, contentType: contentType))
    }

    /// The UTF-8 of a string as the whole answer, at most 6 MiB.
    public static func text(_ text: String, contentType: String = "application/json") -> Self {
        Self(.bytes(ByteBuffer(string: text), contentType: contentType))
    }

    /// What `body` writes, as it writes it. The caller of `InvokeWithResponseStream` gets each chunk as it comes.
    ///
    /// ```swift
    /// LambdaResult.stream(contentType: "text/plain") { writer in
    ///     try await writer.write("hello\n")
    /// }
    /// ```
    public static func stream(
        contentType: String = "application/octet-stream",
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (BodyWriter) async throws -> Void
    ) -> Self {
        Self(.stream(contentType: contentType, .stream(flush, body)))
    }

    /// A status, headers, cookies and a body, for a Function URL.
    ///
    /// Streamed, unless `SLUICE_INVOKE_MODE` is `BUFFERED`; see ``ResponseMode``. For other sources of HTTP requests, whose
    /// answers have other shapes, there is ``HTTPFunction``.
    public static func http(_ result: HTTPResult) -> Self {
        Self(.http(result), afterwards: result.afterwards)
    }

    /// Adds work that begins when the caller has everything; see ``HTTPResult/afterResponse(_:)``.
    public func afterResponse(_ work: @escaping @Sendable (InvocationContext) async throws -> Void) -> Self {
        Self(self.kind, afterwards: AfterResponse(work, after: self.afterwards))
    }
}
