// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// One invocation on its way to an environment, and who hears of it.
struct Delivery {
    let invocation: Invocation
    let relay: InvocationRelay
    /// Where its log is gathered, if its caller asked for the end of it.
    let tail: LogTail?
    /// A fault: should it need a cold start, that fails.
    let crashesInit: Bool
    /// Whether its caller waits for the response.
    let isSynchronous: Bool

    init(
        _ invocation: Invocation,
        relay: InvocationRelay,
        tail: LogTail? = nil,
        crashesInit: Bool = false,
        isSynchronous: Bool = true
    ) {
        self.invocation = invocation
        self.relay = relay
        self.tail = tail
        self.crashesInit = crashesInit
        self.isSynchronous = isSynchronous
    }

    /// On Managed Instances: an invocation with its id is with the function.
    func refuseDuplicate() {
        self.relay.runtimeEnded(.duplicate(requestID: self.invocation.requestID))
        self.tail?.finish()
    }

    /// It reaches no environment any more.
    func failForStop() {
        self.relay.runtimeEnded(.serviceStopped(requestID: self.invocation.requestID))
        self.tail?.finish()
    }
}
