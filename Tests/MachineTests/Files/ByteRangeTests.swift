// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            ("bytes=0-0", .closed(first: 0, last: 0)),
            ("bytes=5-9", .closed(first: 5, last: 9)),
            ("BYTES=007-", .from(7)),
            ("bytes=-500", .suffix(500)),
            ("bytes=-0", .suffix(0)),
            ("bytes= 0-1", .closed(first: 0, last: 1)),
            ("bytes=,, 0-1\t,", .closed(first: 0, last: 1)),
            ("bytes=0-99999999999999999999", .closed(first: 0, last: .max)),
            ("bytes=99999999999999999999-", .from(.max)),
            ("bytes=-9223372036854775808", .suffix(.max)),
        ] as [(String, ByteRange)]
    )
    func readsOneRange(_ field: String, _ expected: ByteRange) {
        #expect(ByteRange(field: field) == expected)
    }

    @Test(
        arguments: [
            "", "bytes", "bytes=", "bytes=-", "bytes=,", "bytes=5-4", "bytes=a-b", "bytes=1", "bytes=1-2-3",
            "bytes=--1",
            "bytes=+1-2", "bytes=0x0-1", "bytes=1 -2", "bytes=1- 2", "bytes =0-1", " bytes=0-1", "items=0-1",
            "byte=0-1",
            "bytes=0-1,2-3", "bytes=0-1,-1", "bytes=-1,-1", "bytes=0-1;2-3", "bytes=٠-١", "=0-1", "bytes==0-1",
        ]
    )
    func ignoresWhatIsNoSingleRangeOfBytes(field: String) {
        #expect(ByteRange(field: field) == nil)
    }

    /// Every text of up to six of these characters, against the grammar as a regular expression.
    @Test func agreesWithTheGrammarOnEveryShortText() throws {
        let grammar = #/[ ,]*(?:(?<first>[0-9]+)-(?<last>[0-9]*)|-(?<suffix>[0-9]+)) *(?:,[ ,]*)?/#
        var texts = [""]
        for _ in 0..<6 {
            for text in texts {
                let expected: ByteRange? = try grammar.wholeMatch(in: text).flatMap { match in
                    if let suffix = match.suffix { return Int64(suffix).map(ByteRange.suffix) }
                    guard let first = match.first.flatMap({ Int64($0) }) else { return nil }
                    guard let last = match.last, !last.isEmpty else { return .from(first) }
                    return Int64(last).flatMap { $0 >= first ? .closed(first: first, last: $0) : nil }
                }
                try #require(ByteRange(field: "bytes=" + text) == expected, "\(text.debugDescription)")
            }
            texts = texts.flatMap { text in "019-, ".map { text + String($0) } }.filter { $0.count <= 5 }
        }
    }

    /// Every range of small numbers on every short file, byte by byte.
    @Test func meansTheBytesThatTheStandardSays() {
        for length in Int64(0)...6 {
            let all = Array(0..<length)
            func check(_ range: ByteRange, _ isWanted: (Int64) -> Bool, isSatisfiable: Bool) {
                switch range.resolved(length: length) {
                case .part(let bytes):
                    #expect(isSatisfiable && !bytes.isEmpty && Array(bytes) == all.filter(isWanted))
                case .whole: #expect(isSatisfiable && length == 0)
                case .unsatisfiable: #expect(!isSatisfiable)
                }
            }
            for first in Array(Int64(0)...8) + [.max] {
                check(.from(first), { $0 >= first }, isSatisfiable: first < length)
                check(.suffix(first), { $0 >= length - first }, isSatisfiable: first > 0)
                for last in Array(Int64(0)...8) + [.max] where last >= first {
                    check(
                        .closed(first: first, last: last),
                        { $0 >= first && $0 <= last },
                        isSatisfiable: first < length
                    )
                }
            }
        }
        #expect(ByteRange.from(.max).resolved(length: .max) == .unsatisfiable)
        #expect(ByteRange.suffix(.max).resolved(length: .max) == .part(0..<Int64.max))
        #expect(ByteRange.closed(first: 0, last: .max).resolved(length: .max) == .part(0..<Int64.max))
    }
}
