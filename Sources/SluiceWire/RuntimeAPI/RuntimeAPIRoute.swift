// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// One resource of the Runtime API, and its path in both directions.
package enum RuntimeAPIRoute: Hashable, Sendable {
    /// `GET …/invocation/next`
    case next
    /// `POST …/invocation/{id}/response`
    case response(requestID: String)
    /// `POST …/invocation/{id}/error`
    case error(requestID: String)
    /// `POST …/init/error`
    case initError
    /// `GET …/ping`, which the service's own server has and no runtime needs.
    case ping

    private static let root = "/2018-06-01/runtime/"

    package var path: String {
        switch self {
        case .next: Self.root + "invocation/next"
        case .response(let requestID): Self.root + "invocation/" + requestID + "/response"
        case .error(let requestID): Self.root + "invocation/" + requestID + "/error"
        case .initError: Self.root + "init/error"
        case .ping: "/2018-06-01/ping"
        }
    }

    /// `nil` for every path that is none of these. A query is no part of any of them.
    package init?(path: some StringProtocol) {
        if path == "/2018-06-01/ping" {
            self = .ping
            return
        }
        guard path.hasPrefix(Self.root) else { return nil }
        let parts = path.dropFirst(Self.root.count).split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, parts[0] == "invocation", parts[1] == "next" {
            self = .next
        } else if parts.count == 2, parts[0] == "init", parts[1] == "error" {
            self = .initError
        } else if parts.count == 3, parts[0] == "invocation", !parts[1].isEmpty, parts[2] == "response" {
            self = .response(requestID: String(parts[1]))
        } else if parts.count == 3, parts[0] == "invocation", !parts[1].isEmpty, parts[2] == "error" {
            self = .error(requestID: String(parts[1]))
        } else {
            return nil
        }
    }
}
