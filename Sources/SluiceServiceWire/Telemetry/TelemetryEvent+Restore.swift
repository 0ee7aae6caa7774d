// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// The events of a start from a snapshot. (Lambda Developer Guide, "Lambda Telemetry API Event schema reference".)
extension TelemetryEvent {
    package static func restoreStart(function: String, memoryMegabytes: Int, at time: Int64) -> Self {
        let record: JSONObject = [
            "functionName": .string(function),
            "functionVersion": "$LATEST",
            "instanceMaxMemory": .number(JSONNumber(memoryMegabytes * 1024 * 1024)),
        ]
        return self.platform("restoreStart", record, at: time)
    }

    /// What came of the runtime's hooks after the restore.
    package static func restoreRuntimeDone(status: TelemetryStatus, errorType: String? = nil, at time: Int64) -> Self {
        var record: JSONObject = ["status": .string(status.rawValue)]
        record["errorType"] = errorType.map { .string($0) }
        return self.platform("restoreRuntimeDone", record, at: time)
    }

    package static func restoreReport(
        status: TelemetryStatus,
        errorType: String? = nil,
        duration: TimeAmount,
        at time: Int64
    ) -> Self {
        var record: JSONObject = [
            "status": .string(status.rawValue), "metrics": ["durationMs": .number(.milliseconds(duration))],
        ]
        record["errorType"] = errorType.map { .string($0) }
        return self.platform("restoreReport", record, at: time)
    }
}
