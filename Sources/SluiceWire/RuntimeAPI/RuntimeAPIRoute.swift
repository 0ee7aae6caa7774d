// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// One resource of the Runtime API, and its path.
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

    package static let root = "/2018-06-01/runtime/"

    package var path: String {
        switch self {
        case .next: Self.root + "invocation/next"
        case .response(let requestID): Self.root + "invocation/" + requestID + "/response"
        case .error(let requestID): Self.root + "invocation/" + requestID + "/error"
        case .initError: Self.root + "init/error"
        case .ping: "/2018-06-01/ping"
        }
    }
}
