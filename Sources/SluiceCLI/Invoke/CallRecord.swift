// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire
internal import Synchronization

/// What has come of one call so far. Its end is told once: by the answer, or by its reader who leaves.
final class CallRecord: Sendable {
    private struct State {
        var report: CallReport
        /// When the call began, and then when its request left, as the times of its events count.
        var start = ContinuousClock.now
        var isTold = false
    }

    private let state: Mutex<State>

    init(showsTimeline: Bool, showsLog: Bool) {
        self.state = Mutex(State(report: CallReport(showsTimeline: showsTimeline, showsLog: showsLog)))
    }

    /// Notes the event, and writes the function's bytes. Blocks while their reader is behind.
    func take(_ event: StreamEvent) throws(StandardStreams.Failure) {
        let isTold = self.state.withLock { state in
            if case .connected = event { state.start = .now }
            if !state.isTold { state.report.take(event) }
            return state.isTold
        }
        // Not under the lock: who leaves does not wait for who is behind.
        if case .chunk(let bytes, _) = event, !isTold { try StandardStreams.write(bytes, to: .output) }
    }

    /// - Returns: what is to be told; `nil` when it has been.
    func end() -> CallReport? { self.tell { _ in } }

    /// The same, when its reader leaves.
    func leave(at now: ContinuousClock.Instant) -> CallReport? {
        self.tell { state in
            let time = state.start.duration(to: now)
            state.report.take(.end(.left(after: time), at: time))
        }
    }

    private func tell(_ change: (inout State) -> Void) -> CallReport? {
        self.state.withLock { state in
            guard !state.isTold else { return nil }
            change(&state)
            state.isTold = true
            return state.report
        }
    }
}

/// What is said of a call beside the function's bytes.
struct CallReport: Sendable {
    let showsTimeline: Bool
    let showsLog: Bool
    private(set) var timeline = Timeline()
    private var log: ByteBuffer?
    private var endsInNewline = true

    init(showsTimeline: Bool, showsLog: Bool) {
        self.showsTimeline = showsTimeline
        self.showsLog = showsLog
    }

    mutating func take(_ event: StreamEvent) {
        self.timeline.record(event)
        switch event {
        case .chunk(let bytes, _): self.endsInNewline = bytes.readableBytesView.last == UInt8(ascii: "\n")
        case .log(let text): self.log = text
        case .connected, .head, .end: break
        }
    }

    /// Where it is shown.
    struct Place: Sendable {
        var style: Timeline.Style
        /// Then both outputs share the line that the function has left unfinished.
        var outputIsTerminal: Bool

        static var ofThisProcess: Self {
            Self(
                style: Timeline.Style(
                    columns: StandardStreams.columns(of: .error),
                    isColored: StandardStreams.errorIsColored
                ),
                outputIsTerminal: StandardStreams.isTerminal(.output)
            )
        }
    }

    func lines(_ place: Place) -> [String] {
        let ending = self.endLines(place.style)
        let lines = (self.showsLog ? self.logLines : []) + ending
        return lines.isEmpty || self.endsInNewline || !place.outputIsTerminal ? lines : [""] + lines
    }

    private func endLines(_ style: Timeline.Style) -> [String] {
        guard let end = self.timeline.end else { return self.showsTimeline ? self.timeline.lines(style) : [] }
        if case .left = end, self.timeline.connection == nil {
            return [Self.complaint("\(end); there was no connection yet")]
        }
        if self.showsTimeline { return self.timeline.lines(style) }
        return end == .complete ? [] : [Self.complaint(end.description)]
    }

    /// A function's lines as they are, but for what would move a terminal's cursor.
    private var logLines: [String] {
        guard let log else {
            // A call that was refused, or never answered, has no invocation whose log could be missed.
            let isAnswered = self.timeline.status.map { $0 < 400 } ?? false
            return isAnswered && self.timeline.end == .complete ? [Self.complaint("the answer came without a log")] : []
        }
        var lines = String(buffer: log).split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines.map { HumanText.printable(String($0), keepingTabs: true) }
    }

    private static func complaint(_ text: String) -> String {
        "sluice: " + HumanText.shortened(text, to: Limits.maximumShownErrorCharacters)
    }

    static func complain(_ text: String) { StandardStreams.writeLine(Self.complaint(text), to: .error) }
}
