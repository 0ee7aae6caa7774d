// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What became of the answer to one invocation.
package enum ResponseOutcome: Hashable, Sendable {
    case accepted
    /// 410: the invocation timed out, or the request was delivered again. Not a fault of this answer.
    case late
    /// The service will not have it, with this status: 400, 403, 413 and whatever else it may say.
    case refused(status: Int)
    /// 500: the container is in a state that only a new process can leave.
    /// (Lambda Developer Guide, "Using the Lambda runtime API": the runtime should exit promptly.)
    case containerError
    case connectionLost

    package init(status: Int) {
        switch status {
        case 200..<300: self = .accepted
        case 410: self = .late
        case 500: self = .containerError
        default: self = .refused(status: status)
        }
    }
}
