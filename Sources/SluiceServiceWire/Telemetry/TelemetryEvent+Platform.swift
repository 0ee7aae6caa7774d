// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// The records of `platform.…` events.
extension TelemetryEvent {
    static func platform(_ name: String, _ record: JSONObject, at time: Int64) -> Self {
        Self(epochMilliseconds: time, type: "platform." + name, record: .object(record))
    }

    // MARK: Initialisation

    /// - Parameters:
    ///   - type: the value of `AWS_LAMBDA_INITIALIZATION_TYPE`.
    ///   - phase: `init`, `invoke` for one that is done in the time of an invocation, `snap-start` for one before a snapshot.
    package static func initStart(
        function: String,
        type: String = "on-demand",
        phase: String,
        memoryMegabytes: Int,
        at time: Int64
    ) -> Self {
        var record: JSONObject = ["initializationType": .string(type), "phase": .string(phase)]
        record["functionName"] = .string(function)
        record["functionVersion"] = "$LATEST"
        record["instanceMaxMemory"] = .number(JSONNumber(memoryMegabytes * 1024 * 1024))
        return self.platform("initStart", record, at: time)
    }

    package static func initRuntimeDone(
        type: String = "on-demand",
        phase: String,
        status: TelemetryStatus,
        errorType: String? = nil,
        at time: Int64
    ) -> Self {
        var record: JSONObject = ["initializationType": .string(type), "phase": .string(phase)]
        record["status"] = .string(status.rawValue)
        record["errorType"] = errorType.map { .string($0) }
        return self.platform("initRuntimeDone", record, at: time)
    }

    package static func initReport(
        type: String = "on-demand",
        phase: String,
        status: TelemetryStatus,
        errorType: String? = nil,
        duration: TimeAmount,
        at time: Int64
    ) -> Self {
        var record: JSONObject = ["initializationType": .string(type), "phase": .string(phase)]
        record["status"] = .string(status.rawValue)
        record["errorType"] = errorType.map { .string($0) }
        record["metrics"] = ["durationMs": .number(.milliseconds(duration))]
        return self.platform("initReport", record, at: time)
    }

    package static func `extension`(_ report: ExtensionReport, at time: Int64) -> Self {
        var record: JSONObject = [
            "name": .string(report.name),
            "state": .string(report.state),
            "events": .array(report.events.map { .string($0.rawValue) }),
        ]
        record["errorType"] = report.errorType.map { .string($0) }
        return self.platform("extension", record, at: time)
    }

    package static func subscription(
        of name: String,
        types: [TelemetrySubscription.Category],
        at time: Int64
    ) -> Self {
        let record: JSONObject = [
            "name": .string(name),
            "state": "Subscribed",
            "types": .array(types.map { .string($0.rawValue) }),
        ]
        return self.platform("telemetrySubscription", record, at: time)
    }

    package static func logsDropped(records: Int, bytes: Int, at time: Int64) -> Self {
        let record: JSONObject = [
            "droppedRecords": .number(JSONNumber(records)),
            "droppedBytes": .number(JSONNumber(bytes)),
            "reason": "The subscriber does not take events as fast as they come",
        ]
        return self.platform("logsDropped", record, at: time)
    }

    // MARK: Invocations

    private static func tracing(_ traceID: String) -> JSONValue {
        ["type": "X-Amzn-Trace-Id", "value": .string(traceID)]
    }

    package static func start(requestID: String, traceID: String, at time: Int64) -> Self {
        let record: JSONObject = [
            "requestId": .string(requestID), "version": "$LATEST", "tracing": self.tracing(traceID),
        ]
        return self.platform("start", record, at: time)
    }

    /// What is measured of an invocation when its runtime is through.
    package struct RuntimeDone: Hashable, Sendable {
        package var requestID: String
        package var traceID: String
        package var status: TelemetryStatus
        package var errorType: String?
        package var duration: TimeAmount
        /// `nil` where no response began.
        package var producedBytes: Int?
        package var spans: [TelemetrySpan]

        package init(
            requestID: String,
            traceID: String,
            status: TelemetryStatus,
            errorType: String?,
            duration: TimeAmount,
            producedBytes: Int?,
            spans: [TelemetrySpan]
        ) {
            self.requestID = requestID
            self.traceID = traceID
            self.status = status
            self.errorType = errorType
            self.duration = duration
            self.producedBytes = producedBytes
            self.spans = spans
        }
    }

    package static func runtimeDone(_ done: RuntimeDone, at time: Int64) -> Self {
        var metrics: JSONObject = ["durationMs": .number(.milliseconds(done.duration))]
        metrics["producedBytes"] = done.producedBytes.map { .number(JSONNumber($0)) }
        var record: JSONObject = ["requestId": .string(done.requestID), "status": .string(done.status.rawValue)]
        record["errorType"] = done.errorType.map { .string($0) }
        record["metrics"] = .object(metrics)
        record["spans"] = .array(done.spans.map(\.json))
        record["tracing"] = self.tracing(done.traceID)
        return self.platform("runtimeDone", record, at: time)
    }

    /// On Managed Instances, in the schema of 2025-01-29: the report has the duration as its only metric, and the spans that
    /// there is no `platform.runtimeDone` for.
    package static func managedReport(_ done: RuntimeDone, at time: Int64) -> Self {
        var record: JSONObject = ["requestId": .string(done.requestID), "status": .string(done.status.rawValue)]
        record["errorType"] = done.errorType.map { .string($0) }
        record["metrics"] = ["durationMs": .number(.milliseconds(done.duration))]
        record["spans"] = .array(done.spans.map(\.json))
        record["tracing"] = self.tracing(done.traceID)
        return self.platform("report", record, at: time)
    }

    /// What an invocation took and used, as its REPORT line has it.
    package struct Report: Hashable, Sendable {
        package var requestID: String
        package var traceID: String
        package var status: TelemetryStatus
        package var errorType: String?
        package var duration: TimeAmount
        package var billedMilliseconds: Int64
        package var memoryMegabytes: Int
        package var maximumMemoryUsedMegabytes: Int?
        package var initDuration: TimeAmount?
        package var restoreDuration: TimeAmount?
        /// What extensions took behind the runtime; `nil` without any.
        package var extensionOverhead: TelemetrySpan?

        package init(
            requestID: String,
            traceID: String,
            status: TelemetryStatus,
            errorType: String?,
            duration: TimeAmount,
            billedMilliseconds: Int64,
            memoryMegabytes: Int,
            maximumMemoryUsedMegabytes: Int?,
            initDuration: TimeAmount?,
            restoreDuration: TimeAmount? = nil,
            extensionOverhead: TelemetrySpan? = nil
        ) {
            self.requestID = requestID
            self.traceID = traceID
            self.status = status
            self.errorType = errorType
            self.duration = duration
            self.billedMilliseconds = billedMilliseconds
            self.memoryMegabytes = memoryMegabytes
            self.maximumMemoryUsedMegabytes = maximumMemoryUsedMegabytes
            self.initDuration = initDuration
            self.restoreDuration = restoreDuration
            self.extensionOverhead = extensionOverhead
        }
    }

    package static func report(_ report: Report, at time: Int64) -> Self {
        var metrics: JSONObject = [
            "durationMs": .number(.milliseconds(report.duration)),
            "billedDurationMs": .number(JSONNumber(report.billedMilliseconds)),
            "memorySizeMB": .number(JSONNumber(report.memoryMegabytes)),
        ]
        metrics["maxMemoryUsedMB"] = report.maximumMemoryUsedMegabytes.map { .number(JSONNumber($0)) }
        metrics["initDurationMs"] = report.initDuration.map { .number(.milliseconds($0)) }
        metrics["restoreDurationMs"] = report.restoreDuration.map { .number(.milliseconds($0)) }
        var record: JSONObject = ["requestId": .string(report.requestID), "status": .string(report.status.rawValue)]
        record["errorType"] = report.errorType.map { .string($0) }
        record["metrics"] = .object(metrics)
        if let span = report.extensionOverhead { record["spans"] = .array([span.json]) }
        record["tracing"] = self.tracing(report.traceID)
        return self.platform("report", record, at: time)
    }

    /// An error type as telemetry has it: what a function chose freely is not passed on.
    ///
    /// (Lambda's own server, `fatalerror.go`: what matches `(Runtime|Function)\.[A-Z][a-zA-Z]+` anywhere is kept; else
    /// `Function.Unknown` for what begins with `Function.`, and `Runtime.Unknown`. Lambda's own types pass.)
    package static func reportedErrorType(_ type: String) -> String {
        for owner in ["Sandbox.", "Extension.", "Runtime.", "Function."] {
            var rest = type.utf8[...]
            while let start = rest.firstRange(of: Array(owner.utf8)) {
                let name = rest[start.upperBound...].prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
                if let first = name.first, first < 0x61, name.count > 1 { return type }
                rest = rest[start.upperBound...]
            }
        }
        return type.hasPrefix("Function.") ? "Function.Unknown" : "Runtime.Unknown"
    }
}
