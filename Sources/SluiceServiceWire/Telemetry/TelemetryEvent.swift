// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceWire

/// One event of the Telemetry API: a time, a type and a record.
///
/// (Lambda Developer Guide, "Telemetry API Event schema reference"; the names of members that the guide leaves to its
/// examples are those of Lambda's own server, `interop/events_api.go`.)
package struct TelemetryEvent: Hashable, Sendable {
    package var epochMilliseconds: Int64
    /// Such as `platform.start`.
    package var type: String
    package var record: JSONValue

    package init(epochMilliseconds: Int64, type: String, record: JSONValue) {
        self.epochMilliseconds = epochMilliseconds
        self.type = type
        self.record = record
    }

    package var category: TelemetrySubscription.Category {
        switch self.type {
        case "function": .function
        case "extension": .extension
        default: .platform
        }
    }

    /// Whether Lambda enters the event into the log of a function whose format is JSON, at the level that it has by default.
    /// What measures a success is for a more detailed one.
    ///
    /// (Lambda Developer Guide, "Log-level filtering", has a table of levels, which could not be read when this was written;
    /// this is what programs that parse such logs look for in them.)
    package var isLogged: Bool {
        switch self.type {
        case "platform.initRuntimeDone", "platform.initReport", "platform.restoreRuntimeDone", "platform.restoreReport",
            "platform.runtimeDone":
            self.record.objectValue?["status"] != .string(TelemetryStatus.success.rawValue)
        default:
            self.category == .platform
        }
    }

    /// What was printed, of which the record is an object.
    private var line: String?

    /// The event as JSON, without a line's end.
    ///
    /// - Parameter hasStructuredLines: whether a line that is a JSON object is delivered as one.
    package func json(hasStructuredLines: Bool) -> ByteBuffer {
        let object: JSONObject = [
            "time": .string(CivilTime.logTime(millisecondsSinceEpoch: self.epochMilliseconds)),
            "type": .string(self.type),
            "record": hasStructuredLines ? self.record : self.line.map { .string($0) } ?? self.record,
        ]
        return object.serialized()
    }

    /// A line that the function or an extension printed.
    ///
    /// - Parameter isJSON: whether the log format of the function is JSON, so that a line may be an object.
    package static func line(
        _ line: String,
        of category: TelemetrySubscription.Category,
        isJSON: Bool,
        at time: Int64
    ) -> Self {
        var event = Self(epochMilliseconds: time, type: category.rawValue, record: .string(line))
        if isJSON, line.utf8.first == UInt8(ascii: "{"),
            let value = try? JSONValue(parsing: ByteBuffer(string: line)), value.objectValue != nil
        {
            event.record = value
            event.line = line
        }
        return event
    }
}

/// How an initialisation or an invocation went.
package enum TelemetryStatus: String, Hashable, Sendable {
    case success, failure, error, timeout
}

/// A stretch of time within an invocation.
package struct TelemetrySpan: Hashable, Sendable {
    package enum Name: String, Hashable, Sendable {
        /// From the invocation's start to the first byte of its response.
        case responseLatency
        /// From the first byte of the response to its last.
        case responseDuration
        /// From the last byte to the runtime's next `/next`.
        case runtimeOverhead
        /// From there until the last extension asked for its next event.
        case extensionOverhead
    }

    package var name: Name
    package var startEpochMilliseconds: Int64
    package var duration: TimeAmount

    package init(_ name: Name, startEpochMilliseconds: Int64, duration: TimeAmount) {
        self.name = name
        self.startEpochMilliseconds = startEpochMilliseconds
        self.duration = duration
    }

    var json: JSONValue {
        [
            "name": .string(self.name.rawValue),
            "start": .string(CivilTime.logTime(millisecondsSinceEpoch: self.startEpochMilliseconds)),
            "durationMs": .number(.milliseconds(self.duration)),
        ]
    }
}

extension JSONNumber {
    /// With three digits after the point, as Lambda writes durations.
    static func milliseconds(_ time: TimeAmount) -> Self {
        let microseconds = max(0, time.nanoseconds) / 1_000
        let fraction = String(microseconds % 1_000)
        let text =
            "\(microseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
        return Self(text: text) ?? Self(microseconds / 1_000)
    }
}
