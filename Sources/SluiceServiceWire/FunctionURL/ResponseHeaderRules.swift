// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import SluiceWire

/// What a Function URL does with the headers that a function returns.
///
/// AWS documents `www-authenticate` (Lambda Developer Guide, "Invoking Lambda function URLs"), and users have seen
/// `content-length` renamed in streamed responses. It does not say what happens to the rest of this list; the choice
/// here is what API Gateway documents for itself ("Known issues", header table): what the service sets itself is
/// renamed, so that the function's value can still be seen, and what frames the message is dropped.
enum ResponseHeaderRules {
    enum Rule: Hashable {
        case keep
        case rename(HTTPField.Name)
        case drop
    }

    static let requestID = RuntimeAPIHeader.known("x-amzn-RequestId")
    static let traceID = RuntimeAPIHeader.known("X-Amzn-Trace-Id")

    static func rule(for name: HTTPField.Name, isStreamed: Bool) -> Rule {
        // A buffered response gets its true length from the service.
        if name == .contentLength { return isStreamed ? .rename(Self.remappedContentLength) : .drop }
        return Self.rules[name] ?? .keep
    }

    private static let remappedContentLength = RuntimeAPIHeader.known("x-amzn-Remapped-Content-Length")

    private static let rules: [HTTPField.Name: Rule] = [
        .wwwAuthenticate: .rename(RuntimeAPIHeader.known("x-amzn-Remapped-www-authenticate")),
        .connection: .rename(RuntimeAPIHeader.known("x-amzn-Remapped-connection")),
        .date: .rename(RuntimeAPIHeader.known("x-amzn-Remapped-date")),
        .server: .rename(RuntimeAPIHeader.known("x-amzn-Remapped-server")),
        .transferEncoding: .drop,
        .te: .drop,
        .trailer: .drop,
        .upgrade: .drop,
        RuntimeAPIHeader.known("Keep-Alive"): .drop,
        RuntimeAPIHeader.known("Proxy-Connection"): .drop,
        .proxyAuthenticate: .drop,
        Self.requestID: .drop,
        Self.traceID: .drop,
    ]
}
