// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
public import NIOCore

/// An HTTP response: a head that is complete when it is returned, and a body that may be streamed.
public struct HTTPResult: Sendable {
    /// 200 to 599.
    public var status: HTTPResponse.Status
    /// Fields that repeat are joined with commas, since Lambda has one value for each name. Of `Set-Cookie` each
    /// stays its own, as if it stood in ``cookies``.
    public var headers: HTTPFields
    /// A value of `Set-Cookie` each, such as `id=1; Path=/; HttpOnly`.
    public var cookies: [String]
    /// What follows the head.
    public var body: ResponseBody
    package var afterwards: AfterResponse?

    /// A response without body, unless one is given.
    public init(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        body: ResponseBody = .empty
    ) {
        self.status = status
        self.headers = headers
        self.cookies = cookies
        self.body = body
    }

    /// A body that is written while it is sent.
    ///
    /// ```swift
    /// HTTPResult.stream(headers: [.contentType: "text/plain"]) { writer in
    ///     try await writer.write("hello\n")
    /// }
    /// ```
    public static func stream(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (BodyWriter) async throws -> Void
    ) -> Self {
        Self(status: status, headers: headers, cookies: cookies, body: .stream(flush: flush, body))
    }

    /// Adds work that begins when the caller has everything, within the same invocation.
    ///
    /// The next invocation waits for it, the deadline cancels it, and its time is billed as the response's is. What it
    /// throws is logged; nobody else can be told. It does not run when the handler throws.
    ///
    /// ```swift
    /// return HTTPResult.text("thank you\n").afterResponse { context in
    ///     try await store.save(order, timeout: context.remainingTime)
    /// }
    /// ```
    public func afterResponse(_ work: @escaping @Sendable (InvocationContext) async throws -> Void) -> Self {
        var result = self
        result.afterwards = AfterResponse(work, after: self.afterwards)
        return result
    }

    /// A body whose bytes are there already.
    public static func bytes(
        _ bytes: ByteBuffer,
        contentType: String,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = []
    ) -> Self {
        // Not by subscript: the setter of HTTPFields splits cookies with a regular expression, and links its parser.
        var fields: HTTPFields = [.contentType: contentType]
        fields.append(contentsOf: headers.filter { $0.name != .contentType })
        return Self(status: status, headers: fields, cookies: cookies, body: .bytes(bytes))
    }

    /// Plain text in UTF-8.
    public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Self {
        .bytes(ByteBuffer(string: text), contentType: "text/plain; charset=utf-8", status: status)
    }

    /// A page in UTF-8.
    public static func html(_ html: String, status: HTTPResponse.Status = .ok) -> Self {
        .bytes(ByteBuffer(string: html), contentType: "text/html; charset=utf-8", status: status)
    }

    /// JSON that is text already.
    public static func json(_ json: String, status: HTTPResponse.Status = .ok) -> Self {
        .bytes(ByteBuffer(string: json), contentType: "application/json", status: status)
    }

    /// JSON that is encoded already.
    public static func json(_ json: ByteBuffer, status: HTTPResponse.Status = .ok) -> Self {
        .bytes(json, contentType: "application/json", status: status)
    }
}
