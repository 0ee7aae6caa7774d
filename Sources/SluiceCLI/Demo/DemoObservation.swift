// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// What one call of the example function showed.
struct DemoObservation: Sendable {
    private(set) var timeline = Timeline()
    /// Chunks that came while the response was still being written, and the bytes in them.
    private(set) var liveChunks = 0
    private var liveBytes = ByteBuffer()

    /// - Parameter hasEnded: whether the service was through with the response when this event was taken.
    mutating func record(_ event: StreamEvent, hasEnded: Bool) {
        self.timeline.record(event)
        guard case .chunk(let bytes, _) = event, !hasEnded else { return }
        self.liveChunks += 1
        self.liveBytes.writeImmutableBuffer(bytes)
    }

    /// The words that were read while the response was still being written: lines of server-sent events that hold data.
    ///
    /// Counted in the bytes, because on a busy machine one read may bring two words.
    var liveWords: Int {
        self.liveBytes.readableBytesView.split(separator: UInt8(ascii: "\n")).count { $0.starts(with: "data: ".utf8) }
    }
}
