// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Testing

@testable import SluiceCLI

@Suite struct TimelineTests {
    private static func chunk(_ bytes: Int, _ milliseconds: Int) -> StreamEvent {
        .chunk(ByteBuffer(repeating: 0, count: bytes), at: .milliseconds(milliseconds))
    }

    private static func timeline(_ events: [StreamEvent], firstRows: Int = 24, lastRows: Int = 8) -> Timeline {
        var timeline = Timeline(firstRows: firstRows, lastRows: lastRows)
        for event in events { timeline.record(event) }
        return timeline
    }

    private static let good: [StreamEvent] = [
        .head(status: 200, fields: [:], at: .milliseconds(12)),
        Self.chunk(20, 100), Self.chunk(2_000, 200), .end(.complete, at: .milliseconds(400)),
    ]

    @Test func drawsEachEventOnOneScale() {
        var style = Timeline.Style()
        style.barColumns = 21
        #expect(
            Self.timeline(Self.good).lines(style).joined(separator: "\n") == """
                       at       gap      size  0              400 ms
                  12.0 ms   12.0 ms      head  █
                   100 ms   88.0 ms      20 B  ─────█
                   200 ms    100 ms   1.9 KiB       ─────█
                   400 ms    200 ms       end            ──────────█
                status 200 · first byte 100 ms · 2 chunks · 1.9 KiB · total 400 ms · complete
                """
        )
    }

    @Test func tellsWhatWasMeasured() {
        let timeline = Self.timeline(Self.good)
        #expect(timeline.status == 200)
        #expect(timeline.firstByte == .milliseconds(100))
        #expect(timeline.longestGap == .milliseconds(100))
        #expect(timeline.chunkCount == 2)
        #expect(timeline.byteCount == 2_020)
        #expect(timeline.total == .milliseconds(400))
        #expect(timeline.end == .complete)
    }

    @Test func drawsTheFirstAndTheLastOfVeryManyChunks() {
        let chunks = (1...5_000).map { Self.chunk(1, $0) }
        let timeline = Self.timeline(
            chunks + [.end(.complete, at: .milliseconds(5_000))],
            firstRows: 2,
            lastRows: 3
        )
        let drawn = timeline.drawnChunks
        #expect(drawn.beginning.map(\.time) == [1, 2].map { .milliseconds($0) })
        #expect(drawn.latest.map(\.time) == [4_998, 4_999, 5_000].map { .milliseconds($0) })
        let lines = timeline.lines()
        #expect(lines.count == 10)
        #expect(lines[3] == "               … 4 995 more …")
        // Together they would be wider than a terminal.
        #expect(
            lines.suffix(2) == ["no answer · first byte 1.00 ms · 5 000 chunks · 4.8 KiB · total 5.00 s", "complete"]
        )
    }

    @Test func leavesOutNoChunkThatFits() {
        for count in 0...12 {
            let timeline = Self.timeline((0..<count).map { Self.chunk(1, $0) }, firstRows: 3, lastRows: 4)
            let drawn = timeline.drawnChunks
            let times = (drawn.beginning + drawn.latest).map(\.time)
            let expected = (0..<count).filter { $0 < 3 || $0 >= count - 4 }.map { Duration.milliseconds($0) }
            #expect(times == expected, "\(count) chunks")
            #expect(drawn.omitted == max(0, count - 7), "\(count) chunks")
        }
    }

    @Test func saysHowItEndedAndWhetherItEnded() {
        let failed = Self.timeline([.end(.failed(type: "Unhandled", message: "a\n\u{1B}[31mb"), at: .zero)])
        #expect(
            failed.summary() == "no answer · no bytes · 0 chunks · 0 B · total 0.00 ms · failed: Unhandled: a  [31mb"
        )
        #expect(failed.lines().dropLast(2).last == "  0.00 ms   0.00 ms       end  ✗")
        let broken = Self.timeline([
            Self.chunk(1, 1), .end(.broken(after: "after 1 byte", reason: "gone"), at: .milliseconds(2)),
        ])
        #expect(
            broken.summary()
                == "no answer · first byte 1.00 ms · 1 chunk · 1 B · total 2.00 ms · broken off after 1 byte: gone"
        )
        #expect(Self.timeline([]).summary().hasSuffix("not ended"))
        #expect(Self.timeline([]).lines().count == 2)
    }

    @Test func beginsWithWhatItTookToConnect() {
        let secure = ConnectionTimes(transport: .milliseconds(21), handshake: .milliseconds(62))
        #expect(
            Self.timeline([.connected(secure)] + Self.good).lines().first
                == "connected in 83.0 ms, of which TLS 62.0 ms; then the request left, at 0"
        )
        let plain = ConnectionTimes(transport: .microseconds(350), handshake: nil)
        #expect(
            Self.timeline([.connected(plain)] + Self.good).lines().first
                == "connected in 0.35 ms; then the request left, at 0"
        )
    }

    @Test(arguments: [40, 60, 80, 120, 400])
    func fitsTheTerminal(columns: Int) {
        let times = ConnectionTimes(transport: .milliseconds(210), handshake: .milliseconds(62))
        let chunks = (1...1_000).map { Self.chunk(1, $0) }
        let end = StreamEvent.end(.complete, at: .milliseconds(1_000))
        let lines = Self.timeline([.connected(times)] + chunks + [end]).lines(Timeline.Style(columns: columns))
        #expect(lines.count < 45, "what came is counted, not drawn")
        #expect(lines.allSatisfy { $0.count <= columns }, "\(lines)")
        let summary = "no answer · first byte 1.00 ms · 1 000 chunks · 1000 B · total 1.00 s · complete"
        let words = lines.suffix(columns < 60 ? 3 : columns <= 80 ? 2 : 1).joined(separator: " · ")
        #expect(words == summary)
    }

    @Test func theTwoEndsOfAShortScaleStandApart() {
        let lines = Self.timeline([.end(.complete, at: .microseconds(12_300))]).lines(Timeline.Style(columns: 40))
        #expect(lines.first?.hasSuffix("  0 12.3 ms") == true, "\(lines)")
    }

    @Test func shortensAnErrorOfAnyLength() {
        let message = String(repeating: "a", count: 1_000_000)
        let failed = Self.timeline([.end(.failed(type: "E", message: message), at: .zero)])
        #expect(failed.lines().last.map { $0.count < 2_100 && $0.hasSuffix("aa …") } == true)
    }

    @Test func isPlainTextUnlessColorIsAskedFor() {
        let timeline = Self.timeline(Self.good)
        #expect(timeline.lines().allSatisfy { !$0.utf8.contains(0x1B) })
        let colored = timeline.lines(Timeline.Style(isColored: true))
        #expect(colored.last?.hasSuffix("\u{1B}[32mcomplete\u{1B}[0m") == true)
    }

    @Test(arguments: [
        (0, "0.00 ms"), (1, "0.00 ms"), (420, "0.42 ms"), (9_999, "9.99 ms"), (10_000, "10.0 ms"),
        (99_999, "99.9 ms"), (100_000, "100 ms"), (999_999, "999 ms"), (1_000_000, "1.00 s"), (99_999_999, "99.99 s"),
        (123_456_789, "123.4 s"),
    ])
    func writesTimes(microseconds: Int, text: String) {
        #expect(HumanText.time(.microseconds(microseconds)) == text)
    }

    @Test func writesSizesAndCounts() {
        let sizes = [0, 1_023, 1_024, 1_048_575, 1_048_576, 209_715_200].map(HumanText.size)
        #expect(sizes == ["0 B", "1023 B", "1.0 KiB", "1023.9 KiB", "1.0 MiB", "200.0 MiB"])
        #expect([0, 999, 1_000, 1_234_567].map(HumanText.count) == ["0", "999", "1 000", "1 234 567"])
        #expect(HumanText.time(.seconds(Int64.max)) == "1000000000.0 s")
        #expect(HumanText.time(.seconds(-1)) == "0.00 ms")
    }
}
