// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes

/// What the headers of an invoke call ask for.
///
/// `X-Amz-Durable-Execution-Name` is not read: durable functions are not offered.
package struct InvokeRequestOptions: Hashable, Sendable {
    package enum InvocationType: String, Hashable, Sendable {
        case requestResponse = "RequestResponse"
        case event = "Event"
        case dryRun = "DryRun"
    }

    package enum LogType: String, Hashable, Sendable {
        case none = "None"
        case tail = "Tail"
    }

    package var invocationType: InvocationType = .requestResponse
    package var logType: LogType = .none
    /// JSON on one line, fit for a header of the Runtime API.
    package var clientContext: String?
    package var tenantID: String?

    package init() {}

    /// - Parameter isStreaming: Whether the call is `InvokeWithResponseStream`, which has no `Event`.
    package init(_ fields: HTTPFields, isStreaming: Bool) throws(InvokeError) {
        if let text = fields[InvokeRequestHeader.invocationType] {
            guard let type = InvocationType(rawValue: text) else {
                throw .invalidHeader(InvokeRequestHeader.invocationType, text)
            }
            guard !isStreaming || type != .event else {
                throw .invalidParameterValue(
                    "InvokeWithResponseStream has the invocation types RequestResponse and DryRun, not Event."
                )
            }
            self.invocationType = type
        }
        if let text = fields[InvokeRequestHeader.logType] {
            guard let type = LogType(rawValue: text) else { throw .invalidHeader(InvokeRequestHeader.logType, text) }
            self.logType = type
        }
        if let text = fields[InvokeRequestHeader.clientContext] {
            self.clientContext = try Self.decodedClientContext(text)
        }
        if let text = fields[InvokeRequestHeader.tenantID] {
            guard Self.isTenantID(text) else { throw .invalidHeader(InvokeRequestHeader.tenantID, text) }
            self.tenantID = text
        }
    }

    private static func decodedClientContext(_ text: String) throws(InvokeError) -> String {
        guard text.utf8.count <= Limits.maximumClientContextBytes else {
            throw .invalidRequestContent(
                "Client context must have at most \(Limits.maximumClientContextBytes) bytes, not \(text.utf8.count)."
            )
        }
        let bytes = Base64.decode(text.utf8) ?? []
        let value: JSONValue? = try? JSONValue(parsing: bytes)
        guard value?.objectValue != nil else {
            throw .invalidRequestContent("Client context must be a valid Base64-encoded JSON object.")
        }
        // JSON has control characters between its tokens only, where a space means the same; a header allows none.
        return String(decoding: bytes.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
    }

    private static func isTenantID(_ text: String) -> Bool {
        let others = Set("._:/=+-@ ".utf8)
        return (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    true
                default: others.contains(byte)
                }
            }
    }
}

extension InvokeError {
    fileprivate static func invalidHeader(_ name: HTTPField.Name, _ value: String) -> Self {
        .invalidParameterValue("The header \(name.rawName) has the value \(Self.quoted(value)), which is not valid.")
    }
}
