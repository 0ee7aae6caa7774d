// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import SluiceWire

/// Why a text is no CORS configuration.
package enum CORSConfigurationError: Error, Hashable {
    case notJSON(JSONError)
    case notAnObject(found: String)
    case unknownMember(String)
    case wrongType(CORSMember, expected: String, found: String)
    case tooMany(CORSMember, count: Int, limit: Int)
    case wrongLength(CORSMember, String, allowed: ClosedRange<Int>)
    case noOrigin(String)
    case usualPort(String, meant: String)
    case noMethod(String)
    case noHeader(CORSMember, String)
    case maxAgeOutOfRange(Int)
}

extension CORSConfigurationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "\(error)"
        case .notAnObject(let found): "a JSON object is expected, not \(found)"
        case .unknownMember(let name): "\"\(name)\" is no member of it; \(Self.members) are"
        case .wrongType(let member, let expected, let found): "\(member.rawValue) must be \(expected), not \(found)"
        case .tooMany(let member, let count, let limit):
            "\(member.rawValue) has \(count) entries; Lambda takes up to \(limit)"
        case .wrongLength(.allowMethods, "OPTIONS", _):
            "AllowMethods takes no \"OPTIONS\": a preflight needs no leave, the URL answers it by itself"
        case .wrongLength(let member, let entry, let allowed):
            "\(member.rawValue): \"\(entry.prefix(40))\" has \(entry.unicodeScalars.count) characters; "
                + "\(allowed.lowerBound) to \(allowed.upperBound) are allowed"
        case .noOrigin(let text):
            "AllowOrigins: \"\(text)\" is no origin; write scheme, host and port and nothing more, as "
                + "http://localhost:5173, or * for all"
        case .usualPort(let text, let meant):
            "AllowOrigins: browsers leave the usual port out, so \"\(text)\" never comes; write \(meant)"
        case .noMethod(let text): "AllowMethods: \"\(text)\" is no method; write it in capitals, or * for all"
        case .noHeader(let member, let text):
            "\(member.rawValue): \"\(text)\" is no header's name; each name is an entry of its own, * stands for all"
        case .maxAgeOutOfRange(let seconds):
            "MaxAge must be 0 to \(Limits.maximumCORSMaxAgeSeconds) seconds, not \(seconds)"
        }
    }

    private static var members: String { CORSMember.allCases.map(\.rawValue).joined(separator: ", ") }
}
