// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Where the Runtime API listens: the value of `AWS_LAMBDA_RUNTIME_API`, with any host.
package struct RuntimeAddress: Hashable, Sendable {
    package static let variable = "AWS_LAMBDA_RUNTIME_API"

    /// An IPv6 address is held without its brackets.
    package let host: String
    package let port: Int
    /// As it was given, which is what the `Host` field says.
    package let text: String

    package init(_ text: String?) throws(RuntimeFailure) {
        guard let text, !text.isEmpty else { throw .missingAddress }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { throw .unusableAddress(text) }
        let port = Int(text[text.index(after: colon)...])
        guard let port, (1...65_535).contains(port) else { throw .unusableAddress(text) }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        }
        guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else { throw .unusableAddress(text) }
        self.host = String(host)
        self.port = port
        self.text = text
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: "?"), UInt8(ascii: "#"): false
        default: byte > 0x20 && byte < 0x7F
        }
    }
}
