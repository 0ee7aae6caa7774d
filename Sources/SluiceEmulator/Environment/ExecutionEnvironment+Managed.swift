// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// On Managed Instances: several invocations at once, each with a time of its own.
///
/// An invocation is over with its response. A time-out is its own end only: its worker goes on, and hears 410 when it
/// answers. (Lambda Developer Guide, "Understanding the Lambda Managed Instances execution environment".)
extension ExecutionEnvironment {
    func assign(_ delivery: Delivery, to managed: ManagedInvocations) {
        let requestID = delivery.invocation.requestID
        managed.entries[requestID] = ManagedInvocations.Entry(delivery: delivery)
        managed.session.assign(delivery.invocation, relay: delivery.relay)
        if self.initDuration != nil { self.waitForWorker(requestID, managed) }
        // It was refused, and its caller knows.
        if delivery.relay.isOver, managed.entries[requestID]?.current == nil { self.finish(requestID, managed) }
    }

    /// From now on workers are expected to come.
    func waitForWorkers(_ managed: ManagedInvocations) {
        for requestID in managed.entries.keys { self.waitForWorker(requestID, managed) }
    }

    private func waitForWorker(_ requestID: String, _ managed: ManagedInvocations) {
        guard let entry = managed.entries[requestID], entry.current == nil else { return }
        self.setTimer(of: requestID, .milliseconds(Int64(Limits.workerWaitMilliseconds)), managed)
    }

    private func setTimer(of requestID: String, _ allowance: TimeAmount, _ managed: ManagedInvocations) {
        managed.entries[requestID]?.timer?.cancel()
        managed.entries[requestID]?.timer = self.eventLoop.assumeIsolated().scheduleTask(in: allowance) {
            [weak self] in self?.timeIsOver(of: requestID, managed)
        }
    }

    private func timeIsOver(of requestID: String, _ managed: ManagedInvocations) {
        managed.entries[requestID]?.current?.timedOut = true
        let milliseconds = self.function.timeout.nanoseconds / 1_000_000
        managed.session.timeIsOver(
            requestID,
            timedOut: .timedOut(requestID: requestID, timeoutMilliseconds: milliseconds)
        )
    }

    func delivered(_ invocation: Invocation, _ managed: ManagedInvocations) -> TimeAmount {
        let requestID = invocation.requestID
        managed.entries[requestID]?.current = CurrentInvocation(invocation: invocation, startedAt: .now())
        self.record(.start(requestID: requestID))
        self.setTimer(of: requestID, invocation.timeout, managed)
        return invocation.timeout
    }

    /// The caller has heard how it ended, which ends the invocation.
    func responseFinished(
        _ requestID: String,
        relay: InvocationRelay,
        failure: InvocationFailure?,
        _ managed: ManagedInvocations
    ) {
        managed.entries[requestID]?.timer?.cancel()
        managed.entries[requestID]?.current?.relay = relay
        managed.entries[requestID]?.current?.failure = failure
        // What the function printed before is read first, before this turn of the loop ends.
        self.eventLoop.assumeIsolated().execute { self.finish(requestID, managed) }
    }

    /// The environment is over, and with it all that is there.
    func finishAll(_ managed: ManagedInvocations) {
        for requestID in managed.entries.keys.sorted() { self.finish(requestID, managed) }
    }

    private func finish(_ requestID: String, _ managed: ManagedInvocations) {
        guard let entry = managed.entries[requestID] else { return }
        entry.timer?.cancel()
        if let current = entry.current {
            self.record(.end(requestID: requestID))
            self.record(.report(self.report(on: current)))
        }
        managed.entries[requestID] = nil
        entry.delivery.tail?.finish()
        guard managed.entries.isEmpty, self.endingReason == nil else { return }
        if self.processIsGone { self.owner?.environmentIsUnusable(self) } else { self.everyoneIsWaiting() }
    }
}
