// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The texts that a browser has in `Origin`.
enum CORSOrigin {
    enum Judgement: Hashable {
        case possible
        case impossible
        /// A browser leaves out the port that the scheme has anyway, so it sends this instead.
        case usualPort(meant: String)
    }

    /// Whether a browser could name it in `Origin`: `*` for all, `null` (which pages from files have), or a scheme, a
    /// host and perhaps a port, with nothing behind them. (Fetch Standard, "`Origin` header"; HTML, "serialization of
    /// an origin"; URL Standard, "port state", which drops a default port and leading zeros.)
    static func judge(_ text: String) -> Judgement {
        if text == "*" || text == "null" { return .possible }
        guard let mark = Self.endOfScheme(text) else { return .impossible }
        let scheme = text[..<mark.lowerBound].lowercased()
        let authority = text[mark.upperBound...]
        let forbidden = Array("/?#@*, ".utf8)
        guard !scheme.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            (scheme + authority).utf8.allSatisfy({ !forbidden.contains($0) }),
            let host = Self.host(authority)
        else { return .impossible }
        let behind = authority.dropFirst(host.count)
        guard !behind.isEmpty else { return .possible }
        guard behind.first == ":", let port = Self.port(behind.dropFirst()) else { return .impossible }
        let usualPorts: [String: UInt16] = ["http": 80, "https": 443]
        return port == usualPorts[scheme] ? .usualPort(meant: String(text.dropLast(behind.count))) : .possible
    }

    private static func endOfScheme(_ text: String) -> Range<String.Index>? {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        return colon..<text.index(colon, offsetBy: 3)
    }

    /// A name, or an address of IPv6 with its brackets; what follows it is no part of either.
    private static func host(_ authority: Substring) -> Substring? {
        guard authority.first == "[" else {
            let name = authority.prefix { $0 != ":" }
            return name.isEmpty || name.contains { "[]".contains($0) } ? nil : name
        }
        guard let end = authority.firstIndex(of: "]") else { return nil }
        let address = authority[authority.index(after: authority.startIndex)..<end]
        let isAddress = address.contains(":") && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        return isAddress ? authority[...end] : nil
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard let first = text.utf8.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first) else { return nil }
        return UInt16(text)
    }

    /// Schemes and hosts have no case; a browser writes both in lower case.
    static func matches(_ origin: String, _ allowed: String) -> Bool {
        allowed == "*" || origin.lowercased() == allowed.lowercased()
    }
}
