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

    /// The largest event of an asynchronous invocation, in bytes. (Lambda quotas: "1 MB, asynchronous".)
    package static let maximumAsynchronousRequestBytes = 1024 * 1024

    /// The largest buffered response, in bytes: 6 MiB and 100 bytes; one byte more is refused.
    /// (Lambda's own Runtime API server, `interop/model.go`; the number stands in its error message.)
    package static let maximumBufferedResponseBytes = 6 * 1024 * 1024 + 100

    /// The largest streamed response, in bytes: 200 MiB. (Lambda quotas, "Streamed responses: 200 MB".)
    package static let maximumStreamedResponseBytes = 200 * 1024 * 1024

    /// The prelude and its delimiter must lie within this many bytes.
    /// (API Gateway, response transfer mode; we hold Function URLs to the same.)
    package static let maximumPreludeBytes = 16_384

    /// How much of a body is looked at for signs that function and Function URL disagree about the mode, in bytes.
    /// A proxy object may have its headers before its status.
    package static let modeHintBytes = 16_384

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

    /// Both error trailers with their names and line ends may be this long, in bytes. Lambda's Runtime API is a Go
    /// `net/http` server, which refuses the whole request when its trailers do not end within a 4 KiB read buffer
    /// ("suspiciously long trailer after chunked body", `transfer.go`).
    package static let maximumErrorTrailerBytes = 4_000

    /// The longest error type that goes into a header or trailer, in bytes; the rest is cut off.
    package static let maximumErrorTypeBytes = 256

    /// The longest payload that `sluice invoke` reads, in bytes: more than Lambda takes, so that its refusal can be seen.
    package static let maximumCommandLinePayloadBytes = 64 * 1024 * 1024

    /// Environments that one function may have at once, when none is configured.
    package static let defaultConcurrency = 10

    /// Where a stream between two sockets pauses its producer, and where it lets it go on, in bytes.
    package static let relayHighWatermarkBytes = 256 * 1024
    package static let relayLowWatermarkBytes = 64 * 1024

    /// What a handler writes without suspending leaves together, at the latest after this many bytes.
    package static let writeGatheringBytes = 64 * 1024
    /// A handler that took at least this long to come to a write is not waited for: what it wrote leaves at once.
    package static let writePauseNanoseconds: UInt64 = 100_000
    /// A handler that only writes lets its event loop do other work at least this often.
    package static let loopYieldNanoseconds: UInt64 = 2_000_000

    /// Where a runtime's writer suspends and where it goes on: bytes that the socket has not taken yet.
    package static let writeHighWatermarkBytes = 128 * 1024
    package static let writeLowWatermarkBytes = 64 * 1024

    /// The largest reply of the Runtime API that a runtime takes, in bytes: an event, with room to spare.
    package static let maximumNextReplyBytes = 8 * 1024 * 1024

    /// How long a runtime waits for a connection to the Runtime API, how often it tries before it gives up, and how
    /// long it pauses after the first failure; each further pause is twice as long.
    package static let connectMilliseconds = 10_000
    package static let connectionAttempts = 6
    package static let connectionPauseMilliseconds = 10

    /// JSON of a peer is read to this depth.
    package static let maximumJSONDepth = 128

    /// A line that a function prints is cut after this many bytes. (CloudWatch Logs: 256 KB an event.)
    package static let maximumLogLineBytes = 256 * 1024
    /// How much of a function's output is read at once, in bytes: what a pipe holds on Linux.
    package static let outputReadBytes = 64 * 1024
    /// After a process ended, the end of its output is waited for so long, in milliseconds.
    package static let lastOutputMilliseconds = 50
    /// A line of a function is shown up to this many bytes.
    package static let maximumConsoleLineBytes = 4 * 1024
    /// When the service has ended, its last lines get this long to be shown, in milliseconds.
    package static let lastLogLinesMilliseconds = 500
    /// For how long lines of the log are gathered on their way to a terminal. (Ours: nobody reads faster.)
    package static let logGatheringMilliseconds = 5
    /// Lines of the log that wait for a terminal which does not keep up; those after them are left out.
    package static let maximumWaitingLogLines = 10_000

    /// How long an invocation waits for an environment whose response is over to ask for its next one, in milliseconds.
    package static let reuseGraceMilliseconds = 50
    /// After a process ended, what is still in its sockets is read for this long, in milliseconds.
    package static let lastBytesMilliseconds = 2_000
    /// A runtime that reported an init error may take this long to exit, in milliseconds.
    package static let initErrorExitMilliseconds = 500
    /// A stop of the service lets streams under way run on for this long, in milliseconds.
    package static let stopDrainMilliseconds = 2_000
    /// The example function's time-out, in seconds: its longest answer takes a while to read.
    package static let demoTimeoutSeconds = 900

    // MARK: `sluice invoke`

    /// How long `sluice invoke` waits for a name's addresses and a connection to one of them, and then once more for
    /// the TLS handshake, in milliseconds. Ours: curl gives up after minutes, and a person is waiting.
    package static let invokeConnectMilliseconds = 10_000
    /// How long the peer of an answer that is over may take to answer TLS's farewell, in milliseconds.
    package static let invokeFarewellMilliseconds = 500
    /// An error's text is shown up to this many characters.
    package static let maximumShownErrorCharacters = 2_000
    /// Of an error reply that is no JSON, this much of the beginning is shown, in bytes.
    package static let shownErrorBodyBytes = 300
}
