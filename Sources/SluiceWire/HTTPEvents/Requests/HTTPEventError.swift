// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Why an event is no HTTP request.
package enum HTTPEventError: Error, Hashable {
    case notJSON(JSONError)
    /// Nothing that any source's requests have; the names are what there is.
    case notHTTP(members: [String])
    /// `member` is the way to it, such as `requestContext.http`.
    case missing(member: String)
    case wrongKind(member: String, expected: String, found: String)
    /// As JSON; `nil` when there is none.
    case unknownVersion(String?, expected: String)
    case invalidMethod(String)
    case invalidHeaderName(String)
    case invalidHeaderValue(name: String)
    case tooManyHeaders(limit: Int)
    case bodyNotBase64
}

extension HTTPEventError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "the event is not JSON: \(error)"
        case .notHTTP(let members):
            "the event has no requestContext.http (Function URL, HTTP API), no httpMethod (REST API), "
                + "no requestContext.elb (Application Load Balancer), and no requestContext.serviceArn or raw_path "
                + "(VPC Lattice); \(Self.list(members))"
        case .missing(let member): "the event has no \(member)"
        case .wrongKind(let member, let expected, let found): "\(member) must be \(expected), and is \(found)"
        case .unknownVersion(let version, let expected):
            "the event's payload format version must be \(expected), and is \(version ?? "missing")"
        case .invalidMethod(let method): "the event's method is \(method.debugDescription), which is no method of HTTP"
        case .invalidHeaderName(let name): "headers has \(name.debugDescription), which is not a valid header name"
        case .invalidHeaderValue(let name):
            "headers[\(name.debugDescription)] has characters that no header value may have"
        case .tooManyHeaders(let limit): "the event has more than \(limit) header fields"
        case .bodyNotBase64: "body is not valid base64, though the event says so"
        }
    }

    private static func list(_ members: [String]) -> String {
        guard !members.isEmpty else { return "it is empty" }
        let shown = members.prefix(Limits.maximumMembersShown).map {
            String($0.prefix(Limits.maximumMemberNameCharacters)).debugDescription
        }
        return "it has \(shown.joined(separator: ", "))" + (members.count > shown.count ? " and more" : "")
    }
}
