// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
public import NIOCore
internal import SluiceWire

/// An HTTP request that a Function URL, an API, a load balancer or VPC Lattice turned into an event.
public struct FunctionRequest: Sendable {
    /// What the request came through.
    public let source: Source
    /// GET, POST and so on.
    public let method: HTTPRequest.Method
    /// As it came: not percent-decoded, unless an API has done that; an HTTP API puts its stage in front.
    public let path: String
    /// Without the question mark and not percent-decoded; empty when there is none. For a REST API, a load balancer and VPC
    /// Lattice it is put together again from the parameters of the event, and each has an equals sign.
    public let query: String
    /// Names in lower case. Function URLs and HTTP APIs join fields that repeat with commas; of others each is its own.
    public let headers: HTTPFields
    /// `name=value` each.
    public let cookies: [String]
    /// The body's bytes, at most 6 MB less what the rest of the event takes.
    public let body: ByteBuffer
    /// The address of the client; for a load balancer and VPC Lattice, the last of `X-Forwarded-For`. Empty when the event
    /// has none.
    public let sourceIP: String
    /// The event itself: JSON, in the format of its ``source``.
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
    /// The request of an event, and the shape of a buffered answer to it.
    static func read(_ event: ByteBuffer) throws(UnusableResult) -> (request: Self, form: ResultForm) {
        let request: HTTPRequestEvent
        do {
            request = try HTTPRequestEvent(json: event)
        } catch {
            throw UnusableResult(
                type: "Function.InvalidEvent",
                message: """
                    the event is no HTTP request (\(error)); call this function through a Function URL, API Gateway, an \
                    Application Load Balancer or VPC Lattice
                    """
            )
        }
        guard let method = HTTPRequest.Method(request.method) else {
            throw UnusableResult(type: "Function.InvalidEvent", message: "the event's method is no method of HTTP")
        }
        return (Self(request, method: method, event: event), request.resultForm)
    }

    private init(_ request: HTTPRequestEvent, method: HTTPRequest.Method, event: ByteBuffer) {
        self.source = Source(source: request.source)
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
