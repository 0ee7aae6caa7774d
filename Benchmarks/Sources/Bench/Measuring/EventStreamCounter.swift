// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Counts the messages of an event stream by the length that each begins with, and looks at nothing else of them.
struct EventStreamCounter {
    private(set) var messages = 0
    private var lengthBytes = 0
    private var length = 0
    /// How many bytes of the message under way are still to come.
    private var left = 0

    mutating func count(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            if self.left > 0 {
                let skipped = min(self.left, bytes.count - index)
                self.left -= skipped
                index += skipped
            } else {
                self.length = self.length << 8 | Int(bytes[index])
                self.lengthBytes += 1
                index += 1
                guard self.lengthBytes == 4 else { continue }
                self.messages += 1
                self.left = max(0, self.length - 4)
                self.length = 0
                self.lengthBytes = 0
            }
        }
    }
}
