// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOHTTP1

/// Fields that are about one connection and end with it. (RFC 9110, section 7.6.1.)
enum HopByHop {
    private static let always: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
        "proxy-authenticate", "proxy-authorization",
    ]

    static func names(in fields: HTTPFields) -> Set<String> {
        self.names(connection: fields.lazy.filter { $0.name == .connection }.map(\.value))
    }

    static func names(in headers: HTTPHeaders) -> Set<String> {
        self.names(connection: headers["connection"])
    }

    /// With those that the field `Connection` names.
    private static func names(connection values: some Sequence<String>) -> Set<String> {
        var names = Self.always
        for value in values {
            for name in value.utf8.split(separator: UInt8(ascii: ",")) {
                let word = name.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 }
                if !word.isEmpty { names.insert(String(Substring(word)).lowercased()) }
            }
        }
        return names
    }
}
