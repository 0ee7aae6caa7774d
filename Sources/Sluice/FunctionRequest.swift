// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
public import NIOCore
internal import SluiceWire

/// An HTTP request that a Function URL turned into an event.
public struct FunctionRequest: Sendable {
    /// GET, POST and so on.
    public let method: HTTPRequest.Method
    /// As it came: not percent-decoded.
    public let path: String
    /// Without the question mark and not percent-decoded; empty when there is none.
    public let query: String
    /// Names in lower case. Lambda joins fields that repeat with commas.
    public let headers: HTTPFields
    /// `name=value` each.
    public let cookies: [String]
    /// The body's bytes, at most 6 MB less what the rest of the event takes.
    public let body: ByteBuffer
    /// The address of the client.
    public let sourceIP: String
    /// The event itself: JSON, payload format 2.0.
    public let event: ByteBuffer

    /// The first value of a query item, decoded: `+` is a space and `%41` an `A`. `nil` when there is no such item;
    /// an item without a value has an empty one.
    public func queryItem(_ name: String) -> String? {
        for item in self.query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            if let first = parts.first, Self.decode(first) == name {
                return parts.count > 1 ? Self.decode(parts[1]) : ""
            }
        }
        return nil
    }

    private static func decode(_ text: Substring.UTF8View) -> String {
        String(decoding: QueryString.decoded(text), as: UTF8.self)
    }
}

extension FunctionRequest {
    init(event: ByteBuffer) throws {
        let request: HTTPRequestEvent
        do {
            request = try HTTPRequestEvent(json: event)
        } catch {
            throw UnusableResult(
                type: "Function.InvalidEvent",
                message: "the event is no HTTP request (\(error)); call this function through its Function URL"
            )
        }
        guard let method = HTTPRequest.Method(request.method) else {
            throw UnusableResult(type: "Function.InvalidEvent", message: "the event's method is no method of HTTP")
        }
        self.method = method
        self.path = request.rawPath
        self.query = request.rawQuery
        self.headers = request.headers
        self.cookies = request.cookies
        self.body = request.body
        self.sourceIP = request.sourceIP ?? ""
        self.event = event
    }
}
