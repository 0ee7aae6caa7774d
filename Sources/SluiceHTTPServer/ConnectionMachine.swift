// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// What a connection's bounds say to what happens on it.
///
/// ```text
///        ┌──────────────────────── answer over ───────────────────────────┐
///        ▼                                                                │
///      idle ──byte──▶ head ──head whole──▶ body ──request whole──▶ answering
///        ▲                                  │                             │ answer over, connection is not kept
///        └──request whole── discarding ◀────┘ answer over                 ▼
///                               │                            leaving ──sent──▶ over
///                               └──connection is not kept──▶ lingering ──peer ended──▶ over
///  any ──fault──▶ lingering
/// ```
///
/// Time comes in as a value, and so does what has not been sent yet, which is asked for only when time has come.
struct ConnectionMachine {
    private enum State {
        /// Between requests. Left by the next byte, or by the idle bound.
        case idle(since: NIODeadline)
        /// A head is coming. Left when it is whole.
        case head(since: NIODeadline)
        /// A request whose head is whole is coming and is not answered. Left by its end or by its answer's.
        case body(since: NIODeadline, progress: NIODeadline)
        /// A whole request waits for the end of its answer. The function's time-out bounds it, and nothing here.
        case answering
        /// The answer is over, and the rest of its request is dropped. Left by its end.
        case discarding(since: NIODeadline, bytes: Int)
        /// The connection's last answer is over. Left when its last byte is.
        case leaving(since: NIODeadline, bytes: Int)
        /// Nothing is said any more; what still comes is dropped. Left by the peer, who ends the connection.
        case lingering(since: NIODeadline, bytes: Int)
        case over
    }

    /// What had not been sent when it was looked at.
    private struct Look {
        let unsentBytes: Int
        let at: NIODeadline
    }

    private let bounds: ConnectionBounds
    private var state: State
    private var look: Look?
    /// Bytes of a head and of empty lines before it, or bytes of a body's framing that no data has paid for.
    private var overheadBytes = 0
    private var pipelinedBytes = 0
    private var requestLineIsOver = false

    init(bounds: ConnectionBounds, now: NIODeadline) {
        self.bounds = bounds
        self.state = .idle(since: now)
    }

    // MARK: Bytes

    enum OnBytes: Equatable { case parse, drop, close }

    mutating func bytesArrived(_ bytes: some Collection<UInt8>, now: NIODeadline) -> OnBytes {
        let count = bytes.count
        switch self.state {
        case .idle:
            self.overheadBytes += count
            guard !Self.isLineEndsOnly(bytes) else { return .parse }
            self.state = .head(since: now)
            self.requestLineIsOver = Self.hasLineEnd(bytes)
            return .parse
        case .head:
            self.overheadBytes += count
            if !self.requestLineIsOver { self.requestLineIsOver = Self.hasLineEnd(bytes) }
            return .parse
        case .body(let since, _):
            self.overheadBytes += count
            self.state = .body(since: since, progress: now)
            return .parse
        case .answering:
            guard self.pipelinedBytes > 0 || !Self.isLineEndsOnly(bytes) else { return .parse }
            self.pipelinedBytes += count
            return self.pipelinedBytes <= self.bounds.pipelinedBytes ? .parse : .close
        case .discarding(let since, let bytes):
            self.state = .discarding(since: since, bytes: bytes + count)
            return self.bounds.discard == nil || bytes + count <= self.bounds.discardedBytes ? .parse : .close
        case .leaving(let since, let bytes):
            self.state = .leaving(since: since, bytes: bytes + count)
            return bytes + count <= self.bounds.discardedBytes ? .drop : .close
        case .lingering(let since, let bytes):
            self.state = .lingering(since: since, bytes: bytes + count)
            return bytes + count <= self.bounds.discardedBytes ? .drop : .close
        case .over:
            return .drop
        }
    }

    private static func hasLineEnd(_ bytes: some Collection<UInt8>) -> Bool { bytes.contains(UInt8(ascii: "\n")) }

    /// An empty line behind a body or before a request is no part of a request (RFC 9112, section 2.2).
    private static func isLineEndsOnly(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    }

    /// What the bytes that just arrived have broken, once the parser has made of them what it could.
    func faultAfterBytes() -> ConnectionFault? {
        switch self.state {
        case .idle, .head: self.overheadBytes > self.bounds.headBytes ? self.overflow : nil
        case .body:
            self.overheadBytes > self.bounds.framingBytes
                ? .framingTooLarge(limitBytes: self.bounds.framingBytes) : nil
        case .answering, .discarding, .leaving, .lingering, .over: nil
        }
    }

    /// What was too large when the parser says that something of a head was.
    var overflow: ConnectionFault {
        switch self.state {
        case .head where !self.requestLineIsOver:
            .targetTooLong(limitBytes: self.bounds.targetBytes)
        case .idle, .head, .answering, .leaving, .lingering, .over:
            .headTooLarge(
                limitBytes: self.bounds.headBytes,
                fieldBytes: self.bounds.fieldBytes,
                fields: self.bounds.fields
            )
        case .body, .discarding:
            .trailersTooLarge(
                limitBytes: self.bounds.headBytes,
                fieldBytes: self.bounds.fieldBytes,
                fields: self.bounds.fields
            )
        }
    }

    // MARK: Requests and answers

    mutating func headArrived(now: NIODeadline) {
        switch self.state {
        case .idle, .head:
            self.state = .body(since: now, progress: now)
            self.overheadBytes = 0
            self.look = nil
        case .body, .answering, .discarding, .leaving, .lingering, .over:
            break  // A request that NIO had kept back may come out while the connection ends.
        }
    }

    mutating func dataArrived(_ count: Int) {
        switch self.state {
        case .body:
            self.overheadBytes = max(0, self.overheadBytes - 2 * count - Limits.framingAllowanceBytes)
        case .idle, .head, .answering, .discarding, .leaving, .lingering, .over:
            break
        }
    }

    mutating func requestEnded(now: NIODeadline) {
        switch self.state {
        case .body:
            self.state = .answering
            self.pipelinedBytes = 0
        case .discarding:
            self.state = .idle(since: now)
            self.overheadBytes = 0
        case .idle, .head, .answering, .leaving, .lingering, .over:
            break
        }
    }

    enum OnAnswerEnded: Equatable { case goOn, closeWhenSent, lingerWhenSent }

    mutating func answerEnded(keepsConnection: Bool, now: NIODeadline) -> OnAnswerEnded {
        switch self.state {
        case .body where keepsConnection:
            self.state = .discarding(since: now, bytes: 0)
            return .goOn
        case .body:
            // Closing over bytes that were not read would be a reset, which can destroy the answer on its way.
            self.state = .lingering(since: now, bytes: 0)
            return .lingerWhenSent
        case .answering where keepsConnection:
            // What was sent ahead may be a part of a head.
            self.state = self.pipelinedBytes > 0 ? .head(since: now) : .idle(since: now)
            self.overheadBytes = 0
            self.requestLineIsOver = true
            return .goOn
        case .answering, .idle, .head, .discarding:
            self.state = .leaving(since: now, bytes: 0)
            return .closeWhenSent
        case .leaving, .lingering, .over:
            return .goOn
        }
    }

    /// What was said so far is the last; the connection closes behind it.
    mutating func leave(now: NIODeadline) {
        self.look = nil
        self.state = .leaving(since: now, bytes: 0)
    }

    /// The last was said, or is being said.
    mutating func linger(now: NIODeadline) {
        switch self.state {
        case .lingering(_, let bytes): self.state = .lingering(since: now, bytes: bytes)
        case .idle, .head, .body, .answering, .discarding, .leaving, .over:
            self.state = .lingering(since: now, bytes: 0)
        }
    }

    mutating func connectionEnded() { self.state = .over }

    /// A request has come in part, and its peer is about to send the rest.
    var isAmidRequest: Bool {
        switch self.state {
        case .head, .body, .discarding: true
        case .idle, .answering, .leaving, .lingering, .over: false
        }
    }

    /// Whether the machine wants the socket read although nobody parses.
    var readsToDrop: Bool {
        switch self.state {
        case .lingering: true
        case .idle, .head, .body, .answering, .discarding, .leaving, .over: false
        }
    }

    // MARK: Time

    /// When time has come to look; `nil` when there is nothing to look for.
    var deadline: NIODeadline? {
        switch self.state {
        case .idle(let since): Self.earliest(self.idleEnd(since), self.nextLook(since))
        case .head(let since): self.bounds.head.map { since + $0 }
        case .body(let since, let progress):
            Self.earliest(self.bounds.bodyPause.map { progress + $0 }, self.bounds.body.map { since + $0 })
        case .discarding(let since, _): self.bounds.discard.map { since + $0 }
        case .leaving(let since, _): self.nextLook(since)
        case .lingering(let since, _): since + self.bounds.linger
        case .answering, .over: nil
        }
    }

    enum OnTime: Equatable { case wait, close, refuse(ConnectionFault) }

    /// - Parameter unsentBytes: what the socket has not taken yet.
    mutating func timeCame(now: NIODeadline, unsentBytes: Int) -> OnTime {
        guard let deadline = self.deadline, deadline <= now else { return .wait }
        switch self.state {
        case .idle(let since):
            if self.isStalled(unsentBytes, now: now) { return .close }
            guard unsentBytes == 0, let end = self.idleEnd(since), end <= now else { return .wait }
            return .close
        case .head:
            return .refuse(.headTookTooLong(milliseconds: Self.milliseconds(self.bounds.head)))
        case .body(_, let progress):
            if let pause = self.bounds.bodyPause, progress + pause <= now {
                return .refuse(.bodyPaused(milliseconds: Self.milliseconds(pause)))
            }
            return .refuse(.bodyTookTooLong(milliseconds: Self.milliseconds(self.bounds.body)))
        case .leaving:
            return self.isStalled(unsentBytes, now: now) ? .close : .wait
        case .discarding, .lingering:
            return .close
        case .answering, .over:
            return .wait
        }
    }

    /// Whether a reader took nothing since the last look. Answers do not end while one is between two looks.
    private mutating func isStalled(_ unsentBytes: Int, now: NIODeadline) -> Bool {
        if let look = self.look, let delivery = self.bounds.delivery {
            guard now >= look.at + delivery else { return false }
            if unsentBytes > 0, unsentBytes >= look.unsentBytes { return true }
        }
        self.look = Look(unsentBytes: unsentBytes, at: now)
        return false
    }

    /// `nil` while something is unsent: a reader that is slow is not idle.
    private func idleEnd(_ since: NIODeadline) -> NIODeadline? {
        guard self.look.map({ $0.unsentBytes == 0 }) ?? true else { return nil }
        return self.bounds.idle.map { since + $0 }
    }

    private func nextLook(_ since: NIODeadline) -> NIODeadline? {
        guard let look = self.look else { return self.bounds.delivery.map { since + $0 } }
        guard look.unsentBytes > 0 else { return nil }
        return self.bounds.delivery.map { look.at + $0 }
    }

    private static func earliest(_ one: NIODeadline?, _ other: NIODeadline?) -> NIODeadline? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    private static func milliseconds(_ time: TimeAmount?) -> Int64 { (time?.nanoseconds ?? 0) / 1_000_000 }
}
