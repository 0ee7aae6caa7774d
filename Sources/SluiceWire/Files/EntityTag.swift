// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A validator of one state of a resource. (RFC 9110, section 8.8.3.)
package struct EntityTag: Hashable, Sendable {
    /// Between the quotes.
    package let opaque: String
    package let isWeak: Bool

    package init(opaque: String, isWeak: Bool = false) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// As it stands in a field.
    package var field: String { "\(self.isWeak ? "W/" : "")\"\(self.opaque)\"" }

    /// For reading: the same state for all that a reader sees. (Section 8.8.3.2.)
    package func weaklyMatches(_ other: Self) -> Bool { self.opaque == other.opaque }

    /// For putting parts together: the same bytes.
    package func stronglyMatches(_ other: Self) -> Bool { !self.isWeak && !other.isWeak && self.opaque == other.opaque }
}

/// The value of `If-Match` or `If-None-Match`: `*`, or a list of tags.
package enum EntityTagCondition: Hashable, Sendable {
    case any
    case tags([EntityTag])

    /// What follows the first fault of a list is left out, and so matches nothing.
    package init(field: String) {
        let bytes = field.utf8[...].trimmingWhiteSpace
        if bytes.elementsEqual([UInt8(ascii: "*")]) {
            self = .any
        } else {
            self = .tags(Self.tags(bytes.count <= Limits.maximumConditionBytes ? bytes : bytes.prefix(0)))
        }
    }

    private static func tags(_ list: Substring.UTF8View) -> [EntityTag] {
        var tags: [EntityTag] = []
        var rest = list
        while true {
            rest = rest.drop { $0 == UInt8(ascii: ",") || $0 == 0x20 || $0 == 0x09 }
            guard let tag = EntityTag(readingFrom: &rest) else { return tags }
            tags.append(tag)
        }
    }
}

extension EntityTag {
    /// The tag that the text is, with nothing around it.
    package init?(field: String) {
        var rest = field.utf8[...].trimmingWhiteSpace
        self.init(readingFrom: &rest)
        guard rest.isEmpty else { return nil }
    }

    /// `W/` has a case. Within the quotes there is anything visible but a quote.
    fileprivate init?(readingFrom text: inout Substring.UTF8View) {
        let isWeak = text.starts(with: "W/\"".utf8)
        let opening = isWeak ? text.dropFirst(2) : text
        guard opening.first == UInt8(ascii: "\"") else { return nil }
        let inside = opening.dropFirst()
        guard let end = inside.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let opaque = inside[..<end]
        guard opaque.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        self.init(opaque: String(Substring(opaque)), isWeak: isWeak)
        text = inside[inside.index(after: end)...]
    }
}
