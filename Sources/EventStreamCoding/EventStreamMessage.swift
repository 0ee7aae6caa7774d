// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore

/// One message of an event stream: headers and a payload.
///
/// ```swift
/// let message = EventStreamMessage(
///     headers: [EventStreamHeader(name: ":message-type", value: "event")],
///     payload: ByteBuffer(string: "hello")
/// )
/// message[":message-type"]?.stringValue  // "event"
/// ```
public struct EventStreamMessage: Hashable, Sendable {
    /// The headers in their order on the wire; no two have the same name.
    public var headers: [EventStreamHeader]
    /// The payload.
    public var payload: ByteBuffer

    /// A message of these parts.
    ///
    /// - Parameters:
    ///   - headers: The headers; names must differ from each other, else the message cannot be written.
    ///   - payload: The payload.
    public init(headers: [EventStreamHeader], payload: ByteBuffer = ByteBuffer()) {
        self.headers = headers
        self.payload = payload
    }

    /// The value of the header of this name, exactly as spelled; `nil` if there is none.
    public subscript(name: String) -> EventStreamHeaderValue? {
        self.headers.first { $0.name == name }?.value
    }
}

/// A header of an ``EventStreamMessage``.
public struct EventStreamHeader: Hashable, Sendable {
    /// 1 to 255 bytes of UTF-8.
    public var name: String
    /// The value, of one of ten types.
    public var value: EventStreamHeaderValue

    /// A header of this name and value.
    ///
    /// - Parameters:
    ///   - name: 1 to 255 bytes of UTF-8.
    ///   - value: The value; a literal gives a ``EventStreamHeaderValue/string(_:)``.
    public init(name: String, value: EventStreamHeaderValue) {
        self.name = name
        self.value = value
    }
}
