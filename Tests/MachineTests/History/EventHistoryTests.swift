// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import TestSupport
import Testing

/// The last events of a service.
@Suite struct EventHistoryTests {
    @Test func numbersFromOneAndGivesEachInOrder() {
        var history = EventHistory<String>(maximumEvents: 3, maximumBytes: 100)
        #expect(history.append("a", bytes: 1) == 1)
        #expect(history.append("b", bytes: 1) == 2)
        #expect(history.read(after: 0) == ["1 a", "2 b"])
        #expect(history.read(after: 1) == ["2 b"])
        #expect(history.read(after: 2) == [])
        #expect(history.read(after: 99) == [])
        #expect(history.read(after: -5) == ["1 a", "2 b"])
    }

    @Test func tellsHowManyAReaderHasMissed() {
        var history = EventHistory<String>(maximumEvents: 2, maximumBytes: 100)
        for text in ["a", "b", "c", "d"] { history.append(text, bytes: 1) }
        #expect(history.read(after: 0) == ["2 missed", "3 c", "4 d"])
        #expect(history.read(after: 1) == ["1 missed", "3 c", "4 d"])
        #expect(history.read(after: 2) == ["3 c", "4 d"])
    }

    @Test func keepsTheNewestHoweverLargeItIs() {
        var history = EventHistory<String>(maximumEvents: 9, maximumBytes: 10)
        history.append("a", bytes: 4)
        history.append("b", bytes: 50)
        #expect(history.read(after: 0) == ["1 missed", "2 b"])
        history.append("c", bytes: 1)
        #expect(history.read(after: 2) == ["3 c"])
    }

    @Test func holdsNoMoreThanItsBoundsInAnyOrderOfEvents() {
        var random = SeededGenerator()
        for _ in 0..<200 {
            let maximumEvents = Int.random(in: 1...8, using: &random)
            let maximumBytes = Int.random(in: 1...40, using: &random)
            var history = EventHistory<Int>(maximumEvents: maximumEvents, maximumBytes: maximumBytes)
            var all: [Int] = []
            for _ in 0..<40 {
                let bytes = Int.random(in: 0...20, using: &random)
                all.append(bytes)
                history.append(bytes, bytes: bytes)
                let kept = Array(all[(history.firstNumber - 1)...])
                #expect(kept.count <= maximumEvents, "\(random)")
                #expect(kept.count == 1 || kept.reduce(0, +) <= maximumBytes, "\(random)")
                // As many as there can be.
                let more = kept.count < all.count ? kept + [all[history.firstNumber - 2]] : []
                #expect(more.isEmpty || more.count > maximumEvents || more.reduce(0, +) > maximumBytes, "\(random)")
                #expect(history.nextNumber == all.count + 1)
            }
        }
    }
}

extension EventHistory {
    /// All that a reader gets who knows the event of that number.
    fileprivate func read(after number: Int) -> [String] {
        var texts: [String] = []
        var position = number
        while true {
            switch self.next(after: position) {
            case .event(let event, let number):
                texts.append("\(number) \(event)")
                position = number
            case .missed(let count, let last):
                texts.append("\(count) missed")
                position = last
            case .none:
                return texts
            }
        }
    }
}
