// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore

/// The value of a header: one of the ten types of the format (true and false are two of them).
public enum EventStreamHeaderValue: Hashable, Sendable {
    /// Types 0 (true) and 1 (false).
    case bool(Bool)
    /// Type 2.
    case int8(Int8)
    /// Type 3.
    case int16(Int16)
    /// Type 4.
    case int32(Int32)
    /// Type 5.
    case int64(Int64)
    /// Type 6: at most 32,767 bytes when written.
    case bytes(ByteBuffer)
    /// Type 7: at most 32,767 bytes of UTF-8 when written.
    case string(String)
    /// Type 8: milliseconds since 1970-01-01T00:00:00Z.
    case timestamp(millisecondsSinceEpoch: Int64)
    /// Type 9: the sixteen bytes of a UUID as one number, the first byte the most significant.
    case uuid(UInt128)

    /// The text of a ``string(_:)``, else `nil`.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

extension EventStreamHeaderValue: ExpressibleByStringLiteral {
    /// A ``string(_:)``.
    public init(stringLiteral value: String) {
        self = .string(value)
    }
}
