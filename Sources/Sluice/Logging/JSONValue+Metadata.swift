// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import SluiceWire

extension JSONValue {
    /// A value of a log line's metadata. Integers, doubles and truth values stay what they are, everything else becomes
    /// text.
    init(_ value: Logger.MetadataValue) {
        self.init(value, depth: 0)
    }

    private init(_ value: Logger.MetadataValue, depth: Int) {
        switch value {
        case .string(let text):
            self = .string(text)
        case .stringConvertible(let value):
            self.init(describing: value)
        case .dictionary, .array:
            guard depth < Limits.maximumJSONDepth else {
                self = .string("…")
                return
            }
            self.init(container: value, depth: depth + 1)
        }
    }

    private init(container: Logger.MetadataValue, depth: Int) {
        switch container {
        case .dictionary(let members):
            let sorted = members.sorted { $0.key < $1.key }
            self = .object(JSONObject(sorted.map { ($0.key, Self($0.value, depth: depth)) }))
        case .array(let elements):
            self = .array(elements.map { Self($0, depth: depth) })
        case .string, .stringConvertible:
            self = .null
        }
    }

    private init(describing value: any CustomStringConvertible & Sendable) {
        switch value {
        case let number as Int: self = .number(JSONNumber(number))
        case let number as Double:
            self = JSONNumber(text: number.description).map { .number($0) } ?? .string("\(number)")
        case let bool as Bool: self = .bool(bool)
        default: self = .string(value.description)
        }
    }
}
