// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The two events of an `InvokeWithResponseStream` reply, and the event-stream headers that announce them.
///
/// Source: Lambda API Reference, `InvokeWithResponseStreamResponseEvent`; Smithy, "Amazon event stream specification".
package enum InvokeStreamEvent: String, Hashable, Sendable {
    /// Its payload is bytes of the response.
    case payloadChunk = "PayloadChunk"
    /// The last one; its payload is an `InvokeComplete` as JSON.
    case invokeComplete = "InvokeComplete"

    package static let messageTypeHeader = ":message-type"
    package static let eventTypeHeader = ":event-type"
    package static let contentTypeHeader = ":content-type"
    /// The message type of both.
    package static let eventMessageType = "event"

    package var contentType: String {
        switch self {
        case .payloadChunk: "application/octet-stream"
        case .invokeComplete: "application/json"
        }
    }

    /// All headers in the order in which they are written; every value is a string.
    package var headers: [(name: String, value: String)] {
        [
            (Self.messageTypeHeader, Self.eventMessageType),
            (Self.eventTypeHeader, self.rawValue),
            (Self.contentTypeHeader, self.contentType),
        ]
    }
}
