// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import Sluice
import TestSupport
import Testing

/// What stands in for the standard library's `split(separator:)` in every function.
#if os(Linux)
@Suite struct CollectionSplitTests {
    struct Sample: Sendable {
        let text: String
        var separator = "; "
        var maxSplits = Int.max
        var omitsEmpty = true
        let pieces: [String]
    }

    /// The expectations are what Swift 6.3's own method answers.
    static let samples = [
        Sample(text: "a; b; c", pieces: ["a", "b", "c"]),
        Sample(text: "", pieces: []),
        Sample(text: "", omitsEmpty: false, pieces: [""]),
        Sample(text: "; a; ; b; ", omitsEmpty: false, pieces: ["", "a", "", "b", ""]),
        Sample(text: "; a; ; b; ", pieces: ["a", "b"]),
        Sample(text: "a; b; c", maxSplits: 1, pieces: ["a", "b; c"]),
        Sample(text: "; ; a; b", maxSplits: 1, pieces: ["a", "b"]),
        Sample(text: "; ; a; b", maxSplits: 1, omitsEmpty: false, pieces: ["", "; a; b"]),
        Sample(text: "; a; ; b; ", maxSplits: 2, pieces: ["a", "b"]),
        Sample(text: "; a; ; b; ", maxSplits: 2, omitsEmpty: false, pieces: ["", "a", "; b; "]),
        Sample(text: "a; b", maxSplits: 0, pieces: ["a; b"]),
        Sample(text: "; ", maxSplits: 0, pieces: ["; "]),
        Sample(text: "ab", separator: "abc", pieces: ["ab"]),
        Sample(text: "aaaa", separator: "aa", pieces: []),
        Sample(text: "aaaaa", separator: "aa", omitsEmpty: false, pieces: ["", "", "a"]),
        Sample(text: "abc", separator: "", pieces: ["a", "b", "c"]),
        Sample(text: "abc", separator: "", omitsEmpty: false, pieces: ["", "a", "b", "c", ""]),
        Sample(text: "abc", separator: "", maxSplits: 1, pieces: ["a", "bc"]),
        Sample(text: "abc", separator: "", maxSplits: 2, omitsEmpty: false, pieces: ["", "a", "bc"]),
        Sample(text: "e\u{301}e", separator: "e", pieces: ["e\u{301}"]),
    ]

    @Test(arguments: samples) func givesThePiecesThatTheStandardLibraryGives(_ sample: Sample) {
        let own = sample.text.piecesBetween(
            separator: sample.separator,
            maxSplits: sample.maxSplits,
            omittingEmptySubsequences: sample.omitsEmpty
        )
        #expect(own.map(String.init) == sample.pieces)
        // By the standard library's name, whichever of the two is linked here.
        let named = Self.splitByName(sample.text, sample)
        #expect(named == sample.pieces)
    }

    private static func splitByName<Text: Collection<Character>>(_ text: Text, _ sample: Sample) -> [String] {
        text.split(
            separator: Array(sample.separator),
            maxSplits: sample.maxSplits,
            omittingEmptySubsequences: sample.omitsEmpty
        ).map { String($0) }
    }

    @Test func givesThePiecesThatFoundationGives() {
        var random = SeededGenerator()
        for _ in 0..<2_000 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &random)).map { _ in "ab;".randomElement(using: &random)! }
            )
            let separator = String(
                (0..<Int.random(in: 1...3, using: &random)).map { _ in "ab".randomElement(using: &random)! }
            )
            let own = text.piecesBetween(separator: separator, maxSplits: .max, omittingEmptySubsequences: false)
            #expect(own.map(String.init) == text.components(separatedBy: separator), "\(random) \(text) \(separator)")
        }
    }

    @Test func aCookieFieldIsSplit() {
        var fields = HTTPFields()
        fields[.cookie] = "a=1; b=2; c=3"
        #expect(fields[values: .cookie] == ["a=1", "b=2", "c=3"])
    }
}
#endif
