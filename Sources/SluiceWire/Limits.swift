// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Every number that Lambda documents and every bound of our own, by name and with its unit.
///
/// Nothing in this package waits, gathers or counts without a bound, and each bound stands here.
package enum Limits {
    // MARK: What Lambda documents

    /// The largest event that an invocation carries, in bytes.
    /// (Lambda quotas: "Invocation payload, request and response: 6 MB each, synchronous".)
    package static let maximumRequestBytes = 6 * 1024 * 1024

    /// The largest buffered response, in bytes: 6 MiB and 100 bytes; one byte more is refused.
    /// (Lambda's own Runtime API server, `interop/model.go`; the number stands in its error message.)
    package static let maximumBufferedResponseBytes = 6 * 1024 * 1024 + 100

    /// The largest streamed response, in bytes: 200 MiB. (Lambda quotas, "Streamed responses: 200 MB".)
    package static let maximumStreamedResponseBytes = 200 * 1024 * 1024

    /// The prelude and its delimiter must lie within this many bytes.
    /// (API Gateway, response transfer mode; we hold Function URLs to the same.)
    package static let maximumPreludeBytes = 16_384

    /// How many NUL bytes stand between the prelude and the body.
    package static let preludeDelimiterBytes = 8

    /// Initialisation may take this long, in milliseconds. (Lambda's execution environment, "Init phase: 10 s".)
    package static let initMilliseconds = 10_000

    /// A function's time-out in seconds, when none is configured. (Lambda quotas.)
    package static let defaultTimeoutSeconds = 3
    /// The longest time-out in seconds. (Lambda quotas.)
    package static let maximumTimeoutSeconds = 900

    /// The last bytes of the log that `X-Amz-Log-Result` and `LogResult` carry. (Lambda API, `LogType=Tail`.)
    package static let logTailBytes = 4 * 1024

    /// The longest client context, in bytes of base64. (Lambda API, `X-Amz-Client-Context`.)
    package static let maximumClientContextBytes = 3_583

    /// The longest function name or ARN in a path, in characters. (Lambda API, `FunctionName`.)
    package static let maximumFunctionNameCharacters = 256

    // MARK: Ours

    /// The longest body of an `/error`, `/init/error` or error trailer that is read, in bytes.
    /// (Lambda Managed Instances document 1 MiB for `/error`.)
    package static let maximumErrorReportBytes = 1024 * 1024

    /// Environments that one function may have at once, when none is configured.
    package static let defaultConcurrency = 10

    /// Where a stream between two sockets pauses its producer, and where it lets it go on, in bytes.
    package static let relayHighWatermarkBytes = 256 * 1024
    package static let relayLowWatermarkBytes = 64 * 1024

    /// What a handler writes without suspending leaves together, at the latest after this many bytes.
    package static let writeGatheringBytes = 64 * 1024

    /// JSON of a peer is read to this depth.
    package static let maximumJSONDepth = 128
}
