// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The answer to one invocation, as the runtime gives it: what may be sent, and what each event means for it.
///
/// ```text
///                      resultReturned(buffered), handlerThrew
///   ┌───────────┐ ────────────────────────────────────────────▶ ┌────────┐ replied
///   │ computing │                                               │ posted │ ───────────────┐
///   └───────────┘                                               └────────┘                │
///         │ resultReturned(streamed)                 connectionClosed: once more          │
///         ▼                                                                               ▼
///   ┌───────────┐ bodyReturned, bodyThrew  ┌───────┐ replied, connectionClosed      ┌──────────┐
///   │ streaming │ ───────────────────────▶ │ ended │ ─────────────────────────────▶ │ finished │
///   └───────────┘                          └───────┘                                └──────────┘
///      │     │ replied 2xx  ┌──────────┐ bodyReturned, bodyThrew                       ▲   ▲
///      │     └────────────▶ │ accepted │ ──────────────────────────────────────────────┘   │
///      │                    └──────────┘                                                   │
///      │ replied otherwise, connectionClosed  ┌────────┐ bodyReturned, bodyThrew           │
///      └────────────────────────────────────▶ │ broken │ ──────────────────────────────────┘
///                                             └────────┘
/// ```
package struct ResponseMachine: ~Copyable {
    private enum State: ~Copyable {
        /// The handler runs and nothing was sent. Left when it returns a result or throws.
        case computing
        /// A whole message was sent: a buffered response or an error. Left by the reply. A connection that closes
        /// first was most likely closed while it was idle, so the message is sent again, once.
        case posted(again: Bool)
        /// The head of a streamed response was sent and its body runs. Left by the body's end, by a reply and by the
        /// connection's end.
        case streaming
        /// The service took the response before its end. The rest is still sent. Left by the body's end.
        case accepted
        /// The body ended, and so did the request. Left by the reply or the connection's end.
        case ended
        /// The service refused the response, or is gone, while the body runs: nothing more is sent. Left by the
        /// body's end.
        case broken(ResponseOutcome)
        /// Nothing is left to do. Never left.
        case finished(ResponseOutcome)
    }

    private var state: State

    package init() {
        self.init(.computing)
    }

    private init(_ state: consuming State) {
        self.state = state
    }

    // MARK: The function

    package enum ResultShape: Hashable, Sendable {
        case buffered(bytes: Int)
        case streamed
    }

    package enum OnResult: Hashable, Sendable {
        case postBuffered
        case openStream
        /// The response is larger than `Limits.maximumBufferedResponseBytes`; an error is posted in its place.
        case postErrorResponseTooLarge
        /// There was a result already.
        case ignore
    }

    package mutating func resultReturned(_ shape: ResultShape) -> OnResult {
        switch (shape, self.answerBegan(streamed: shape == .streamed)) {
        case (_, .late): .ignore
        case (.streamed, .first): .openStream
        case (.buffered(let bytes), .first):
            bytes > Limits.maximumBufferedResponseBytes ? .postErrorResponseTooLarge : .postBuffered
        }
    }

    package enum OnHandlerThrew: Hashable, Sendable {
        case postError
        /// The response has begun, and with it the time for an error of its own is over.
        case ignore
    }

    package mutating func handlerThrew() -> OnHandlerThrew {
        switch self.answerBegan(streamed: false) {
        case .first: .postError
        case .late: .ignore
        }
    }

    private enum OnAnswer {
        case first, late
    }

    private mutating func answerBegan(streamed: Bool) -> OnAnswer {
        switch consume self.state {
        case .computing:
            self = Self(streamed ? .streaming : .posted(again: true))
            return .first
        case .posted(let again):
            self = Self(.posted(again: again))
            return .late
        case .streaming:
            self = Self(.streaming)
            return .late
        case .accepted:
            self = Self(.accepted)
            return .late
        case .ended:
            self = Self(.ended)
            return .late
        case .broken(let outcome):
            self = Self(.broken(outcome))
            return .late
        case .finished(let outcome):
            self = Self(.finished(outcome))
            return .late
        }
    }

    package enum OnWrite: Hashable, Sendable {
        case sendChunk
        /// No bytes, no chunk: a chunk of length zero would end the body.
        case sendNothing
        case refuse(ResponseOutcome)
        /// The body has ended, or has not begun.
        case refuseAsMisplaced
    }

    package mutating func wrote(bytes: Int) -> OnWrite {
        switch consume self.state {
        case .computing:
            self = Self(.computing)
            return .refuseAsMisplaced
        case .posted(let again):
            self = Self(.posted(again: again))
            return .refuseAsMisplaced
        case .streaming:
            self = Self(.streaming)
            return bytes > 0 ? .sendChunk : .sendNothing
        case .accepted:
            self = Self(.accepted)
            return bytes > 0 ? .sendChunk : .sendNothing
        case .ended:
            self = Self(.ended)
            return .refuseAsMisplaced
        case .broken(let outcome):
            self = Self(.broken(outcome))
            return .refuse(outcome)
        case .finished(let outcome):
            self = Self(.finished(outcome))
            return .refuseAsMisplaced
        }
    }

    package enum OnBodyEnd: Hashable, Sendable {
        case sendEnd
        case sendEndWithErrorTrailers
        /// There is nobody to tell.
        case sendNothing
    }

    package mutating func bodyReturned() -> OnBodyEnd {
        self.bodyEnded(.sendEnd)
    }

    package mutating func bodyThrew() -> OnBodyEnd {
        self.bodyEnded(.sendEndWithErrorTrailers)
    }

    private mutating func bodyEnded(_ action: OnBodyEnd) -> OnBodyEnd {
        switch consume self.state {
        case .computing:
            self = Self(.computing)
            return .sendNothing
        case .posted(let again):
            self = Self(.posted(again: again))
            return .sendNothing
        case .streaming:
            self = Self(.ended)
            return action
        case .accepted:
            self = Self(.finished(.accepted))
            return action
        case .ended:
            self = Self(.ended)
            return .sendNothing
        case .broken(let outcome):
            self = Self(.finished(outcome))
            return .sendNothing
        case .finished(let outcome):
            self = Self(.finished(outcome))
            return .sendNothing
        }
    }

    // MARK: The service

    package enum OnReply: Hashable, Sendable {
        /// The response is over; ask for the next invocation.
        case finish(ResponseOutcome)
        /// The body is told at its next write; the connection cannot be used again.
        case stopSending(ResponseOutcome)
        case keepSending
        /// A reply to nothing: the connection cannot be trusted.
        case closeConnection
    }

    package mutating func replied(status: Int) -> OnReply {
        let outcome = ResponseOutcome(status: status)
        switch consume self.state {
        case .computing:
            self = Self(.computing)
            return .closeConnection
        case .posted:
            self = Self(.finished(outcome))
            return .finish(outcome)
        case .streaming:
            if outcome == .accepted {
                self = Self(.accepted)
                return .keepSending
            }
            self = Self(.broken(outcome))
            return .stopSending(outcome)
        case .accepted:
            self = Self(.accepted)
            return .closeConnection
        case .ended:
            self = Self(.finished(outcome))
            return .finish(outcome)
        case .broken(let first):
            self = Self(.broken(first))
            return .closeConnection
        case .finished(let first):
            self = Self(.finished(first))
            return .closeConnection
        }
    }

    package enum OnConnectionClosed: Hashable, Sendable {
        /// The next message gets a new connection.
        case ignore
        case postAgain
        case stopSending(ResponseOutcome)
        case finish(ResponseOutcome)
    }

    package mutating func connectionClosed() -> OnConnectionClosed {
        switch consume self.state {
        case .computing:
            self = Self(.computing)
            return .ignore
        case .posted(let again):
            if again {
                self = Self(.posted(again: false))
                return .postAgain
            }
            self = Self(.finished(.connectionLost))
            return .finish(.connectionLost)
        case .streaming:
            self = Self(.broken(.connectionLost))
            return .stopSending(.connectionLost)
        case .accepted:
            // The service has what it wants: the outcome stays the reply that it gave.
            self = Self(.broken(.accepted))
            return .stopSending(.accepted)
        case .ended:
            self = Self(.finished(.connectionLost))
            return .finish(.connectionLost)
        case .broken(let outcome):
            self = Self(.broken(outcome))
            return .ignore
        case .finished(let outcome):
            self = Self(.finished(outcome))
            return .ignore
        }
    }

    /// How it ended; `nil` as long as it has not.
    package var outcome: ResponseOutcome? {
        switch self.state {
        case .computing: nil
        case .posted: nil
        case .streaming: nil
        case .accepted: nil
        case .ended: nil
        case .broken: nil
        case .finished(let outcome): outcome
        }
    }
}
