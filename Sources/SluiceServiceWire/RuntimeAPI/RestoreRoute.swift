// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What the Runtime API has besides for an environment that starts from a snapshot. Without one these paths are unknown.
/// (Lambda's own Runtime API server, `rapi/server.go`.)
package enum RestoreRoute: Hashable, Sendable {
    /// `GET /2018-06-01/runtime/restore/next`
    case next
    /// `POST /2018-06-01/runtime/restore/error`
    case error
    /// `GET /2021-04-23/credentials`, since those in variables would be kept with the snapshot, and grow old.
    case credentials

    package static let nextPath = "/2018-06-01/runtime/restore/next"
    package static let credentialsPath = "/2021-04-23/credentials"

    package init?(path: some StringProtocol) {
        if path == Self.nextPath {
            self = .next
        } else if path == "/2018-06-01/runtime/restore/error" {
            self = .error
        } else if path == Self.credentialsPath {
            self = .credentials
        } else {
            return nil
        }
    }
}
