// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// The end of one invocation's log, for a caller who asked for it with `LogType=Tail`.
///
/// It is whole when the invocation is, with its REPORT line; such a caller waits for that, as on Lambda.
final class LogTail {
    private var bytes: [UInt8] = []
    private var isFinished = false
    private var whenFinished: (() -> Void)?

    func append(_ line: String) {
        guard !self.isFinished else { return }
        self.bytes.append(contentsOf: line.utf8)
        self.bytes.append(UInt8(ascii: "\n"))
        if self.bytes.count > 2 * Limits.logTailBytes { self.trim() }
    }

    /// Nothing is added any more. Called again, it changes nothing.
    func finish() {
        guard !self.isFinished else { return }
        self.isFinished = true
        let action = self.whenFinished
        self.whenFinished = nil
        action?()
    }

    /// Calls `action` once, now or when the log is whole.
    func whenFinished(_ action: @escaping () -> Void) {
        if self.isFinished { action() } else { self.whenFinished = action }
    }

    /// The last `Limits.logTailBytes`, as the reply carries them. A character that the cut would halve is left out.
    var base64: String {
        self.trim()
        return Base64.encode(self.bytes)
    }

    private func trim() {
        let excess = self.bytes.count - Limits.logTailBytes
        guard excess > 0 else { return }
        self.bytes.removeFirst(excess)
        self.bytes.removeFirst(self.bytes.prefix { $0 & 0xC0 == 0x80 }.count)
    }
}
