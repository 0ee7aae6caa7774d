// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Synchronization

/// What all invocations of the process share.
///
/// A handler may only use what is `Sendable`, and the compiler refuses the rest; so this is a class whose state is behind
/// a lock. Locks are for moments like these. What is held across an `await` belongs in an actor.
final class Gauge: Sendable {
    private struct Counts {
        var running = 0
        var highest = 0
        var ended = 0
        var cutOff = 0
    }

    private let counts = Mutex(Counts())

    func begin() {
        self.counts.withLock { counts in
            counts.running += 1
            counts.highest = max(counts.highest, counts.running)
        }
    }

    func end() {
        self.counts.withLock { counts in
            counts.running -= 1
            counts.ended += 1
        }
    }

    func cutOff() {
        self.counts.withLock { $0.cutOff += 1 }
    }

    var running: Int { self.counts.withLock { $0.running } }

    /// All of one moment: read one by one, the numbers might not fit together.
    var json: String {
        self.counts.withLock { counts in
            #"{"running":\#(counts.running),"highest":\#(counts.highest),"ended":\#(counts.ended),"#
                + #""cutOff":\#(counts.cutOff)}"#
        }
    }
}
