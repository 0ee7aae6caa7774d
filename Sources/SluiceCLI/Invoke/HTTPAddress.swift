// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The parts of an `http://` or `https://` URL that a request needs.
struct HTTPAddress: Hashable, Sendable {
    /// Whether it is `https://`.
    let isSecure: Bool
    /// A name or an address; an IPv6 address without its brackets.
    let host: String
    let port: Int
    /// Path and query, as they were written; at least `/`.
    let target: String

    enum Malformed: Error, Hashable, CustomStringConvertible {
        case notHTTP(String)
        case host(String)
        case port(String)
        case target(String)

        var description: String {
            switch self {
            case .notHTTP(let url): "\(url) is no URL; it must begin with http:// or https://"
            case .host(let url): "\(url) names no host"
            case .port(let url): "\(url) has no valid port; 1 to 65535 can be reached"
            case .target(let url): "\(url) has a space or a character that is not ASCII; percent-encode it"
            }
        }
    }

    /// Whether `text` is meant as a URL rather than as a function's name.
    static func isURL(_ text: String) -> Bool {
        let lowercased = text.prefix(8).lowercased()
        return lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://")
    }

    /// The URL that somebody may have meant who left its scheme out; `nil` for what may be a function's name.
    ///
    /// `localhost:9001` could be version 9001 of a function that is called so, which nobody has.
    static func meant(by text: String) -> String? {
        guard !text.contains("://"), let address = try? Self("http://" + text) else { return nil }
        let host = address.host.lowercased()
        let isBare = host == text.lowercased()
        let isAddress = host.contains(":") || host.split(separator: ".").count == 4 && host.allSatisfy(Self.isOfAddress)
        if isAddress || host.hasSuffix(".localhost") || host == "localhost" && !isBare { return "http://" + text }
        // A name may have dots, but no slash and no question mark.
        let isBelowHost = text.contains("/") || text.contains("?")
        return host.hasSuffix(".on.aws") || host.contains(".") && isBelowHost ? "https://" + text : nil
    }

    private static func isOfAddress(_ character: Character) -> Bool { character == "." || character.isWholeNumber }

    init(_ url: String) throws(Malformed) {
        guard Self.isURL(url) else { throw .notHTTP(url) }
        self.isSecure = url.prefix(8).lowercased() == "https://"
        let rest = url.dropFirst(self.isSecure ? 8 : 7).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest.dropFirst(authority.count)
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .target(url) }

        let host: Substring
        let portText: Substring
        if authority.first == "[" {
            host = authority.dropFirst().prefix { $0 != "]" }
            let behind = authority.dropFirst(host.count + 1)
            guard behind.first == "]" else { throw .host(url) }
            portText = behind.dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
            portText = authority.dropFirst(host.count)
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }) else {
            throw .host(url)
        }
        if portText.isEmpty {
            self.port = Self.defaultPort(isSecure: self.isSecure)
        } else {
            guard portText.first == ":", let port = UInt16(portText.dropFirst()), port > 0 else { throw .port(url) }
            self.port = Int(port)
        }
        self.host = String(host)
        self.target = target.first == "/" ? String(target) : "/" + target
    }

    /// For the `Host` field, and for people.
    static func authority(host: String, port: Int, isSecure: Bool = false) -> String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == Self.defaultPort(isSecure: isSecure) ? name : "\(name):\(port)"
    }

    private static func defaultPort(isSecure: Bool) -> Int { isSecure ? 443 : 80 }
}
