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

    /// Both error trailers with their names and line ends may be this long, in bytes. Lambda's Runtime API is a Go
    /// `net/http` server, which refuses the whole request when its trailers do not end within a 4 KiB read buffer
    /// ("suspiciously long trailer after chunked body", `transfer.go`).
    package static let maximumErrorTrailerBytes = 4_000

    /// The longest error type that goes into a header or trailer, in bytes; the rest is cut off.
    package static let maximumErrorTypeBytes = 256

    /// The longest payload that `sluice invoke` reads, in bytes: more than Lambda takes, so that its refusal can be seen.
    package static let maximumCommandLinePayloadBytes = 64 * 1024 * 1024

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
    /// How often the memory of functions at work is measured, in milliseconds.
    package static let memoryWatchMilliseconds = 100
    /// For how long a measured peak of memory counts, in milliseconds.
    package static let peakMemoryMilliseconds = 10
    /// Processes of one environment whose memory is counted.
    package static let maximumMeasuredProcesses = 256
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

    // MARK: Connections

    // Where Lambda's own bounds of HTTP are not documented these are ours: generous beside those of Amazon's load
    // balancers (a request line and a field of 16 K, a head of 64 K; "Quotas for your Application Load Balancers"),
    // and small beside the memory of a developer's machine.

    /// The longest request target, in bytes. (As of an Application Load Balancer's request line.)
    package static let maximumTargetBytes = 16 * 1024
    /// The longest name and the longest value of a caller's header field or trailer, in bytes.
    package static let maximumFieldBytes = 64 * 1024
    /// A caller's head, with its request line and all line ends, in bytes.
    package static let maximumHeadBytes = 128 * 1024
    /// Header fields and trailers of one request, counted together.
    package static let maximumFields = 256
    /// What a caller's chunked body may have beside data, in bytes: sizes, extensions, trailers. Each chunk pays for
    /// `framingAllowanceBytes` and for as many bytes as it has data, so that only a body of little else comes to this.
    package static let maximumFramingBytes = 16 * 1024
    package static let framingAllowanceBytes = 16

    /// The same for a runtime, whose X-Ray cause and error trailers are fields of up to 1 MiB.
    /// (Runtime API, `Lambda-Runtime-Function-XRay-Error-Cause`: Amazon's clients leave it out above 1 MiB.)
    package static let maximumRuntimeFieldBytes = 1024 * 1024
    package static let maximumRuntimeHeadBytes = 2 * 1024 * 1024
    package static let maximumRuntimeFramingBytes = 2 * 1024 * 1024

    /// What a connection takes in beside an answer that is under way, in bytes: requests sent ahead.
    package static let maximumPipelinedBytes = 1024 * 1024
    /// What is read and dropped of a request that has its answer already, in bytes, and for how long, in milliseconds.
    /// As much as `sluice invoke` sends: a sender that is cut off sooner would not see its 413.
    package static let maximumDiscardedBytes = Limits.maximumCommandLinePayloadBytes
    package static let discardMilliseconds = 10_000
    /// After a refusal, what the peer still sends is dropped for at most this long, in milliseconds, so that it can
    /// read the answer before the connection is gone.
    package static let lingerMilliseconds = 5_000

    /// A caller's head must be whole this long after its first byte, in milliseconds.
    package static let headMilliseconds = 30_000
    /// A caller's body must go on within this time, and be whole within that one, in milliseconds: 6 MiB on a line of
    /// 60 kbit/s.
    package static let bodyPauseMilliseconds = 30_000
    package static let bodyMilliseconds = 900_000
    /// A caller's connection without a request is closed after this long, in milliseconds.
    package static let idleMilliseconds = 60_000
    /// When an answer is over, its last bytes must go on leaving: looked at this often, in milliseconds. A kernel takes
    /// more only when a third of its buffer is free, which on a slow line is minutes.
    package static let deliveryMilliseconds = 900_000

    /// Callers' connections that are open at once, over all ports of the service. A process usually may have 1,024
    /// descriptors, and environments need theirs.
    package static let maximumCallerConnections = 512
    /// Beside those whose invocations may be served at once, where that is more.
    package static let spareCallerConnections = 128
    /// Connections that one environment has to its Runtime API at once: a runtime needs one or two. On Managed Instances
    /// there are two more for each worker.
    package static let maximumRuntimeConnections = 64
    /// Descriptors of the service that belong to none of its connections: listeners, pipes of what functions print, files.
    package static let spareDescriptors = 256
    /// Descriptors that one environment takes in the service beside its connections.
    package static let environmentDescriptors = 8
    /// Connections that are being told of the two bounds above; those beyond are closed without a word.
    package static let maximumRefusedConnections = 64

    // MARK: CORS of Function URLs (Lambda API, `Cors`)

    /// How many entries `AllowOrigins`, `AllowHeaders` and `ExposeHeaders` may each have, and `AllowMethods`.
    package static let maximumCORSEntries = 100
    package static let maximumCORSMethods = 6
    /// The longest entry of each, in characters.
    package static let maximumCORSOriginCharacters = 253
    package static let maximumCORSHeaderCharacters = 1_024
    package static let maximumCORSMethodCharacters = 6
    /// The largest `MaxAge`, in seconds.
    package static let maximumCORSMaxAgeSeconds = 86_400

    /// Of what a preflight asked for, and of the list that it is not in, the log shows up to this many characters.
    package static let maximumShownCORSCharacters = 200

    // MARK: Metrics

    /// Of a document of CloudWatch's embedded metric format: its metrics, and the values of each.
    /// (CloudWatch User Guide, "Specification: Embedded metric format".)
    package static let maximumMetricsInDocument = 100
    package static let maximumValuesOfMetric = 100
    /// How many dimensions a metric has at most. (CloudWatch User Guide, "CloudWatch Metrics concepts".)
    package static let maximumMetricDimensions = 30
    /// Of names of metrics and dimensions and of a namespace, and of a dimension's value.
    /// (CloudWatch API Reference, `MetricDatum` and `Dimension`.)
    package static let maximumMetricNameCharacters = 255
    package static let maximumDimensionValueCharacters = 1_024
    /// The largest value of a metric, either side of zero: 2 to the power of 360. (CloudWatch API Reference, `MetricDatum`.)
    package static let maximumMetricValue = 0x1p360
    /// How large a document becomes, in bytes: an event of CloudWatch Logs has at most 256 KB, and some of it is not ours.
    package static let maximumMetricsDocumentBytes = 250_000
    /// How many metrics and values wait in memory before they are written within an invocation.
    package static let maximumHeldMetrics = 1_000
    package static let maximumHeldMetricValues = 10_000
    /// How many metrics that CloudWatch would not take the log tells of, over the life of a process.
    package static let maximumMetricWarnings = 20

    // MARK: New code while the service runs

    /// How many environments with old code may finish their invocations without counting against the concurrency of
    /// their function.
    package static let maximumRetiringEnvironments = 100
    /// How often what is watched is looked at, in milliseconds. What has changed must look the same twice.
    package static let watchIntervalMilliseconds = 250
    /// After so many looks in a row, what still changes is left out, so that the rest does not wait for a log; it counts
    /// again when it has looked the same as often. Two seconds: a linker is done by then, as a rule.
    package static let restlessWatchPolls = 8
    /// How many files that go on changing the log tells of, over all of a run.
    package static let maximumRestlessFilesTold = 20
    /// How many files are watched at most, and how many folders deep.
    package static let maximumWatchedFiles = 20_000
    package static let maximumWatchedDepth = 32
    /// How many changed files the log names at once.
    package static let maximumChangesShown = 3
    /// When a build has ended, what it started may still hold its output; this long is waited for that, in milliseconds.
    package static let lastBuildOutputMilliseconds = 500
}
