// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
public import NIOCore
internal import SluiceWire

/// What comes before the body of a response.
public struct ResponseHead: Hashable, Sendable {
    /// Of an HTTP answer; 200 for one that has none.
    public let status: HTTPResponse.Status
    /// Without `Set-Cookie`. Of an answer that is no HTTP answer there is its content type.
    public let headers: HTTPFields
    /// The values of `Set-Cookie`, one each.
    public let cookies: [String]
    /// Whether it came before the body, or together with it.
    public let isStreamed: Bool

    init(_ prelude: Prelude, isStreamed: Bool) {
        self.status = HTTPResponse.Status(code: prelude.statusCode)
        self.headers = prelude.headers
        self.cookies = prelude.cookies
        self.isStreamed = isStreamed
    }

    init(contentType: String) {
        self.status = .ok
        self.headers = [.contentType: contentType]
        self.cookies = []
        self.isStreamed = false
    }
}

/// One chunk of a body, as the function wrote it.
public struct ReceivedChunk: Hashable, Sendable {
    /// What it holds.
    public let bytes: ByteBuffer
    /// When it left the function, counted from when the function got its event.
    public let at: Duration

    /// Its bytes as UTF-8.
    public var text: String { String(buffer: self.bytes) }
}

/// How a response ended.
public struct ResponseEnd: Hashable, Sendable {
    /// Why it failed; `nil` when it is complete.
    public let failure: FunctionFailure?
    /// How many bytes of the body had come by then.
    public let bodyBytes: Int
    /// When it ended, counted from when the function got its event.
    public let at: Duration

    /// Whether the caller has everything that the function had to say.
    public var isComplete: Bool { self.failure == nil }
}

/// An error of an invocation, as its caller is told.
public struct FunctionFailure: Hashable, Sendable {
    /// Such as `Function.DeadlineExceeded` or `Sandbox.Timedout`.
    public let type: String
    /// For people.
    public let message: String
}

/// A response, to its end.
public struct TestedResponse: Hashable, Sendable {
    /// `nil` when the function failed before it had one.
    public let head: ResponseHead?
    /// The body as it was written.
    public let chunks: [ReceivedChunk]
    /// How it ended.
    public let end: ResponseEnd

    /// All chunks together.
    public var body: ByteBuffer {
        self.chunks.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1.bytes) }
    }

    /// The body as UTF-8.
    public var text: String { String(buffer: self.body) }
}
