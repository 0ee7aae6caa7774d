// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire

/// One letter of a script for the relay machine.
enum RelayInput: CaseIterable, Hashable {
    case beganPlain, beganStreaming, beganMisspelt
    case bytes0, bytes1, bytes2, bytes4
    case ended, endedWithTrailers, truncated, runtimeEnded, errorReported
    case full, room, disappeared

    var byteCount: Int {
        switch self {
        case .bytes1: 1
        case .bytes2: 2
        case .bytes4: 4
        default: 0
        }
    }

    func apply(to machine: inout RelayMachine) -> RelayDecision {
        switch self {
        case .beganPlain: .began(machine.responseBegan(responseMode: nil))
        case .beganStreaming: .began(machine.responseBegan(responseMode: "streaming"))
        case .beganMisspelt: .began(machine.responseBegan(responseMode: "Streaming"))
        case .bytes0, .bytes1, .bytes2, .bytes4: .body(machine.bodyArrived(byteCount: self.byteCount))
        case .ended: .ended(machine.responseEnded(hasErrorTrailers: false))
        case .endedWithTrailers: .ended(machine.responseEnded(hasErrorTrailers: true))
        case .truncated: .failure(machine.responseTruncated())
        case .runtimeEnded: .failure(machine.runtimeEnded())
        case .errorReported: .error(machine.errorReported())
        case .full: .flow(machine.callerFlowChanged(isFull: true))
        case .room: .flow(machine.callerFlowChanged(isFull: false))
        case .disappeared: .flow(machine.callerDisappeared())
        }
    }
}

/// Whatever the relay machine answered.
enum RelayDecision: Hashable {
    case began(RelayMachine.OnResponseBegan)
    case body(RelayMachine.OnBody)
    case ended(RelayMachine.OnResponseEnded)
    case failure(RelayMachine.OnFailure)
    case error(RelayMachine.OnErrorReported)
    case flow(RelayMachine.OnFlow)

    /// Whether this is where the invocation's fate is decided.
    var isTerminal: Bool {
        switch self {
        case .began(.refuseMode), .body(.forwardThenFail), .ended(.complete), .ended(.failWithTrailers),
            .failure(.fail), .error(.fail):
            true
        default:
            false
        }
    }

    /// How many of `count` bytes go to the caller.
    func forwarded(of count: Int) -> Int {
        switch self {
        case .body(.forward): count
        case .body(.forwardThenFail(let first)): first
        default: 0
        }
    }
}
