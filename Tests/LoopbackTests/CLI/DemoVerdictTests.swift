// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Testing

@testable import SluiceCLI

/// The demo's verdict is bad as soon as one thing is not as it should be.
@Suite struct DemoVerdictTests {
    private static let words = 12

    /// - Parameters:
    ///   - live: how many of the words come before the response has ended.
    ///   - burst: whether the words come in one chunk.
    private static func tokens(
        live: Int = words,
        burst: Bool = false,
        status: Int = 200,
        end: StreamEnd = .complete
    ) -> DemoObservation {
        var observation = DemoObservation()
        observation.record(.head(status: status, fields: [:], at: .zero), hasEnded: false)
        let texts = (1...Self.words).map { "id: \($0)\ndata: word\n\n" }
        let chunks = burst ? [texts.joined()] : texts
        for (index, text) in chunks.enumerated() {
            observation.record(.chunk(ByteBuffer(string: text), at: .milliseconds(index)), hasEnded: index >= live)
        }
        observation.record(.end(end, at: .seconds(1)), hasEnded: true)
        return observation
    }

    private static func failure(live: Bool = true, end: StreamEnd = .broken(after: "after 3 bytes", reason: "closed"))
        -> DemoObservation
    {
        var observation = DemoObservation()
        observation.record(.head(status: 200, fields: [:], at: .zero), hasEnded: !live)
        observation.record(.chunk(ByteBuffer(string: "chunk 1 of 3\n"), at: .zero), hasEnded: !live)
        observation.record(.end(end, at: .seconds(1)), hasEnded: true)
        return observation
    }

    private static func isGood(
        url: DemoObservation = tokens(),
        api: DemoObservation = tokens(),
        failure: DemoObservation = failure()
    ) -> Bool {
        DemoVerdict(url: url, api: api, failure: failure, words: Self.words).isGood
    }

    @Test func isGoodWhenEverythingIsLive() {
        #expect(Self.isGood())
        // The last word may leave together with the end.
        #expect(Self.isGood(url: Self.tokens(live: Self.words - 1), api: Self.tokens(live: Self.words - 1)))
    }

    @Test(arguments: [0, 1, words - 2])
    func isBadWhenWordsCameOnlyAfterTheEnd(live: Int) {
        #expect(!Self.isGood(url: Self.tokens(live: live)))
        #expect(!Self.isGood(api: Self.tokens(live: live)))
    }

    @Test func isBadWhenAllCameAtOnce() {
        #expect(!Self.isGood(url: Self.tokens(burst: true)))
        #expect(!Self.isGood(api: Self.tokens(burst: true)))
    }

    @Test func isBadWhenTheStreamIsNotWhole() {
        let ends: [StreamEnd] = [
            .broken(after: "after 3 bytes", reason: "closed"), .failed(type: "Some.Error", message: nil),
        ]
        for end in ends {
            #expect(!Self.isGood(url: Self.tokens(end: end)))
            #expect(!Self.isGood(api: Self.tokens(end: end)))
        }
        #expect(!Self.isGood(url: Self.tokens(status: 500)))
        #expect(!Self.isGood(url: DemoObservation()))
    }

    @Test func isBadWhenAFailureLooksWhole() {
        #expect(!Self.isGood(failure: Self.failure(end: .complete)))
        #expect(!Self.isGood(failure: Self.failure(live: false)))
        #expect(!Self.isGood(failure: DemoObservation()))
    }

    /// On a busy machine one read brings several words.
    @Test func countsWordsAndNotChunks() {
        var observation = DemoObservation()
        for _ in 0..<4 {
            let text = String(repeating: "id: 1\ndata: word\n\n", count: 3)
            observation.record(.chunk(ByteBuffer(string: text), at: .zero), hasEnded: false)
        }
        #expect(observation.liveWords == 12)
        #expect(observation.liveChunks == 4)
    }
}
