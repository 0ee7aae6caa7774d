// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes

/// How an application is reached and what is made of its answers, as environment variables say it.
package struct AdapterConfiguration: Hashable, Sendable {
    /// Where the application listens.
    package enum Address: Hashable, Sendable, CustomStringConvertible {
        case port(host: String, Int)
        case socket(path: String)

        package var description: String {
            switch self {
            case .port(let host, let port): "\(host):\(port)"
            case .socket(let path): path
            }
        }
    }

    package struct Readiness: Hashable, Sendable {
        package enum Check: Hashable, Sendable {
            /// The application accepts a connection.
            case connection
            /// It answers a GET of this path with a status that counts as healthy.
            case http(path: String, healthy: StatusRanges)
        }

        package var address: Address
        package var check: Check
        /// How long the application may take, in seconds; then the start has failed.
        package var timeoutSeconds = AdapterLimits.readinessSeconds
    }

    package var address = Address.port(host: "127.0.0.1", 8_080)
    package var readiness = Readiness(address: .port(host: "127.0.0.1", 8_080), check: .connection)
    /// Ask for invocations when Lambda's time for the start is almost over, although the application is not ready.
    package var startsAsynchronously = false
    /// Taken off the path of requests, once, where a segment ends.
    package var basePath: BasePath?
    package var invokeMode = InvokeMode.buffered
    package var compresses = false
    /// Where events go that are no HTTP request.
    package var passThroughPath = "/events"
    /// The field whose value becomes `Authorization`.
    package var authorizationSource: HTTPField.Name?
    /// An answer with such a status fails the invocation.
    package var errorStatuses = StatusRanges()
    /// In place of `AWS_LAMBDA_RUNTIME_API`.
    package var runtimeAPIProxy: String?
    /// Whether a line of metrics is written for each request.
    package var writesMetrics = false
    /// A new connection for each request: what is in a snapshot must not hold one.
    package var keepsConnections = true

    /// What the answer of a function is, for a Function URL and an API that can stream.
    package enum InvokeMode: Hashable, Sendable { case buffered, responseStream }

    package init() {}
}

package enum AdapterLimits {
    /// How long an application may take until it is ready, when nothing else is said, in seconds. Lambda gives the first start
    /// ten of them, and a start under an invocation as long as the invocation may take.
    package static let readinessSeconds = 60
    /// When a start is told that Lambda's time for it is almost over, in milliseconds.
    package static let initMilliseconds = 9_500
    /// When a start is first told what else listens on the machine, in milliseconds, and how often it is looked for then.
    package static let hintMilliseconds = 2_000
    package static let hintIntervalMilliseconds = 1_000
    /// Between two looks whether the application is ready, in milliseconds.
    package static let readinessIntervalMilliseconds = 10
    /// How long one look may take, in milliseconds: a page that asks a database may need its time at each.
    package static let readinessProbeMilliseconds = 10_000
    /// What is kept of the last that the application wrote to its standard error, in bytes.
    package static let errorOutputBytes = 4 * 1024
    /// What is written at once to a standard error that may be a pipe, in bytes: one with any room takes a page whole.
    /// (pipe(7), "I/O on pipes and FIFOs".)
    package static let errorWriteBytes = 4_096
    /// Between two looks whether a standard error that was full has room again, in milliseconds.
    package static let errorRetryMilliseconds = 10
    /// Lines of it that are shown when it does not start.
    package static let errorOutputLines = 10
    /// Connections that wait for the next request, for each loop.
    package static let idleConnections = 64
    /// A connection that waited for longer is not used again, in milliseconds: applications end theirs after 2 seconds
    /// (gunicorn), 5 (uvicorn, Node.js) or more, and while an environment is frozen that time passes unseen.
    package static let idleMilliseconds = 1_000
    /// How long connecting to the application may take, in milliseconds.
    package static let connectMilliseconds = 5_000
    /// The head of an application's answer, in bytes.
    package static let responseHeadBytes = 64 * 1024
    /// What one read takes of an application's answer: at first, and at most where much comes, in bytes. No more is read
    /// ahead of the one who takes it.
    package static let leastReadBytes = 4 * 1024
    package static let mostReadBytes = 128 * 1024
    /// How long the application may take to end, in milliseconds, within Lambda's time for it.
    package static let shutdownMilliseconds = 450
    /// How long it may take until the end of a process is known whose connections have broken, in milliseconds.
    package static let endNoticeMilliseconds = 50
    /// How long what a process wrote before its end may take through its pipe, in milliseconds.
    package static let lastWordsMilliseconds = 20
    /// The answer of the application to an error status that is told with the error, in bytes.
    package static let errorBodyBytes = 256 * 1024
}
