// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if os(Linux)
extension Collection where Element: Equatable {
    /// The pieces between the occurrences of `separator`: what the standard library's method of this signature does.
    ///
    /// That one lives in `_StringProcessing`, beside regular expressions and their parser. `HTTPFields` calls it when a
    /// cookie is set, so that without this every function had 0.9 MB of them. `CSluiceShims` gives this one its name, weakly: a
    /// function that uses more of that module gets all of it, and this is left out.
    @_silgen_name("sluice_collection_split")
    package func piecesBetween<Separator: Collection>(
        separator: Separator,
        maxSplits: Int,
        omittingEmptySubsequences: Bool
    ) -> [SubSequence] where Separator.Element == Element {
        guard !self.isEmpty else { return omittingEmptySubsequences ? [] : [self[...]] }
        var pieces: [SubSequence] = []
        var pieceStart = self.startIndex
        var index = self.startIndex
        while pieces.count < maxSplits, let match = self.nextRange(of: separator, from: index) {
            if !omittingEmptySubsequences || match.lowerBound > pieceStart {
                pieces.append(self[pieceStart..<match.lowerBound])
            }
            pieceStart = match.upperBound
            if match.isEmpty {
                // Of nothing there is an occurrence before each element, and one at the end.
                guard match.upperBound < self.endIndex else { break }
                index = self.index(after: match.upperBound)
            } else {
                index = match.upperBound
            }
        }
        if !omittingEmptySubsequences || pieceStart < self.endIndex { pieces.append(self[pieceStart...]) }
        return pieces
    }

    private func nextRange<Other: Collection>(of other: Other, from start: Index) -> Range<Index>?
    where Other.Element == Element {
        var candidate = start
        while true {
            if let end = self.end(of: other, at: candidate) { return candidate..<end }
            guard candidate < self.endIndex else { return nil }
            self.formIndex(after: &candidate)
        }
    }

    /// Where `other` ends, if it stands here.
    private func end<Other: Collection>(of other: Other, at start: Index) -> Index? where Other.Element == Element {
        var index = start
        for element in other {
            guard index < self.endIndex, self[index] == element else { return nil }
            self.formIndex(after: &index)
        }
        return index
    }
}
#endif
