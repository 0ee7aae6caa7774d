// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import SluiceWire

/// What the headers of an invoke call ask for.
///
/// `X-Amz-Durable-Execution-Name` is not read: durable functions are not offered.
package struct InvokeRequestOptions: Hashable, Sendable {
    package enum InvocationType: String, Hashable, Sendable {
        case requestResponse = "RequestResponse"
        case event = "Event"
        case dryRun = "DryRun"

        /// Which limit its event has.
        package var limit: ServiceLimit {
            switch self {
            case .requestResponse, .dryRun: .requestBytes
            case .event: .asynchronousRequestBytes
            }
        }
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
    /// The id that the caller chose for the invocation: a UUID.
    package var requestID: String?
    /// What is to go wrong with this one.
    package var faults = FaultPlan.none

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
        if let text = fields[InvokeResponseHeader.requestID] {
            guard Self.isUUID(text) else {
                throw .invalidRequestContent("The request id \(InvokeError.quoted(text)) is no UUID.")
            }
            self.requestID = text
        }
        self.faults = try FaultPlan(fields)
    }

    /// Such as `c6af9ac6-7b61-11e6-9a41-93e8deadbeef`.
    private static func isUUID(_ text: String) -> Bool {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.joined().allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    true
                default: false
                }
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

extension FaultPlan {
    /// What the header of one request asks for. Lambda has no such header, and functions do not see it.
    package init(_ fields: HTTPFields) throws(InvokeError) {
        guard let text = fields[InvokeRequestHeader.fault] else {
            self = .none
            return
        }
        do throws(FaultPlanError) {
            self = try FaultPlan(parsing: text)
        } catch {
            throw .invalidParameterValue("The header \(InvokeRequestHeader.fault.rawName): \(error).")
        }
    }
}

extension InvokeError {
    fileprivate static func invalidHeader(_ name: HTTPField.Name, _ value: String) -> Self {
        .invalidParameterValue("The header \(name.rawName) has the value \(Self.quoted(value)), which is not valid.")
    }
}
