// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// One connection to the application, request by request: what an event of it means.
///
///     idle ──requestSent──▶ awaitingHead ──head──▶ body ──end──▶ idle, or closed
///       └───────────────────────┴──── closed, failed, left ────────▶ closed
package struct UpstreamMachine {
    private enum State {
        case idle
        case awaitingHead
        case body(bytes: Int)
        case closed
    }

    private var state = State.idle
    /// A whole answer came on this connection before.
    private(set) var hasAnswered = false
    private var keepsAlive = true

    package init() {}

    /// A request can be sent.
    package var isIdle: Bool { if case .idle = self.state { true } else { false } }
    package var isClosed: Bool { if case .closed = self.state { true } else { false } }
    /// The answer's body comes, and its end has not.
    package var isInBody: Bool { if case .body = self.state { true } else { false } }
    package var bodyBytes: Int { if case .body(let bytes) = self.state { bytes } else { 0 } }

    package mutating func requestSent() {
        if case .idle = self.state { self.state = .awaitingHead }
    }

    package enum OnHead: Hashable, Sendable {
        case deliver
        /// The connection is to be closed.
        case fail(UpstreamError)
        case ignore
    }

    package mutating func headCame(status: Int, keepsAlive: Bool) -> OnHead {
        switch self.state {
        case .awaitingHead where status == 101:
            self.state = .closed
            return .fail(.upgraded)
        case .awaitingHead:
            self.keepsAlive = keepsAlive
            self.state = .body(bytes: 0)
            return .deliver
        case .idle:
            // Nobody asked: what comes next on this connection is no answer to be trusted.
            self.state = .closed
            return .fail(.malformed(reason: "an answer came to no request"))
        case .body, .closed:
            return .ignore
        }
    }

    /// - Returns: Whether the bytes are the body's.
    package mutating func bytesCame(_ count: Int) -> Bool {
        guard case .body(let bytes) = self.state else { return false }
        self.state = .body(bytes: bytes + count)
        return true
    }

    package enum OnEnd: Hashable, Sendable {
        /// The body is whole; with whether the connection can be used again.
        case complete(keepsConnection: Bool)
        case ignore
    }

    package mutating func endCame() -> OnEnd {
        guard case .body = self.state else { return .ignore }
        self.hasAnswered = true
        self.state = self.keepsAlive ? .idle : .closed
        return .complete(keepsConnection: self.keepsAlive)
    }

    package enum OnClosed: Hashable, Sendable {
        case fail(UpstreamError)
        /// A connection that nobody waits for.
        case ignore
    }

    /// The connection ended, or what came on it cannot be read.
    package mutating func closed(reason: String, isMalformed: Bool = false) -> OnClosed {
        defer { self.state = .closed }
        switch self.state {
        case .awaitingHead where isMalformed: return .fail(.malformed(reason: reason))
        case .awaitingHead: return .fail(.noAnswer(reason: reason))
        case .body(let bytes): return .fail(.brokeOff(bodyBytes: bytes, reason: reason))
        case .idle, .closed: return .ignore
        }
    }

    /// Nobody wants the rest of the answer.
    ///
    /// - Returns: Whether the connection is to be closed.
    package mutating func left() -> Bool {
        switch self.state {
        case .idle, .closed: return false
        case .awaitingHead, .body:
            self.state = .closed
            return true
        }
    }
}
