// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Judges what the demo's calls showed. It does nothing else, so that its sternness can be tested.
struct DemoVerdict: Sendable {
    /// One thing that should be so, and whether it is.
    struct Finding: Hashable, Sendable {
        let isGood: Bool
        let claim: String
    }

    let findings: [Finding]

    var isGood: Bool { self.findings.allSatisfy(\.isGood) }

    /// Fewer chunks than this could be one burst at the end.
    private static let minimumLiveChunks = 3
    /// What the failing call is asked to send before it fails.
    static let chunksBeforeFailure = 3

    /// - Parameters:
    ///   - url: `/tokens` on the Function URL.
    ///   - api: `/tokens` by `InvokeWithResponseStream`.
    ///   - failure: `/fail`, which fails after `chunksBeforeFailure` chunks.
    ///   - words: how many were asked for; the last one may leave together with the end of the response.
    init(url: DemoObservation, api: DemoObservation, failure: DemoObservation, words: Int) {
        self.findings = [
            Finding(
                isGood: url.timeline.end == .complete && url.timeline.status == 200,
                claim: "the stream of the Function URL came to its end"
            ),
            Self.live(url, "on the Function URL", words: words),
            Self.live(api, "through InvokeWithResponseStream", words: words),
            Finding(
                isGood: Self.isBroken(failure.timeline.end) && failure.liveChunks > 0,
                claim: "a stream that fails is seen to break off, after what it had sent"
            ),
        ]
    }

    private static func live(_ observation: DemoObservation, _ place: String, words: Int) -> Finding {
        let seen = min(observation.liveWords, words)
        let isGood =
            observation.timeline.end == .complete && seen >= words - 1
            && observation.liveChunks >= Self.minimumLiveChunks
        return Finding(isGood: isGood, claim: "live \(place): \(seen) of \(words) words came before the end")
    }

    private static func isBroken(_ end: StreamEnd?) -> Bool {
        if case .broken = end { true } else { false }
    }
}
