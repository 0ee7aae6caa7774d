// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The beginning of a path that the application does not know of, such as an API's custom domain puts there.
package struct BasePath: Hashable, Sendable {
    package let path: String

    /// `nil` for one that removes nothing. With a slash in front, and none at its end.
    package init?(_ text: String) {
        let segments = text.utf8.drop { $0 == 0x2F }
        guard let end = segments.lastIndex(where: { $0 != 0x2F }) else { return nil }
        self.path = "/" + String(Substring(segments[...end]))
    }

    /// With or without a slash in front. What no path of an event has in it could never be taken off one.
    static func canBegin(_ text: String) -> Bool {
        let isOfPaths = { (byte: UInt8) in byte > 0x20 && byte < 0x7F && !"?#\"<>".utf8.contains(byte) }
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: "/") }
        let isURL = scheme.last == UInt8(ascii: ":") && text.utf8.dropFirst(scheme.count).starts(with: "//".utf8)
        return text.utf8.allSatisfy(isOfPaths) && !isURL
    }

    /// Once, and only where a segment ends: of `/api`, neither `/apis` nor the second of `/api/api` is taken off.
    package func removed(from path: String) -> String {
        let prefix = self.path.utf8
        guard path.utf8.starts(with: prefix) else { return path }
        let rest = path.utf8.dropFirst(prefix.count)
        guard let next = rest.first else { return "/" }
        return next == 0x2F ? String(Substring(rest)) : path
    }
}
