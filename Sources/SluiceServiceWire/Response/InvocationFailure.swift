// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// How an invocation failed, as its caller is told: a type, and the JSON that stands for the result.
///
/// The types and texts are those recorded from Lambda: function time-out, exit, and oversized responses of buffered
/// invokes; the others come from the source of Lambda's Runtime API server.
package struct InvocationFailure: Hashable, Sendable {
    /// Such as `Sandbox.Timedout`.
    package var errorType: String
    /// For people.
    package var message: String
    /// The payload of a buffered invoke, and the details of a streamed one.
    package var payload: ByteBuffer
    /// What the Lambda API answers in the place of a response: the environment, and not the function, has failed.
    package var exception: InvokeError?

    package init(errorType: String, message: String, payload: ByteBuffer) {
        self.errorType = errorType
        self.message = message
        self.payload = payload
    }

    private init(_ errorType: String, _ message: String) {
        let report = ErrorReport(errorType: errorType, errorMessage: message, stackTrace: [])
        self.init(errorType: errorType, message: message, payload: report.json())
    }

    /// - Parameter timeoutMilliseconds: the function's time-out.
    package static func timedOut(requestID: String, timeoutMilliseconds: Int64) -> Self {
        let hundredths = (timeoutMilliseconds + 5) / 10
        let fraction = hundredths % 100
        let seconds = "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
        return Self("Sandbox.Timedout", "RequestId: \(requestID) Error: Task timed out after \(seconds) seconds")
    }

    /// How a runtime's process ended.
    package enum Exit: Hashable, Sendable, CustomStringConvertible {
        case code(Int)
        case signal(Int)

        /// As Go prints it, and so Lambda.
        package var description: String {
            switch self {
            case .code(let code): "exit status \(code)"
            case .signal(let number): "signal: \(InvocationFailure.signalName(number))"
            }
        }
    }

    package static func runtimeExited(requestID: String, _ exit: Exit) -> Self {
        let how =
            switch exit {
            case .code(0): "Runtime exited without providing a reason"
            case .code, .signal: "Runtime exited with error: \(exit)"
            }
        return Self("Runtime.ExitError", "RequestId: \(requestID) Error: \(how)")
    }

    /// On Managed Instances it has a type of its own. (Lambda's own server for these, `customer_error.go`.)
    package static func outOfMemory(requestID: String) -> Self {
        Self("Runtime.OutOfMemory", "RequestId: \(requestID) Error: Runtime exited with error: signal: killed")
    }

    /// The words that Go's `os.Signal` uses, and so Lambda.
    fileprivate static func signalName(_ number: Int) -> String {
        switch number {
        case 1: "hangup"
        case 2: "interrupt"
        case 3: "quit"
        case 4: "illegal instruction"
        case 5: "trace/breakpoint trap"
        case 6: "aborted"
        case 7: "bus error"
        case 8: "floating point exception"
        case 9: "killed"
        case 11: "segmentation fault"
        case 13: "broken pipe"
        case 15: "terminated"
        default: "signal \(number)"
        }
    }

    /// The command could not be started.
    package static func invalidEntrypoint(requestID: String, reason: String) -> Self {
        Self("Runtime.InvalidEntrypoint", "RequestId: \(requestID) Error: \(reason)")
    }

    /// The folder that it was to run in is not there.
    package static func invalidWorkingDirectory(requestID: String, reason: String) -> Self {
        Self("Runtime.InvalidWorkingDir", "RequestId: \(requestID) Error: \(reason)")
    }

    package static func responseTooLarge(limitBytes: Int) -> Self {
        Self(
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (\(limitBytes) bytes)."
        )
    }

    package static func streamTooLarge(limitBytes: Int) -> Self {
        Self("Function.ResponseSizeTooLarge", "Streamed response exceeded maximum allowed size (\(limitBytes) bytes).")
    }

    /// What a runtime posted to `/restore/error`.
    package static func restoreFailed(_ reported: Self) -> Self {
        var failure = reported
        failure.exception = .snapStart(
            "The afterRestore() runtime hook encountered an error. For more information, check the Amazon CloudWatch logs."
        )
        return failure
    }

    package static func restoreTimedOut(requestID: String) -> Self {
        let words = "Lambda couldn't restore the snapshot within the timeout limit."
        var failure = Self("Sandbox.Timedout", "RequestId: \(requestID) Error: \(words)")
        failure.exception = .snapStartTimeout(words)
        return failure
    }

    package static let truncatedResponse = Self(
        "Runtime.TruncatedResponse",
        "The runtime's connection ended before its response did"
    )

    package static let invalidResponseMode = Self(
        "Runtime.InvalidResponseModeHeader",
        "Invalid function response mode: the only value allowed is \(RuntimeAPIHeader.streaming)"
    )

    /// The type of what is the service's doing, and not the function's.
    package static let sandboxFailure = "Sandbox.Failure"

    /// The service stops; nothing is wrong with the function.
    package static func serviceStopped(requestID: String) -> Self {
        Self(Self.sandboxFailure, "RequestId: \(requestID) Error: the local Lambda was stopped")
    }

    /// This machine, or this service, has no room for it, which is no fault of the function.
    package static func serviceCannot(requestID: String, reason: String) -> Self {
        var failure = Self(Self.sandboxFailure, "RequestId: \(requestID) Error: \(reason)")
        failure.exception = .service(failure.message)
        return failure
    }

    /// The service failed, as the fault `error` asks for.
    package static let serviceFailed = Self(Self.sandboxFailure, "The fault error made the service fail")

    /// What a runtime posted to `/error` or `/init/error`. The caller gets its bytes unchanged, but for the cause that
    /// a report of the content type `RuntimeAPIHeader.errorCauseContentType` has for the tracing service.
    /// (Lambda's own Runtime API server, `invocationerror.go`.)
    package static func reported(typeHeader: String?, contentType: String? = nil, body: ByteBuffer) -> Self {
        var body = body
        if let contentType, MediaType(contentType).essence == RuntimeAPIHeader.errorCauseContentType,
            var object = (try? JSONValue(parsing: body))?.objectValue
        {
            object["errorCause"] = nil
            body = object.serialized()
        }
        let report = ErrorReport(json: body)
        return Self(
            errorType: Self.nonEmpty(typeHeader) ?? Self.nonEmpty(report?.errorType) ?? "Runtime.Unknown",
            message: report?.errorMessage ?? String(buffer: body),
            payload: body
        )
    }

    /// A report that was too long to be read: its caller learns at least its type.
    package static func oversizedReport(typeHeader: String?) -> Self {
        Self(
            Self.nonEmpty(typeHeader) ?? "Runtime.Unknown",
            "The runtime's error report is longer than \(Limits.maximumErrorReportBytes) bytes"
        )
    }

    /// Its connection ended before the report did.
    package static func unreadReport(typeHeader: String?) -> Self {
        let type = Self.nonEmpty(typeHeader) ?? "Runtime.Unknown"
        return Self(type, "The runtime's connection ended before its error report did")
    }

    /// What a runtime said in the trailers of a response that had begun. A body that is not base64 (one runtime sends
    /// a placeholder) is passed on as the message, so that nothing is lost.
    package static func inTrailers(_ trailers: ErrorTrailers) -> Self {
        let type = Self.nonEmpty(trailers.type) ?? Self.nonEmpty(trailers.report?.errorType) ?? "Runtime.Unknown"
        guard trailers.isBase64 else { return Self(type, trailers.bodyText) }
        return Self(
            errorType: type,
            message: trailers.report?.errorMessage ?? trailers.bodyText,
            payload: trailers.bodyBytes
        )
    }

    private static func nonEmpty(_ text: String?) -> String? {
        text.flatMap { $0.isEmpty ? nil : $0 }
    }
}
