// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@testable import SluiceCLI

@Suite struct ConsoleLinesTests {
    private static func text(_ line: ConsoleLines.Line) -> String {
        switch line {
        case .output(let text), .error(let text): text
        case .event(let event): "\(event)"
        }
    }

    @Test func handsOutEveryLineInOrder() async {
        let lines = ConsoleLines()
        for number in 0..<1_000 { lines.put(.error("\(number)")) }
        lines.finish()
        var texts: [String] = []
        await lines.forEachBatch { batch in
            #expect(batch.count <= Limits.logLinesAtOnce)
            texts += batch.map(Self.text)
        }
        #expect(texts == (0..<1_000).map(String.init))
    }

    @Test func pausesOnlyWhenNothingIsLeft() async {
        let lines = ConsoleLines()
        lines.put(.error("first"))
        var count = 0
        var countsAtPauses: [Int] = []
        await lines.forEachBatch(pause: { countsAtPauses.append(count) }) { batch in
            count += batch.count
            if count == 1 { for _ in 0..<100 { lines.put(.output("came meanwhile")) } }
            if count == 101 { lines.finish() }
        }
        #expect(count == 101)
        #expect(countsAtPauses == [101])
    }

    @Test func leavesOutWhatDoesNotFitAndGoesOn() async {
        let lines = ConsoleLines()
        for number in 0..<(Limits.maximumWaitingLogLines + 5) { lines.put(.error("\(number)")) }
        var texts: [String] = []
        var pauses = 0
        await lines.forEachBatch(pause: { pauses += 1 }) { batch in
            texts += batch.map(Self.text)
            if texts.count == Limits.maximumWaitingLogLines { lines.put(.error("after it")) }
            if texts.last == "after it" { lines.finish() }
        }
        // Of those that were left out none is counted: the line after them is the last, and there was a pause.
        #expect(texts.count == Limits.maximumWaitingLogLines + 1)
        #expect(texts.suffix(2) == ["\(Limits.maximumWaitingLogLines - 1)", "after it"])
        #expect(pauses == 1)
    }
}
