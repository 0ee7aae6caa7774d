// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import SluiceWire

/// Header names of the Lambda API's two invoke calls.
///
/// Source: Lambda API Reference, `Invoke` and `InvokeWithResponseStream`.
package enum InvokeRequestHeader {
    package static let invocationType = RuntimeAPIHeader.known("X-Amz-Invocation-Type")
    package static let logType = RuntimeAPIHeader.known("X-Amz-Log-Type")
    package static let clientContext = RuntimeAPIHeader.known("X-Amz-Client-Context")
    package static let tenantID = RuntimeAPIHeader.known("X-Amz-Tenant-Id")
    /// Not Lambda's: what is to go wrong with this request. See `FaultPlan`.
    package static let fault = RuntimeAPIHeader.known("X-Sluice-Fault")
}

/// Header names of the replies.
package enum InvokeResponseHeader {
    /// `Unhandled` if the function failed; the status stays 200. Not on a stream: there the last event says it.
    package static let functionError = RuntimeAPIHeader.known("X-Amz-Function-Error")
    /// base64 of the log's last 4 KB, if `Tail` was asked for. Not on a stream: there the last event has it.
    package static let logResult = RuntimeAPIHeader.known("X-Amz-Log-Result")
    package static let executedVersion = RuntimeAPIHeader.known("X-Amz-Executed-Version")
    package static let requestID = RuntimeAPIHeader.known("x-amzn-RequestId")
    package static let traceID = RuntimeAPIHeader.known("X-Amzn-Trace-Id")
    /// Sent by the service with `Invoke`, always `0`.
    package static let remappedContentLength = RuntimeAPIHeader.known("x-amzn-Remapped-Content-Length")
    /// The name of an exception, on error replies.
    package static let errorType = RuntimeAPIHeader.known("x-amzn-ErrorType")
    package static let retryAfter = RuntimeAPIHeader.known("Retry-After")

    /// The only value of `functionError` that the service is seen to send.
    package static let unhandled = "Unhandled"
    /// The executed version when none was published.
    package static let latestVersion = "$LATEST"
    /// The content type of a streamed reply.
    package static let eventStreamContentType = "application/vnd.amazon.eventstream"
}
