// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Every number that Lambda documents and every bound of our own, by name and with its unit.
///
/// Nothing in this package waits, gathers or counts without a bound, and each bound stands here, or in one of the
/// extensions beside this file, which are named for what they bound.
package enum Limits {
    // MARK: What Lambda documents

    /// The largest event that an invocation carries, in bytes.
    /// (Lambda quotas: "Invocation payload, request and response: 6 MB each, synchronous".)
    package static let maximumRequestBytes = 6 * 1024 * 1024

    /// The largest event of an asynchronous invocation, in bytes. (Lambda quotas: "1 MB, asynchronous".)
    package static let maximumAsynchronousRequestBytes = 1024 * 1024
    /// How often an asynchronous invocation is tried again whose function failed. (Lambda API, `MaximumRetryAttempts`: 0 to
    /// 2, by default 2.)
    package static let asynchronousRetries = 2
    /// The wait before the first of them, in seconds. (Lambda Developer Guide, "asynchronous invocation": "a one-minute
    /// wait", then "two minutes".)
    package static let asynchronousRetrySeconds = 60
    package static let maximumAsynchronousRetrySeconds = 3600
    /// An asynchronous event that is older is given up. (Lambda API, `MaximumEventAgeInSeconds`.)
    package static let maximumAsynchronousEventSeconds = 21_600
    /// The longest wait of one that was throttled. (Lambda Developer Guide, "asynchronous invocation": "a maximum of 5
    /// minutes", doubled from one second.)
    package static let maximumAsynchronousBackOffMilliseconds: Int64 = 300_000
    /// After so many the wait is beyond that, and is doubled no more.
    package static let asynchronousBackOffDoublings = 9
    /// Asynchronous events of one function that wait to be tried again; one more is given up. Each has at most
    /// `maximumAsynchronousRequestBytes`. (Lambda's queue has no documented bound.)
    package static let maximumWaitingAsynchronousEvents = 256

    /// The largest buffered response, in bytes: 6 MiB and 100 bytes; one byte more is refused.
    /// (Lambda's own Runtime API server, `interop/model.go`; the number stands in its error message.)
    package static let maximumBufferedResponseBytes = 6 * 1024 * 1024 + 100

    /// The largest streamed response, in bytes: 200 MiB. (Lambda quotas, "Streamed responses: 200 MB".)
    package static let maximumStreamedResponseBytes = 200 * 1024 * 1024

    /// What of a streamed response passes at once, in bytes. (Lambda Developer Guide, "Response streaming": "the first
    /// 6 MB"; 6 MiB in the source of Lambda's Runtime API server.)
    package static let streamBurstBytes = 6 * 1024 * 1024
    /// How fast the rest passes, in bytes a second. (The same: "2 MBps"; 2 MiB in the source.)
    package static let streamBytesPerSecond = 2 * 1024 * 1024
    /// How often the rest of it may pass, in milliseconds. (The source.)
    package static let streamRefillMilliseconds = 125

    /// A function's own variables, names and values together, in bytes. (Lambda quotas: "Environment variables: 4 KB".)
    package static let maximumEnvironmentBytes = 4 * 1024

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

    /// Managed Instances: how long an initialisation may take, or as long as an invocation if that is more (Lambda
    /// Developer Guide, "Understanding the Lambda Managed Instances execution environment": 130 seconds or the time-out).
    package static let managedInitMilliseconds = 130_000
    /// Managed Instances: the smallest and the largest memory size, in MB (Lambda Developer Guide, "Lambda Managed
    /// Instances").
    package static let minimumManagedMegabytes = 2_048
    package static let maximumManagedMegabytes = 32_768
    /// A memory size that goes with one whole processor, in MB. (Lambda Developer Guide, "Configure Lambda function
    /// memory".) On Managed Instances it is the smallest one.
    package static let megabytesOfProcessor = 1_769
    /// Ours, as Linux has it by default: the period in which a share of the processors is counted.
    package static let processorPeriodMicroseconds = 100_000
    /// Ours: what is read of the kernel's table of mounts.
    package static let maximumMountTableBytes = 1024 * 1024
    /// Ours, on Managed Instances: how long an invocation waits in a started environment for a worker to ask for it.
    package static let workerWaitMilliseconds = 5_000

    /// Invocations at once of all functions together, unless the account has more. (Lambda quotas, "Concurrent
    /// executions".)
    package static let accountConcurrency = 1_000

    /// Synchronous requests that are let in each second for each of the concurrency: of the account's over all functions,
    /// and of the one that is reserved for a function. (Lambda Developer Guide, "Understanding Lambda function scaling":
    /// "10 times your account concurrency"; "Creating and managing Lambda function URLs": "the maximum request rate per
    /// second (RPS) is equivalent to 10 times the configured reserved concurrency".)
    package static let requestsPerSecondOfConcurrency = 10

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

    /// Trailers have to end within this many bytes, the last empty line among them. Lambda's Runtime API is a Go `net/http`
    /// server, which fails the whole request when they do not end within its read buffer ("suspiciously long trailer after
    /// chunked body", `transfer.go`).
    package static let trailerBufferBytes = 4_096

    /// As long as both error trailers of ours are together, with their names and line ends, in bytes: some less than that.
    package static let maximumErrorTrailerBytes = 4_000

    /// The longest error type that goes into a header or trailer, in bytes; the rest is cut off.
    package static let maximumErrorTypeBytes = 256

    /// The longest payload that `sluice invoke` reads, in bytes: more than Lambda takes, so that its refusal can be seen.
    package static let maximumCommandLinePayloadBytes = 64 * 1024 * 1024

    /// Room for temporary files of an environment, in MB, as a function has it whose owner asked for no more.
    /// (Lambda quotas, "/tmp directory storage": 512 to 10,240 MB.)
    package static let ephemeralStorageMegabytes = 512
    /// What stands for no limit of it. Ours.
    package static let maximumLiftedStorageMegabytes = 1024 * 1024
    /// So many files and folders of an environment are measured; what is beyond is left out. Ours.
    package static let maximumMeasuredFiles = 20_000

    /// What a limit of Lambda can be raised to here, in bytes: of what is gathered in memory, of a prelude, and of a
    /// stream, which is not gathered.
    package static let maximumLiftedBytes = 1024 * 1024 * 1024
    package static let maximumLiftedPreludeBytes = 1024 * 1024
    package static let maximumLiftedStreamBytes = 1_000_000_000_000
    /// The same of requests a second, which then are not counted at all.
    package static let maximumLiftedRequestsPerSecond = 1_000_000

    /// What the service remembers of its log for those who read it over HTTP: so many events, and about so many bytes.
    package static let maximumRememberedEvents = 10_000
    package static let maximumRememberedEventBytes = 16 * 1024 * 1024
    /// The longest line of the feed that `sluice logs` reads, in bytes: the longest line of a function, escaped.
    package static let maximumFeedLineBytes = 8 * 1024 * 1024

    /// How long a caller who is throttled by a fault is told to wait, in seconds.
    package static let faultRetryAfterSeconds = 1
    /// The chunk that a torn response announces and does not send, in bytes.
    package static let tornChunkBytes = 4 * 1024

    /// Environments that one function may have at once, when none is configured.
    package static let defaultConcurrency = 10

    /// Where a stream between two sockets pauses its producer, and where it lets it go on, in bytes.
    package static let relayHighWatermarkBytes = 256 * 1024
    package static let relayLowWatermarkBytes = 64 * 1024
    /// Chunks of an answer up to this size are gathered in one buffer, which is sent when it has this many, in bytes.
    package static let gatheredChunkBytes = 8 * 1024
    package static let gatheredChunksBytes = 64 * 1024

    /// What a handler writes without suspending leaves together, at the latest after this many bytes.
    package static let writeGatheringBytes = 64 * 1024
    /// A handler that took at least this long to come to a write is not waited for: what it wrote leaves at once.
    package static let writePauseNanoseconds: UInt64 = 100_000
    /// A handler that only writes lets its event loop do other work at least this often.
    package static let loopYieldNanoseconds: UInt64 = 2_000_000

    /// How long before an invocation's deadline its work is cancelled, in milliseconds: time enough to end a response
    /// over loopback, and to clean up.
    package static let deadlineMarginMilliseconds = 100

    /// Invocations that one process serves at once. (Lambda Managed Instances, `PerExecutionEnvironmentMaxConcurrency`.)
    package static let maximumWorkers = 1_600

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
    /// A connection on which a runtime has waited for so long for an invocation did not end at once: it is the first of a
    /// new row.
    package static let heldConnectionMilliseconds = 5_000

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
    /// Lines of the log that are written together at most.
    package static let logLinesAtOnce = 64
    /// Lines of the log that wait for a terminal which does not keep up; those after them are left out.
    package static let maximumWaitingLogLines = 10_000

    /// How long an invocation waits for an environment whose response is over to ask for its next one, in milliseconds.
    package static let reuseGraceMilliseconds = 50
    /// How long a runtime must have waited for its next invocation before it is frozen, in milliseconds. (Ours: who calls
    /// in turn finds it awake, and what a function left running is stopped before it can be mistaken for safe.)
    package static let freezeMilliseconds = 20
    /// An environment that nobody has needed for so long is ended, in seconds, when nothing else is configured. (Lambda
    /// does not document it; environments are seen to live for some minutes.)
    package static let defaultIdleSeconds = 600
    package static let maximumIdleSeconds = 86_400
    /// How often memory and temporary files of functions at work are measured, in milliseconds.
    package static let environmentWatchMilliseconds = 100
    /// For how long a measured peak of memory counts, in milliseconds.
    package static let peakMemoryMilliseconds = 10
    /// Processes of one environment whose memory is counted.
    package static let maximumMeasuredProcesses = 256
    /// As much of the list of an environment's processes is read, in bytes: some thousands of them.
    package static let maximumGroupListBytes = 64 * 1024
    /// So often, and with so much time in between, the control group of an environment that is gone is tried to be removed.
    package static let groupRemovalAttempts = 100
    package static let groupRemovalMilliseconds = 20
    /// What an earlier service left running has so long to be gone after its SIGKILL, in milliseconds.
    package static let orphanEndMilliseconds = 1_000
    /// Folders are removed to this depth.
    package static let maximumRemovedDepth = 256
    /// After a process ended, what is still in its sockets is read for this long, in milliseconds.
    package static let lastBytesMilliseconds = 2_000
    /// A runtime that reported an init error may take this long to exit, in milliseconds.
    package static let initErrorExitMilliseconds = 500
    /// A stop of the service lets streams under way run on for this long, in milliseconds.
    package static let stopDrainMilliseconds = 2_000
    /// The example function's time-out, in seconds: its longest answer takes a while to read.
    package static let demoTimeoutSeconds = 900
}
