// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import SluiceWire

extension RuntimeAPIRoute {
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
