// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// The last events of a service, in order, each with a number: at most so many, and at most so many bytes.
///
/// Who reads keeps a number and asks for what comes behind it. So a reader that is behind holds nothing here, and learns
/// how many it missed if the oldest are gone by then.
package struct EventHistory<Event> {
    private struct Entry {
        let event: Event
        let bytes: Int
    }

    private var entries: CircularBuffer<Entry> = []
    private var bytes = 0
    private let maximumEvents: Int
    private let maximumBytes: Int
    /// The number that the next event gets; the first one has 1.
    package private(set) var nextNumber = 1

    package init(maximumEvents: Int, maximumBytes: Int) {
        self.maximumEvents = max(1, maximumEvents)
        self.maximumBytes = maximumBytes
    }

    /// - Parameter bytes: about how much memory it takes.
    /// - Returns: its number.
    @discardableResult
    package mutating func append(_ event: Event, bytes: Int) -> Int {
        self.entries.append(Entry(event: event, bytes: bytes))
        self.bytes += bytes
        // The newest stays, however large it is.
        while self.entries.count > self.maximumEvents || self.bytes > self.maximumBytes && self.entries.count > 1 {
            self.bytes -= self.entries.removeFirst().bytes
        }
        defer { self.nextNumber += 1 }
        return self.nextNumber
    }

    /// The number of the oldest that is still there.
    package var firstNumber: Int { self.nextNumber - self.entries.count }

    package enum Next {
        case event(Event, number: Int)
        /// Those up to `last` are gone.
        case missed(count: Int, last: Int)
        /// There is none so far.
        case none
    }

    /// What comes behind the event of that number; 0 is before the first.
    package func next(after number: Int) -> Next {
        let wanted = max(0, number) + 1
        guard wanted < self.nextNumber else { return .none }
        guard wanted >= self.firstNumber else {
            return .missed(count: self.firstNumber - wanted, last: self.firstNumber - 1)
        }
        let index = self.entries.index(self.entries.startIndex, offsetBy: wanted - self.firstNumber)
        return .event(self.entries[index].event, number: wanted)
    }
}
