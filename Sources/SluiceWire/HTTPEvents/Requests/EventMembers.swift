// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// Reads members of an event by kind, and names the one that is missing or of another kind. `null` counts as absent.
struct EventMembers {
    let object: JSONObject
    /// The way to this object, with a dot at its end; empty for the event itself.
    private let path: String

    init(_ object: JSONObject, path: String) {
        self.object = object
        self.path = path
    }

    func has(_ name: String) -> Bool {
        self.object[name].map { !$0.isNull } ?? false
    }

    func string(_ name: String) throws(HTTPEventError) -> String? {
        try self.value(name, "a string", \.stringValue)
    }

    func requiredString(_ name: String) throws(HTTPEventError) -> String {
        guard let value = try self.string(name) else { throw .missing(member: self.path + name) }
        return value
    }

    func boolean(_ name: String) throws(HTTPEventError) -> Bool? {
        try self.value(name, "a boolean", \.boolValue)
    }

    func objectIfPresent(_ name: String) throws(HTTPEventError) -> EventMembers? {
        guard let object = try self.value(name, "an object", \.objectValue) else { return nil }
        return EventMembers(object, path: self.path + name + ".")
    }

    func requiredObject(_ name: String) throws(HTTPEventError) -> EventMembers {
        guard let object = try self.objectIfPresent(name) else { throw .missing(member: self.path + name) }
        return object
    }

    func strings(_ name: String) throws(HTTPEventError) -> [String]? {
        guard let elements = try self.value(name, "an array of strings", \.arrayValue) else { return nil }
        return try self.strings(elements, of: name)
    }

    /// Every member with its values: a string, or an array of strings where a name can come several times.
    func pairs() throws(HTTPEventError) -> [(name: String, values: [String])] {
        var pairs: [(name: String, values: [String])] = []
        pairs.reserveCapacity(self.object.count)
        for member in self.object.members {
            switch member.value {
            case .null: continue
            case .string(let value): pairs.append((member.name, [value]))
            case .array(let elements): pairs.append((member.name, try self.strings(elements, of: member.name)))
            case .bool, .number, .object:
                throw .wrongKind(member: self.path + member.name, expected: "a string", found: member.value.kind)
            }
        }
        return pairs
    }

    private func strings(_ elements: [JSONValue], of name: String) throws(HTTPEventError) -> [String] {
        var strings: [String] = []
        strings.reserveCapacity(elements.count)
        for (position, element) in elements.enumerated() {
            guard let string = element.stringValue else {
                let member = "\(self.path)\(name)[\(position)]"
                throw .wrongKind(member: member, expected: "a string", found: element.kind)
            }
            strings.append(string)
        }
        return strings
    }

    private func value<Value>(
        _ name: String,
        _ expected: String,
        _ read: (JSONValue) -> Value?
    ) throws(HTTPEventError) -> Value? {
        guard let value = self.object[name], !value.isNull else { return nil }
        guard let value = read(value) else {
            throw .wrongKind(member: self.path + name, expected: expected, found: self.object[name]?.kind ?? "absent")
        }
        return value
    }
}
