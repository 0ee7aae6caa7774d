// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import TestSupport

/// A runtime and a caller that a relay stands between, each with the little that a socket has: the world does what the
/// machine decides, and throws when that is not allowed.
///
/// Time passes in steps: in each the runtime or the caller does one thing that it may do in its state.
struct RelayWorld: ~Copyable {
    static let limit = 24
    /// The caller's way is full from here on, and has room again when it is empty.
    static let callerRoom = 6

    private let mode: RelayMachine.Mode
    private var machine: RelayMachine
    private var runtime = Runtime()
    private var caller = Caller()
    /// Breaks the machine's rules in tests of this world.
    private let tamper: (RelayDecision) -> RelayDecision

    /// What happened to all invocations, so that a walk that saw nothing is noticed.
    private(set) var seen: Set<String> = []

    private struct Runtime {
        enum Phase { case working, sending, sent, gone }
        var phase = Phase.working
        var isPaused = false
        var answers = 0
        var posts = 0
        /// Bytes it wrote, numbered; the first `read` of them have been read by the relay.
        var written = 0
        var read = 0
        var announcedTrailers = false
    }

    private struct Caller {
        var heads = 0
        var received = 0
        /// Received, and not yet taken by whoever reads at its end.
        var waiting = 0
        var ends = 0
        var isGone = false
        var isFull = false
    }

    init(mode: RelayMachine.Mode, tamper: @escaping (RelayDecision) -> RelayDecision = { $0 }) {
        self.mode = mode
        self.machine = RelayMachine(mode: mode, limitBytes: Self.limit)
        self.tamper = tamper
    }

    /// Whether nothing can happen any more.
    var isThrough: Bool { self.runtime.phase == .gone && (self.caller.isGone || self.caller.waiting == 0) }

    mutating func step(_ random: inout SeededGenerator) throws(Illegal) {
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<5: try self.runtimeActs(&random)
        case 5..<8: try self.relayReads(&random)
        case 8..<11: try self.callerReads(&random)
        default:
            // Rare, or no stream would ever come to its end.
            if Int.random(in: 0..<40, using: &random) == 0 { try self.callerLeaves() }
        }
        try self.check()
    }

    // MARK: The runtime

    private mutating func runtimeActs(_ random: inout SeededGenerator) throws(Illegal) {
        switch self.runtime.phase {
        case .working:
            switch Int.random(in: 0..<20, using: &random) {
            case 0: try self.report()
            case 1: try self.exit()
            case 2: try self.begin(header: "Streaming")
            case 3..<8: try self.begin(header: nil)
            default: try self.begin(header: "streaming")
            }
        case .sending:
            switch Int.random(in: 0..<30, using: &random) {
            case 0: try self.report()
            case 1: try self.begin(header: "streaming")
            case 2: try self.exit()
            case 3: try self.breakOff()
            case 4, 5: try self.end(hasTrailers: true)
            case 6, 7: try self.end(hasTrailers: false)
            default: self.runtime.written += Int.random(in: 0...4, using: &random)
            }
        case .sent: try self.exit()
        case .gone: break
        }
    }

    private mutating func begin(header: String?) throws(Illegal) {
        let isSecond = self.runtime.phase == .sending || self.machine.isOver
        self.runtime.posts += 1
        switch self.tamper(.began(self.machine.responseBegan(responseMode: header))) {
        case .began(.forward(let paused)):
            try demand(!isSecond && header != "Streaming", "takes a response that it must refuse")
            self.runtime.phase = .sending
            self.runtime.announcedTrailers = header != nil
            self.runtime.isPaused = paused
            if !self.caller.isGone { self.caller.heads += 1 }
        case .began(.refuseMode):
            try demand(!isSecond && header == "Streaming", "refuses a good mode")
            self.runtime.answers += 1
            try self.endHeard("refused mode")
            self.runtime.phase = .sent
        case .began(.refuseSecond):
            try demand(isSecond, "refuses a first response")
            self.runtime.answers += 1
        default:
            throw Illegal("no answer to a head")
        }
    }

    private mutating func report() throws(Illegal) {
        let mayReport = self.runtime.phase == .working
        self.runtime.posts += 1
        self.runtime.answers += 1
        switch self.tamper(.error(self.machine.errorReported())) {
        case .error(.fail):
            try demand(mayReport, "takes an error behind a response")
            try self.endHeard("error")
            self.runtime.phase = .sent
        case .error(.refuse):
            try demand(!mayReport, "refuses an error that it may report")
        default:
            throw Illegal("no answer to an error")
        }
    }

    /// Bytes come before the end that follows them, so the relay reads what is left first, if it may.
    private mutating func end(hasTrailers: Bool) throws(Illegal) {
        guard !self.runtime.isPaused else { return }
        try self.readAll()
        guard self.runtime.phase == .sending else { return }
        switch self.tamper(.ended(self.machine.responseEnded(hasErrorTrailers: hasTrailers))) {
        case .ended(.complete):
            try demand(!hasTrailers || self.mode == .buffered && !self.runtime.announcedTrailers, "drops an error")
            try self.endHeard("complete")
        case .ended(.failWithTrailers):
            try demand(hasTrailers, "makes up an error")
            try self.endHeard("trailers")
        default:
            throw Illegal("ignores an end")
        }
        self.runtime.answers += 1
        self.runtime.phase = .sent
    }

    private mutating func breakOff() throws(Illegal) {
        guard !self.runtime.isPaused else { return }
        try self.readAll()
        guard self.runtime.phase == .sending else { return }
        // A connection that breaks takes its answer with it.
        self.runtime.answers += 1
        self.runtime.phase = .sent
        guard case .failure(.fail) = self.tamper(.failure(self.machine.responseTruncated())) else {
            throw Illegal("ignores a broken response")
        }
        try self.endHeard("truncated")
    }

    private mutating func exit() throws(Illegal) {
        let wasOver = self.machine.isOver
        if self.runtime.phase == .sending { self.runtime.answers += 1 }
        self.runtime.phase = .gone
        switch self.tamper(.failure(self.machine.runtimeEnded())) {
        case .failure(.fail):
            try demand(!wasOver, "fails twice")
            try self.endHeard("exit")
        case .failure(.ignore): try demand(wasOver, "the caller is never told that the runtime is gone")
        default: throw Illegal("no answer to an exit")
        }
    }

    // MARK: Between them

    private mutating func relayReads(_ random: inout SeededGenerator) throws(Illegal) {
        let unread = self.runtime.written - self.runtime.read
        guard self.runtime.phase == .sending, !self.runtime.isPaused, unread > 0 else { return }
        try self.read(Int.random(in: 1...unread, using: &random))
    }

    private mutating func readAll() throws(Illegal) {
        while self.runtime.phase == .sending, !self.runtime.isPaused, self.runtime.read < self.runtime.written {
            try self.read(1)
        }
        // It was paused on the way: what is left is dropped with the connection, as a kernel may.
        self.runtime.written = self.runtime.read
    }

    private mutating func read(_ count: Int) throws(Illegal) {
        self.runtime.read += count
        let decision = self.tamper(.body(self.machine.bodyArrived(byteCount: count)))
        let forwarded = decision.forwarded(of: count)
        switch decision {
        case .body(.forward):
            try demand(self.runtime.read <= Self.limit, "forwards over the limit")
        case .body(.drain):
            try demand(self.caller.isGone, "drops bytes that the caller waits for")
        case .body(.forwardThenFail):
            try demand(self.runtime.read > Self.limit, "fails within the limit")
        default:
            throw Illegal("loses bytes of a response under way")
        }
        if forwarded > 0 { try self.hear(forwarded) }
        if case .body(.forwardThenFail) = decision {
            self.runtime.answers += 1
            self.runtime.phase = .sent
            try self.endHeard("over the limit")
        }
    }

    // MARK: The caller

    private mutating func hear(_ count: Int) throws(Illegal) {
        try demand(!self.caller.isGone, "forwards to nobody")
        try demand(self.caller.heads == 1 && self.caller.ends == 0, "forwards bytes outside of a response")
        self.caller.received += count
        self.caller.waiting += count
        if !self.caller.isFull, self.caller.waiting >= Self.callerRoom {
            self.caller.isFull = true
            try self.obey(self.machine.callerFlowChanged(isFull: true))
        }
    }

    private mutating func endHeard(_ how: String) throws(Illegal) {
        self.seen.insert(self.caller.isGone ? how + ", unheard" : how)
        self.runtime.isPaused = false
        self.caller.ends += 1
        try demand(self.caller.ends == 1, "tells two ends")
    }

    private mutating func callerReads(_ random: inout SeededGenerator) throws(Illegal) {
        guard !self.caller.isGone, self.caller.waiting > 0 else { return }
        self.caller.waiting -= Int.random(in: 1...self.caller.waiting, using: &random)
        if self.caller.isFull, self.caller.waiting == 0 {
            self.caller.isFull = false
            try self.obey(self.machine.callerFlowChanged(isFull: false))
        }
    }

    private mutating func callerLeaves() throws(Illegal) {
        guard !self.caller.isGone else { return }
        self.caller.isGone = true
        self.caller.isFull = false
        self.seen.insert(self.runtime.isPaused ? "left while full" : "left")
        try self.obey(self.machine.callerDisappeared())
    }

    private mutating func obey(_ flow: RelayMachine.OnFlow) throws(Illegal) {
        switch self.tamper(.flow(flow)) {
        case .flow(.pauseRuntime):
            try demand(self.runtime.phase == .sending && !self.runtime.isPaused, "pauses what does not send")
            self.runtime.isPaused = true
            self.seen.insert("paused")
        case .flow(.resumeRuntime):
            try demand(self.runtime.isPaused, "resumes what is not paused")
            self.runtime.isPaused = false
        default:
            break
        }
    }

    private func check() throws(Illegal) {
        let isSending = self.runtime.phase == .sending
        try demand(self.runtime.isPaused == (isSending && self.caller.isFull), "paused: \(self.runtime.isPaused)")
        try demand(self.runtime.answers == self.runtime.posts - (isSending ? 1 : 0), "a post has no answer, or two")
        try demand(self.caller.received <= min(Self.limit, self.runtime.read), "the caller has bytes nobody sent")
        try demand(self.machine.isOver == (self.caller.ends == 1), "over without an end")
        if self.runtime.phase == .gone { try demand(self.caller.ends == 1, "the caller waits for a dead runtime") }
    }
}
