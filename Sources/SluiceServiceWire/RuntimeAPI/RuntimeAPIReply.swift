// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// What the Runtime API answers to a POST, or to a request that it refuses: status and JSON body.
///
/// The bodies are those of Lambda's own Runtime API server (its `render_error.go`); Go's encoder ends each with a newline.
package struct RuntimeAPIReply: Hashable, Sendable {
    package let status: Int
    package let body: String

    private init(_ status: Int, _ body: String) {
        self.status = status
        self.body = body + "\n"
    }

    /// An error of that type; the message may hold what a peer has sent.
    package static func refused(_ status: Int, _ type: String, _ message: String) -> Self {
        let body: JSONObject = ["errorMessage": .string(message), "errorType": .string(type)]
        return Self(status, String(buffer: body.serialized()))
    }

    package static let accepted = Self(202, #"{"status":"OK"}"#)
    /// The id is not that of the current invocation, or a response for it is already under way.
    package static let invalidRequestID = refused(400, "InvalidRequestID", "Invalid request ID")
    /// The response-mode header is there and is not exactly `streaming`.
    package static let invalidResponseMode = refused(
        400,
        "InvalidFunctionResponseMode",
        "Invalid function response mode"
    )
    /// The body of the request ended early.
    package static let truncatedRequest = refused(400, "TruncatedHTTPRequest", "HTTP request detected as truncated")
    /// The service has failed, and the runtime is to exit promptly. (Lambda Developer Guide, "Using the Lambda runtime API".)
    package static let internalServerError = refused(500, "InternalServerError", "Internal Server Error")
    /// The answer comes after the time-out, or for another delivery of the same request.
    package static let invokeTimeout = refused(410, "InvokeTimeout", "Invoke timeout")
    /// On Managed Instances: more calls to `/next` are open than the runtime has workers. The type is that of Lambda's own
    /// server, the text is ours.
    package static let tooManyIdleRuntimes = refused(
        500,
        "Runtime.TooManyIdleRuntimes",
        "More calls for the next invocation are open than AWS_LAMBDA_MAX_CONCURRENCY allows"
    )
    /// No resource of that name.
    package static let notFound = refused(404, "NotFound", "404 page not found")
    /// The resource has another method.
    package static let methodNotAllowed = refused(405, "MethodNotAllowed", "405 method not allowed")

    /// A response or a report over its limit.
    package static func tooLarge(limitBytes: Int) -> Self {
        refused(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (\(limitBytes) bytes).")
    }

    /// A call that the state of the runtime does not allow, such as `/next` during an invocation.
    package static func invalidStateTransition(from: String, to: String) -> Self {
        refused(
            403,
            "InvalidStateTransition",
            "State transition from \(from) to \(to) failed for runtime. Error: State transition is not allowed"
        )
    }
}
