// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceHTTPServer
import Testing

@Suite struct GatheringReceiverTests {
    private static func gather(limit: Int, _ feed: (GatheringReceiver) -> Void) -> [String] {
        var outcomes: [String] = []
        let receiver = GatheringReceiver(limitBytes: limit) { outcome in
            switch outcome {
            case .whole(let body): outcomes.append("whole: " + String(buffer: body))
            case .tooLarge: outcomes.append("too large")
            case .connectionLost: outcomes.append("lost")
            }
        }
        feed(receiver)
        return outcomes
    }

    @Test func takesABodyExactlyAtItsLimit() {
        let outcomes = Self.gather(limit: 4) {
            $0.received(ByteBuffer(string: "ab"))
            $0.received(ByteBuffer(string: "cd"))
            $0.received(ByteBuffer())
            $0.receivedEnd(trailers: [:])
        }
        #expect(outcomes == ["whole: abcd"])
    }

    @Test(arguments: [["abcde"], ["abcd", "e"], ["a", "b", "c", "de"]])
    func refusesOneByteMoreAtOnceAndSaysNothingAfterwards(parts: [String]) {
        let outcomes = Self.gather(limit: 4) {
            for part in parts { $0.received(ByteBuffer(string: part)) }
            $0.received(ByteBuffer(string: "f"))
            $0.receivedEnd(trailers: [:])
            $0.connectionLost()
        }
        #expect(outcomes == ["too large"])
    }

    @Test func aLimitOfNoBytesTakesAnEmptyBody() {
        #expect(Self.gather(limit: 0) { $0.receivedEnd(trailers: [:]) } == ["whole: "])
        #expect(Self.gather(limit: 0) { $0.received(ByteBuffer(string: "a")) } == ["too large"])
    }

    @Test func tellsOfALostConnectionOnce() {
        let outcomes = Self.gather(limit: 4) {
            $0.received(ByteBuffer(string: "ab"))
            $0.connectionLost()
            $0.connectionLost()
            $0.receivedEnd(trailers: [:])
        }
        #expect(outcomes == ["lost"])
    }
}
