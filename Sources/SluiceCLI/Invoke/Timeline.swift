// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// When each chunk of an answer came: takes events, keeps a bounded number of rows, and draws lines of text.
///
/// ```text
/// connected in 0.35 ms; then the request left, at 0
///       at       gap      size  0                                      310 ms
///  12.1 ms   12.1 ms      head  █
///   102 ms   90.2 ms      20 B  ─────────────█
///   204 ms    102 ms      20 B               ─────────────█
///   304 ms    100 ms       end                             ─────────────█
/// status 200 · first byte 102 ms · 2 chunks · 40 B · total 304 ms · complete
/// ```
///
/// Each bar runs from the row before to its own time, all on one scale.
struct Timeline: Sendable {
    struct Row: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            case head
            case chunk(bytes: Int)
            case end
        }
        let kind: Kind
        let time: Duration
        /// When the row before it came; zero for the first.
        let previous: Duration
    }

    /// Chunks beyond this many at the beginning and at the end are counted, not drawn.
    let firstRows: Int
    let lastRows: Int

    private(set) var connection: ConnectionTimes?
    private(set) var status: Int?
    private(set) var chunkCount = 0
    private(set) var byteCount = 0
    /// When the first chunk came.
    private(set) var firstByte: Duration?
    /// The longest time between two chunks.
    private(set) var longestGap: Duration = .zero
    private(set) var end: StreamEnd?
    /// When the last event came.
    private(set) var total: Duration = .zero

    private(set) var headRow: Row?
    private(set) var endRow: Row?
    private var beginning: [Row] = []
    /// The latest chunks behind those of `beginning`: a ring, its oldest at `chunkCount - firstRows` modulo its size.
    private var latest: [Row] = []

    init(firstRows: Int = 24, lastRows: Int = 8) {
        self.firstRows = max(0, firstRows)
        self.lastRows = max(1, lastRows)
    }

    mutating func record(_ event: StreamEvent) {
        let previous = self.total
        switch event {
        case .connected(let times): self.connection = times
        case .log: break
        case .head(let status, _, let time):
            self.status = status
            self.total = max(previous, time)
            self.headRow = Row(kind: .head, time: time, previous: previous)
        case .chunk(let bytes, let time):
            self.total = max(previous, time)
            self.record(chunk: Row(kind: .chunk(bytes: bytes.readableBytes), time: time, previous: previous))
            self.byteCount += bytes.readableBytes
        case .end(let end, let time):
            self.total = max(previous, time)
            self.end = end
            self.endRow = Row(kind: .end, time: time, previous: previous)
        }
    }

    private mutating func record(chunk row: Row) {
        if self.firstByte == nil {
            self.firstByte = row.time
        } else {
            self.longestGap = max(self.longestGap, row.time - row.previous)
        }
        if self.beginning.count < self.firstRows {
            self.beginning.append(row)
        } else if self.latest.count < self.lastRows {
            self.latest.append(row)
        } else {
            self.latest[(self.chunkCount - self.firstRows) % self.lastRows] = row
        }
        self.chunkCount += 1
    }

    /// The chunks that are drawn, in order, and how many between them are not.
    var drawnChunks: (beginning: [Row], omitted: Int, latest: [Row]) {
        let omitted = self.chunkCount - self.beginning.count - self.latest.count
        let oldest = omitted % max(1, self.latest.count)
        return (self.beginning, omitted, Array(self.latest[oldest...] + self.latest[..<oldest]))
    }
}
