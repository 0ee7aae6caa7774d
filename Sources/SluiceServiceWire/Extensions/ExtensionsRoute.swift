// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// One resource for extensions, on the port of the Runtime API.
package enum ExtensionsRoute: Hashable, Sendable {
    /// `POST /2020-01-01/extension/register`
    case register
    /// `GET /2020-01-01/extension/event/next`
    case next
    /// `POST /2020-01-01/extension/init/error`
    case initError
    /// `POST /2020-01-01/extension/exit/error`
    case exitError
    /// `PUT /2022-07-01/telemetry`
    case telemetry
    /// `PUT /2020-08-15/logs`, which the Telemetry API has taken the place of.
    case logs

    package init?(path: Substring) {
        // Most requests are a runtime's own, and none of those is one of these.
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.dropFirst().starts(with: "202".utf8) else { return nil }
        switch path {
        case "/2020-01-01/extension/register": self = .register
        case "/2020-01-01/extension/event/next": self = .next
        case "/2020-01-01/extension/init/error": self = .initError
        case "/2020-01-01/extension/exit/error": self = .exitError
        case "/2022-07-01/telemetry": self = .telemetry
        case "/2020-08-15/logs": self = .logs
        default: return nil
        }
    }
}
