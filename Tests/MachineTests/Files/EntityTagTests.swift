// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct EntityTagTests {
    private func tag(_ opaque: String) -> EntityTag { EntityTag(opaque: opaque) }
    private func weak(_ opaque: String) -> EntityTag { EntityTag(opaque: opaque, isWeak: true) }

    /// The table of RFC 9110, section 8.8.3.2.
    @Test func comparesAsTheStandardsTable() {
        for (first, second, strong, isWeakMatch) in [
            (self.weak("1"), self.weak("1"), false, true), (self.weak("1"), self.weak("2"), false, false),
            (self.weak("1"), self.tag("1"), false, true), (self.tag("1"), self.tag("1"), true, true),
        ] {
            #expect(first.stronglyMatches(second) == strong)
            #expect(second.stronglyMatches(first) == strong)
            #expect(first.weaklyMatches(second) == isWeakMatch)
        }
    }

    @Test func readsATagAndWritesItAgain() {
        for text in [#""xyzzy""#, #"W/"xyzzy""#, #""""#, #""a,b'\é""#] {
            #expect(EntityTag(field: text)?.field == text)
        }
        for text in ["", "xyzzy", #"""#, #""a"b"#, #"w/"a""#, #"W/a"#, #""a b""#, "\"a\u{7F}\"", #""a","b""#, "*"] {
            #expect(EntityTag(field: text) == nil, "\(text)")
        }
        #expect(EntityTag(field: " \"a\"\t") == self.tag("a"))
    }

    @Test func readsLists() {
        #expect(EntityTagCondition(field: " * ") == .any)
        #expect(
            EntityTagCondition(field: #""a", W/"b,c" ,,"""#) == .tags([self.tag("a"), self.weak("b,c"), self.tag("")])
        )
        #expect(EntityTagCondition(field: "") == .tags([]))
        #expect(EntityTagCondition(field: #""a", b, "c""#) == .tags([self.tag("a")]))
        #expect(EntityTagCondition(field: #"*, "a""#) == .tags([]))
    }

    @Test func looksAtListsUpToTheLimitOnly() {
        let tag = #""0123456""#
        let list = Array(repeating: tag, count: Limits.maximumConditionBytes / 10 + 1).joined(separator: ",")
        let fitting = String(list.prefix(Limits.maximumConditionBytes / 10 * 10 - 1))
        #expect(EntityTagCondition(field: fitting) == .tags(Array(repeating: self.tag("0123456"), count: 819)))
        let full = fitting + String(repeating: " ", count: 1) + String(repeating: ",", count: 2)
        #expect(full.utf8.count == Limits.maximumConditionBytes)
        #expect(EntityTagCondition(field: full) != .tags([]))
        #expect(EntityTagCondition(field: full + ",") == .tags([]))
    }
}
