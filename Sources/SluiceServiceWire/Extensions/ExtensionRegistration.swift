// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore
internal import SluiceWire

/// What an extension asks for when it registers.
package struct ExtensionRegistration: Hashable, Sendable {
    /// For an external one the name of its file.
    package var name: String
    /// As it wrote them; the machine knows which it may have.
    package var events: [String]
    /// It wants to know the account.
    package var wantsAccountID: Bool

    package init(name: String, events: [String], wantsAccountID: Bool = false) {
        self.name = name
        self.events = events
        self.wantsAccountID = wantsAccountID
    }

    /// Reads a POST to `/register`. A body without `events` asks for none.
    package init(fields: HTTPFields, body: ByteBuffer) throws(ExtensionRefusal) {
        guard let name = fields[ExtensionHeader.name], !name.isEmpty else { throw .emptyName }
        let object: JSONObject
        do {
            guard
                let read = try JSONValue(parsing: body, maximumBytes: Limits.maximumExtensionRequestBytes).objectValue
            else { throw ExtensionRefusal.invalidFormat("the body is not a JSON object") }
            object = read
        } catch let refusal as ExtensionRefusal {
            throw refusal
        } catch {
            throw .invalidFormat("\(error)")
        }
        if let keys = object["configurationKeys"]?.arrayValue, !keys.isEmpty {
            throw .invalidFormat("configurationKeys are deprecated; use environment variables instead")
        }
        self.init(
            name: name,
            events: try Self.events(object["events"]),
            wantsAccountID: fields[ExtensionHeader.acceptFeature]?.split(separator: ",").contains {
                $0.drop { $0 == " " }.prefix { $0 != " " } == "accountId"
            } ?? false
        )
    }

    private static func events(_ value: JSONValue?) throws(ExtensionRefusal) -> [String] {
        guard let value, !value.isNull else { return [] }
        guard let elements = value.arrayValue else { throw .invalidFormat("events is \(value.kind), not an array") }
        var events: [String] = []
        for element in elements {
            guard let event = element.stringValue else {
                throw .invalidFormat("events holds \(element.kind); only strings are events")
            }
            if !events.contains(event) { events.append(event) }
        }
        return events
    }
}

/// The headers of the Extensions API. (Lambda Developer Guide, "Extensions API".)
package enum ExtensionHeader {
    package static let name = RuntimeAPIHeader.known("Lambda-Extension-Name")
    package static let identifier = RuntimeAPIHeader.known("Lambda-Extension-Identifier")
    package static let eventIdentifier = RuntimeAPIHeader.known("Lambda-Extension-Event-Identifier")
    package static let acceptFeature = RuntimeAPIHeader.known("Lambda-Extension-Accept-Feature")
    package static let errorType = RuntimeAPIHeader.known("Lambda-Extension-Function-Error-Type")

    /// The identifier of a call, which must be a UUID. (As Lambda's server reads it.)
    package static func identifier(of fields: HTTPFields) throws(ExtensionRefusal) -> String {
        guard let text = fields[Self.identifier], !text.isEmpty else { throw .missingIdentifier }
        let lengths = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(\.count)
        let isHexadecimal = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard lengths == [8, 4, 4, 4, 12], isHexadecimal else { throw .invalidIdentifier }
        return text.lowercased()
    }
}
