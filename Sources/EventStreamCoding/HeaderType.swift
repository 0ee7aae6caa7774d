// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The byte in front of a header's value.
enum HeaderType: UInt8 {
    case `true` = 0
    case `false` = 1
    case int8 = 2
    case int16 = 3
    case int32 = 4
    case int64 = 5
    case bytes = 6
    case string = 7
    case timestamp = 8
    case uuid = 9
}

extension EventStreamHeaderValue {
    var type: HeaderType {
        switch self {
        case .bool(true): .true
        case .bool(false): .false
        case .int8: .int8
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .bytes: .bytes
        case .string: .string
        case .timestamp: .timestamp
        case .uuid: .uuid
        }
    }
}
