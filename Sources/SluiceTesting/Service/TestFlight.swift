// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import Sluice
internal import SluiceRuntimeAPI

/// One invocation of a test, from its making until the function asks for the next one. Confined to its loop.
final class TestFlight {
    let invocation: Invocation
    let cognitoIdentity: String?
    let caller: TestCaller
    let relay: InvocationRelay
    let fault: ResponseFault?
    var timer: LoopTimer?
    /// The function has done with it, and has asked for the next.
    var isFinished = false

    init(
        _ invocation: Invocation,
        cognitoIdentity: String?,
        _ caller: TestCaller,
        _ relay: InvocationRelay,
        fault: ResponseFault?
    ) {
        self.invocation = invocation
        self.cognitoIdentity = cognitoIdentity
        self.caller = caller
        self.relay = relay
        self.fault = fault
        caller.relay = relay
    }

    /// The runtime has its event.
    var hasArrived = false

    func delivered(at time: NIODeadline) { self.caller.began = time }

    /// Bytes that have left one side and not arrived at the other, where somebody reads them.
    var hasBytesOnTheWay: Bool {
        if self.caller.began != nil, !self.hasArrived { return true }
        guard !self.relay.isOver, !self.relay.isHeldUpByCaller, !self.caller.hasLeft else { return false }
        return self.caller.receivedBytes < self.caller.sentBytes
    }
}
