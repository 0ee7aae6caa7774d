// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Decides what becomes of one invocation's response on its way from the runtime to the caller.
///
/// ```text
///                responseBegan                 responseEnded, bytes over the limit,
///   ┌─────────┐ ──────────────▶ ┌────────────┐ trailers, truncated, runtimeEnded      ┌──────┐
///   │ waiting │                 │ responding │ ─────────────────────────────────────▶ │ over │
///   └─────────┘                 └────────────┘                                        └──────┘
///        │  errorReported, runtimeEnded, a refused head                                  ▲
///        └───────────────────────────────────────────────────────────────────────────────┘
///
///   beside it, at any time:   caller  listening ──callerDisappeared──▶ gone    listening: has room │ is full
///                             (only while responding does a full caller pause the runtime)
/// ```
///
/// A caller that left does not end the invocation: Lambda keeps draining the runtime, which runs to its end
/// (Lambda Developer Guide, "Response streaming": streams "are not interrupted or stopped when the invoking client
/// connection is broken"). What bites is the limit of the invoke, never the runtime's response-mode header.
package struct RelayMachine: ~Copyable {
    /// How the invocation was called, which decides its limit and the meaning of trailers.
    package enum Mode: Hashable, Sendable { case buffered, streaming }

    /// The runtime's side. Each case says what may follow.
    private enum State {
        /// The invocation is with the runtime, or on its way to it. Leaves by a head, an error, or the runtime's end.
        case waiting
        /// The runtime sends its body. `trailersCount` says whether error trailers are to be believed.
        case responding(receivedBytes: Int, trailersCount: Bool)
        /// Everything the caller will ever hear has been decided.
        case over
    }

    private var state: State = .waiting
    private let mode: Mode
    /// The response may have this many bytes.
    package let limitBytes: Int
    private var callerLeft = false
    private var callerIsFull = false

    package init(mode: Mode, limitBytes: Int? = nil) {
        self.mode = mode
        self.limitBytes =
            limitBytes
            ?? (mode == .buffered ? Limits.maximumBufferedResponseBytes : Limits.maximumStreamedResponseBytes)
    }

    // MARK: The runtime

    package enum OnResponseBegan: Hashable, Sendable {
        /// Tell the caller, if it is there. `paused`: its way was full before, so the runtime's body is not read yet.
        case forward(paused: Bool)
        /// Answer the runtime with 400 and fail the invocation with `Runtime.InvalidResponseModeHeader`.
        case refuseMode
        /// Answer the runtime with 400: this invocation has its response already.
        case refuseSecond
    }

    /// The head of a POST to `/response` came.
    /// - Parameter responseMode: its response-mode header, if there was one. An empty one is none: Lambda's own server does
    ///   not tell them apart (`invocationresponse.go`).
    package mutating func responseBegan(responseMode: String?) -> OnResponseBegan {
        let responseMode = responseMode?.isEmpty == true ? nil : responseMode
        switch self.state {
        case .waiting:
            guard responseMode == nil || responseMode == RuntimeAPIHeader.streaming else {
                self.state = .over
                return .refuseMode
            }
            // A buffered invoke ignores trailers of a runtime that did not announce them (observed in Lambda's server).
            let trailersCount = self.mode == .streaming || responseMode != nil
            self.state = .responding(receivedBytes: 0, trailersCount: trailersCount)
            return .forward(paused: self.callerIsFull)
        case .responding:
            return .refuseSecond
        case .over:
            return .refuseSecond
        }
    }

    package enum OnBody: Hashable, Sendable {
        case forward
        /// The caller left: read on and drop.
        case drain
        /// Forward only the first bytes, then fail with `Function.ResponseSizeTooLarge` and answer the runtime with 413.
        case forwardThenFail(firstBytes: Int)
        /// The response is over; late bytes are nobody's.
        case ignore
    }

    package mutating func bodyArrived(byteCount: Int) -> OnBody {
        switch self.state {
        case .waiting:
            return .ignore
        case .responding(let received, let trailersCount):
            let room = self.limitBytes - received
            guard byteCount <= room else {
                self.state = .over
                // A buffered caller gets the error alone, so none of the bytes past this point matter to it.
                return .forwardThenFail(firstBytes: self.mode == .streaming && !self.callerLeft ? room : 0)
            }
            self.state = .responding(receivedBytes: received + byteCount, trailersCount: trailersCount)
            return self.callerLeft ? .drain : .forward
        case .over:
            return .ignore
        }
    }

    package enum OnResponseEnded: Hashable, Sendable {
        /// Tell the caller that all is there, answer the runtime with 202.
        case complete
        /// Tell the caller what the trailers say, answer the runtime with 202.
        case failWithTrailers
        /// The response was over before; the runtime has its answer.
        case ignore
    }

    /// The body ended as HTTP says it should.
    package mutating func responseEnded(hasErrorTrailers: Bool) -> OnResponseEnded {
        switch self.state {
        case .waiting:
            return .ignore
        case .responding(_, let trailersCount):
            self.state = .over
            return hasErrorTrailers && trailersCount ? .failWithTrailers : .complete
        case .over:
            return .ignore
        }
    }

    package enum OnFailure: Hashable, Sendable {
        /// Tell the caller.
        case fail
        /// The caller has been told how it ended.
        case ignore
    }

    /// The runtime's connection ended before its body did.
    package mutating func responseTruncated() -> OnFailure { self.failUnlessWaiting() }

    /// The runtime's process ended, or was ended at the deadline.
    package mutating func runtimeEnded() -> OnFailure {
        switch self.state {
        case .waiting, .responding:
            self.state = .over
            return .fail
        case .over:
            return .ignore
        }
    }

    package enum OnErrorReported: Hashable, Sendable {
        /// Tell the caller, answer the runtime with 202.
        case fail
        /// The response has begun or is over: answer the runtime with 403.
        case refuse
    }

    /// The runtime posted to `/error`.
    ///
    /// - Parameter endsResponse: whether that may be while the response comes, which it then ends. So it is on Managed
    ///   Instances (Lambda's own Runtime API server for these).
    package mutating func errorReported(endsResponse: Bool = false) -> OnErrorReported {
        switch self.state {
        case .waiting:
            self.state = .over
            return .fail
        case .responding:
            guard endsResponse else { return .refuse }
            self.state = .over
            return .fail
        case .over:
            return .refuse
        }
    }

    private mutating func failUnlessWaiting() -> OnFailure {
        switch self.state {
        case .waiting:
            return .ignore
        case .responding:
            self.state = .over
            return .fail
        case .over:
            return .ignore
        }
    }

    // MARK: The caller

    package enum OnFlow: Hashable, Sendable { case pauseRuntime, resumeRuntime, nothing }

    /// The caller's way is full, or has room again.
    package mutating func callerFlowChanged(isFull: Bool) -> OnFlow {
        guard !self.callerLeft, isFull != self.callerIsFull else { return .nothing }
        self.callerIsFull = isFull
        return self.whileResponding(isFull ? .pauseRuntime : .resumeRuntime)
    }

    /// The caller's connection is gone. Its runtime is let run, and must not stay paused for nobody.
    package mutating func callerDisappeared() -> OnFlow {
        guard !self.callerLeft else { return .nothing }
        self.callerLeft = true
        defer { self.callerIsFull = false }
        return self.callerIsFull ? self.whileResponding(.resumeRuntime) : .nothing
    }

    /// Before its response the runtime has no connection that could be paused; after it, that connection is let go.
    private func whileResponding(_ flow: OnFlow) -> OnFlow {
        switch self.state {
        case .responding: flow
        case .waiting, .over: .nothing
        }
    }

    /// Whether nobody is listening any more.
    package var callerIsGone: Bool { self.callerLeft }

    /// Whether the runtime's body waits for a caller whose way is full.
    package var isPaused: Bool {
        switch self.state {
        case .responding: self.callerIsFull
        case .waiting, .over: false
        }
    }

    /// Whether the caller has been, or would have been, told how it ended.
    package var isOver: Bool {
        switch self.state {
        case .over: true
        case .waiting, .responding: false
        }
    }
    /// The whole state in words, for logs and tests.
    package var description: String {
        let runtime =
            switch self.state {
            case .waiting: "waiting"
            case .responding(let bytes, trailersCount: true): "responding, \(bytes) bytes, trailers count"
            case .responding(let bytes, trailersCount: false): "responding, \(bytes) bytes"
            case .over: "over"
            }
        return runtime + (self.callerLeft ? ", caller gone" : self.callerIsFull ? ", caller full" : "")
    }
}
