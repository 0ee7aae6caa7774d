// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceWire

/// What became of one invocation, known when its response has ended.
package struct InvocationRecord: Sendable {
    package let context: InvocationContext
    /// No other was served by this process before.
    package let isFirst: Bool
    /// When the event was there.
    package let began: NIODeadline
    /// When the first byte of the response was handed to the socket: of its body as Lambda counts it, so that the head of
    /// an ``HTTPResult`` belongs to it. `nil` when there was none.
    package let firstByte: NIODeadline?
    /// When Lambda had answered the response, or the connection was lost.
    package let ended: NIODeadline
    /// Of the body as Lambda counts it.
    package let bytes: Int
    package let chunks: Int
    package let outcome: ResponseOutcome
    /// What was reported to Lambda in place of the response, or behind it.
    let reportedErrorType: String?

    /// The type of the error that the invocation ended with, if it did.
    package var errorType: String? { self.outcome.errorType ?? self.reportedErrorType }

    package var duration: Duration { .nanoseconds((self.ended - self.began).nanoseconds) }

    package var timeToFirstByte: Duration? {
        self.firstByte.map { .nanoseconds(($0 - self.began).nanoseconds) }
    }

    /// From the first byte to the end.
    package var responseDuration: Duration? {
        self.firstByte.map { .nanoseconds((self.ended - $0).nanoseconds) }
    }
}

extension ResponseOutcome {
    /// As the log names it.
    package var name: String {
        switch self {
        case .accepted: "accepted"
        case .late: "late"
        case .refused(let status): "refused with \(status)"
        case .containerError: "container error"
        case .connectionLost: "connection lost"
        }
    }

    fileprivate var errorType: String? {
        switch self {
        case .accepted: nil
        case .late: "Runtime.LateResponse"
        case .refused: "Runtime.RefusedResponse"
        case .containerError: "Runtime.ContainerError"
        case .connectionLost: "Runtime.ConnectionLost"
        }
    }
}

extension Duration {
    /// With the part below a millisecond.
    package var milliseconds: Double { Double(self.wholeNanoseconds) / 1_000_000 }
}
