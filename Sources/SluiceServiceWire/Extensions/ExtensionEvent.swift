// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// What an extension can subscribe to. (Lambda Developer Guide, "Extensions API".)
package enum ExtensionEvent: String, Hashable, Sendable, CaseIterable {
    case invoke = "INVOKE"
    case shutdown = "SHUTDOWN"
}

/// Why an environment ends, as extensions are told.
package enum ShutdownReason: String, Hashable, Sendable, CaseIterable {
    /// It is not needed any more.
    case spindown = "SPINDOWN"
    /// An invocation, or the initialisation, took too long.
    case timeout = "TIMEOUT"
    /// The runtime or an extension has failed.
    case failure = "FAILURE"
}

/// How long an environment may take to end. (Lambda Developer Guide, "Lambda execution environment lifecycle": 0 ms
/// without extensions, 500 ms with internal ones only, 2,000 ms with external ones.)
package struct ShutdownBudget: Hashable, Sendable {
    /// All of it.
    package let milliseconds: Int64
    /// What the runtime has of it, from `SIGTERM` to `SIGKILL`. 0: no `SIGTERM`.
    package let runtimeMilliseconds: Int64

    package static let none = Self(milliseconds: 0, runtimeMilliseconds: 0)
    package static let internalOnly = Self(
        milliseconds: Int64(Limits.internalExtensionsShutdownMilliseconds),
        runtimeMilliseconds: Int64(Limits.internalExtensionsShutdownMilliseconds)
    )
    package static let external = Self(
        milliseconds: Int64(Limits.externalExtensionsShutdownMilliseconds),
        runtimeMilliseconds: Int64(Limits.runtimeShutdownMilliseconds)
    )
}

/// What a log tells of an extension, in Lambda's words.
package struct ExtensionReport: Hashable, Sendable {
    package var name: String
    /// `Ready`, or where it failed: `Started`, `Registered`, `InitError`, `LaunchError`, …
    package var state: String
    package var events: [ExtensionEvent]
    package var errorType: String?

    package init(name: String, state: String, events: [ExtensionEvent], errorType: String?) {
        self.name = name
        self.state = state
        self.events = events
        self.errorType = errorType
    }
}

/// The bodies that extensions get for their events.
package enum ExtensionEventBody {
    /// - Parameters:
    ///   - deadline: in milliseconds since 1970.
    package static func invoke(
        requestID: String,
        invokedFunctionARN: String,
        traceID: String,
        deadlineEpochMilliseconds deadline: Int64
    ) -> ByteBuffer {
        let body: JSONObject = [
            "eventType": .string(ExtensionEvent.invoke.rawValue),
            "deadlineMs": .number(JSONNumber(deadline)),
            "requestId": .string(requestID),
            "invokedFunctionArn": .string(invokedFunctionARN),
            "tracing": ["type": "X-Amzn-Trace-Id", "value": .string(traceID)],
        ]
        return body.serialized()
    }

    package static func shutdown(_ reason: ShutdownReason, deadlineEpochMilliseconds deadline: Int64) -> ByteBuffer {
        let body: JSONObject = [
            "eventType": .string(ExtensionEvent.shutdown.rawValue),
            "shutdownReason": .string(reason.rawValue),
            "deadlineMs": .number(JSONNumber(deadline)),
        ]
        return body.serialized()
    }
}
