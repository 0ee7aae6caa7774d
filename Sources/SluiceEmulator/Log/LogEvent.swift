// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceServiceWire

/// Something that happened in the local Lambda, with its time.
package struct LogEvent: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var epochMilliseconds: Int64
    /// `nil` for what concerns no function.
    package var function: String?
    /// The number of the function's environment, of which each has a log stream of its own on Lambda; `nil` for what
    /// concerns none.
    package var environment: Int?
    package var kind: Kind

    package init(epochMilliseconds: Int64, function: String?, kind: Kind) {
        self.epochMilliseconds = epochMilliseconds
        self.function = function
        self.kind = kind
    }

    package enum Kind: Sendable {
        /// A process is being started for the function, which Lambda would run in that region.
        case environmentStarting(environment: Int, region: String, followsReset: Bool = false)
        /// The runtime asked for its first invocation.
        case initFinished(environment: Int, after: TimeAmount)
        /// The runtime is initialised and asked for its restore from a snapshot.
        case snapshotTaken(environment: Int, after: TimeAmount)
        /// It is through with what it does after the restore, and asked for its first invocation.
        case restored(environment: Int, after: TimeAmount)
        /// Runtime and extensions wait for their next event: their processes were stopped.
        case frozen(environment: Int)
        /// There is something for it to do, or it is to end: its processes go on.
        case thawed(environment: Int)
        /// It is being ended: extensions and runtime have their time to do so.
        case shuttingDown(environment: Int, reason: ShutdownReason)
        /// The process ended, or could not be started.
        case environmentEnded(environment: Int, reason: String)
        /// A line that the function printed.
        case output(environment: Int, line: String)
        case start(requestID: String)
        case end(requestID: String)
        case report(Report)
        /// An initialisation took too long, and begins anew in the time of the invocation that waits for it.
        case initReport(InitReport)
        /// The caller was told that the invocation failed.
        case invocationFailed(requestID: String, errorType: String, message: String)
        /// A caller's request has its answer, or its caller has left.
        case request(RequestSummary)
        /// A word to whoever runs the service.
        case note(String)
        /// The function's code has changed.
        case renewed(Renewal)
        /// What watching for changes, and the build that follows them, have to say.
        case watch(WatchNews)
        /// What extensions print, and what becomes of them.
        case extensions(ExtensionNews)
    }

    /// What becomes of the environments that ran a function's old code.
    package struct Renewal: Hashable, Sendable {
        /// Those that were idle: they are ended.
        package var ended: Int
        /// Those at work: they finish their invocations.
        package var finishing: Int

        package init(ended: Int, finishing: Int) {
            self.ended = ended
            self.finishing = finishing
        }
    }

    /// What Lambda writes into its INIT_REPORT line.
    package struct InitReport: Sendable {
        package var duration: TimeAmount
        /// `init`, or `invoke` for one in the time of an invocation.
        package var phase = "init"
        /// `nil` for one that was not over in time.
        package var errorType: String?

        package var status: String { self.errorType == nil ? "timeout" : "error" }
    }

    /// What Lambda writes into its REPORT line, and the measures of the stream that its Telemetry API knows.
    package struct Report: Sendable {
        package var requestID: String
        package var duration: TimeAmount
        package var initDuration: TimeAmount?
        package var restoreDuration: TimeAmount?
        package var memoryMegabytes: Int
        package var maximumMemoryUsedMegabytes: Int?
        package var producedBytes: Int
        package var timedOut: Bool
        package var errorType: String?

        package init(
            requestID: String,
            duration: TimeAmount,
            initDuration: TimeAmount? = nil,
            restoreDuration: TimeAmount? = nil,
            memoryMegabytes: Int,
            maximumMemoryUsedMegabytes: Int? = nil,
            producedBytes: Int,
            timedOut: Bool,
            errorType: String?
        ) {
            self.requestID = requestID
            self.duration = duration
            self.initDuration = initDuration
            self.restoreDuration = restoreDuration
            self.memoryMegabytes = memoryMegabytes
            self.maximumMemoryUsedMegabytes = maximumMemoryUsedMegabytes
            self.producedBytes = producedBytes
            self.timedOut = timedOut
            self.errorType = errorType
        }
    }

    /// One line of the request log.
    package struct RequestSummary: Sendable {
        package enum End: String, Sendable { case complete, callerLeft, broken }
        package var method: String
        package var target: String
        package var status: Int?
        package var timeToFirstByte: TimeAmount?
        package var duration: TimeAmount
        package var bytes: Int
        package var end: End
    }
}
