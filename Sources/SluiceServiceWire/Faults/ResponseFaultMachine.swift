// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What is done to a response at one of its bytes.
package struct ByteFault: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The function's processes are killed.
        case kill
        /// The function's processes are stopped: for a while, or until the time-out.
        case freeze
        /// The caller's connection ends without the mark of an end; the function runs on.
        case drop
        /// The same, behind the size of a chunk that does not come.
        case truncate
        /// The service fails: the runtime is told so, and its environment is over.
        case error
    }

    package var kind: Kind
    /// It strikes when the caller has been given so many bytes of the response; 0: when the response begins.
    package var atByte: Int
    /// How long a `freeze` lasts; `nil` for ever.
    package var milliseconds: Int?

    package init(_ kind: Kind, atByte: Int, milliseconds: Int? = nil) {
        self.kind = kind
        self.atByte = atByte
        self.milliseconds = milliseconds
    }
}

/// When a fault strikes a response, and what becomes of the bytes behind it.
///
/// ```text
///  armed ──the byte was forwarded──▶ struck ──kill: nothing more is forwarded; the others: all is
///    └─ended, connection lost──▶ over (it did not strike)
/// ```
package struct ResponseFaultMachine {
    private enum State {
        /// So many bytes are still to be forwarded.
        case armed(bytesLeft: Int)
        case struck
        case over
    }

    private let fault: ByteFault
    private var state: State

    package init(_ fault: ByteFault) {
        self.fault = fault
        self.state = .armed(bytesLeft: max(0, fault.atByte))
    }

    package enum OnBegin: Hashable, Sendable { case strike, wait }

    /// The response began.
    package mutating func began() -> OnBegin {
        switch self.state {
        case .armed(bytesLeft: 0):
            self.state = .struck
            return .strike
        case .armed, .struck, .over:
            return .wait
        }
    }

    package enum OnBytes: Hashable, Sendable {
        case forward
        /// Forward these, strike, and then do with the rest as with bytes that come later.
        case forwardThenStrike(firstBytes: Int)
        case drop
    }

    package mutating func bytesArrived(_ count: Int) -> OnBytes {
        switch self.state {
        case .armed(let left):
            guard count < left else {
                self.state = .struck
                return .forwardThenStrike(firstBytes: left)
            }
            self.state = .armed(bytesLeft: left - count)
            return .forward
        case .struck:
            return self.fault.kind == .kill ? .drop : .forward
        case .over:
            return .forward
        }
    }

    package enum OnEnd: Hashable, Sendable {
        case forward
        /// Forward it, and say that the response was shorter than the fault's byte.
        case forwardUnstruck
        /// The killed function's end is what the caller hears of.
        case drop
    }

    /// The body ended, or its connection did.
    package mutating func ended() -> OnEnd {
        switch self.state {
        case .armed:
            self.state = .over
            return .forwardUnstruck
        case .struck:
            return self.fault.kind == .kill ? .drop : .forward
        case .over:
            return .forward
        }
    }
}
