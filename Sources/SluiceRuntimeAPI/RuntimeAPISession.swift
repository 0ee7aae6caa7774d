// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
package import SluiceHTTPServer
package import SluiceServiceWire
internal import SluiceWire

/// Hears what the runtime behind one Runtime API does. All calls come on the session's event loop.
package protocol RuntimeAPISessionDelegate: AnyObject {
    /// The runtime asked for its first invocation.
    func runtimeFinishedInit()
    /// The invocation is about to leave for the runtime. Answers how much time it has.
    func invocationDelivered(_ invocation: Invocation) -> TimeAmount
    /// The runtime, which may, asked for its next invocation; extensions may still be at work. It comes only where there
    /// is an Extensions API, before `runtimeFinishedInit` and `invocationFinished`, and again after a broken connection.
    func runtimeAskedForNext()
    /// The caller has heard how it ended; the runtime may still be at work. On Managed Instances the invocation is over.
    func responseFinished(_ invocation: Invocation, relay: InvocationRelay, failure: InvocationFailure?)
    /// The runtime asked for the next invocation: the last one is through.
    func invocationFinished()
    /// The runtime could not start, and says why. Its process has to go.
    func runtimeFailedInit(_ failure: InvocationFailure)
    /// On Managed Instances: one of the runtime's workers asked for an invocation, and there is none for it yet.
    func workerIsIdle()
    /// On Managed Instances: the connection of an idle worker broke.
    func workerLost()
}

extension RuntimeAPISessionDelegate {
    package func runtimeAskedForNext() {}
    package func workerIsIdle() {}
    package func workerLost() {}
}

/// The Runtime API of one execution environment: routes its calls, holds its one invocation.
package final class RuntimeAPISession: RuntimeAPI {
    private struct Assignment {
        let invocation: Invocation
        let relay: InvocationRelay
    }

    private var machine: EnvironmentMachine
    private var assignment: Assignment?
    /// What a process had begun to say is not its successor's word.
    private var endedProcesses = 0
    private var waitingNext: ServerExchange?
    /// A `/next` that may be answered only when extensions are through too.
    private var heldNext: ServerExchange?
    /// Those of the environment; `nil` where there is no Extensions API.
    package var extensions: ExtensionsSession?
    /// `nil` where the environment does not start from a snapshot.
    package var restore: RestoreSession?
    /// Its runtime may still post an answer, which comes too late.
    private var timedOutRequestID: String?
    package weak var delegate: (any RuntimeAPISessionDelegate)?

    /// - Parameter isReset: the runtime is initialised in the time of its first invocation, since another was ended before it.
    package init(isReset: Bool = false) { self.machine = EnvironmentMachine(isReset: isReset) }

    // MARK: The service's side

    /// Gives the runtime its next invocation, now or when it asks. The environment must be free.
    package func assign(_ invocation: Invocation, relay: InvocationRelay) {
        switch self.machine.invocationAssigned() {
        case .deliver:
            self.assignment = Assignment(invocation: invocation, relay: relay)
            self.deliver()
        case .hold:
            self.assignment = Assignment(invocation: invocation, relay: relay)
        case .refuse:
            relay.runtimeEnded(.serviceStopped(requestID: invocation.requestID))
        }
    }

    package func deadlinePassed() -> EnvironmentMachine.OnDeadline { self.machine.deadlinePassed() }
    package func initFailed() -> EnvironmentMachine.OnDeadline { self.machine.initFailed() }
    package func processGone() -> EnvironmentMachine.OnProcessGone {
        let decision = self.machine.processGone()
        // Until then what it had sent may still come.
        if decision == .startAnother { self.endedProcesses += 1 }
        return decision
    }

    /// The runtime's `/next` is open, and there is no invocation for it.
    package var isWaiting: Bool { self.waitingNext != nil && self.assignment == nil }

    /// A response that waits for its caller to read is under way.
    package var isHeldUpByCaller: Bool { self.assignment?.relay.isHeldUpByCaller ?? false }

    /// The environment is over. `failure` is told to a caller who still waits.
    package func end(isTimeout: Bool = false, _ failure: (_ requestID: String) -> InvocationFailure) {
        if isTimeout { self.timedOutRequestID = self.assignment?.invocation.requestID }
        switch self.machine.environmentEnded() {
        case .failInit, .leaveReady, .failInvocation:
            guard let assignment = self.assignment else { return }
            self.assignment = nil
            let failure = failure(assignment.invocation.requestID)
            if !assignment.relay.isOver {
                self.watch(assignment)
                assignment.relay.runtimeEnded(failure)
            }
        case .ignore:
            break
        }
    }

    private func deliver() {
        guard let next = self.waitingNext, let assignment = self.assignment else { return }
        self.waitingNext = nil
        self.watch(assignment)
        let timeLeft = self.delegate?.invocationDelivered(assignment.invocation) ?? assignment.invocation.timeout
        let deadline = WallClock.epochMilliseconds() + max(0, timeLeft.nanoseconds / 1_000_000)
        self.extensions?.invocationBegan(assignment.invocation, deadlineEpochMilliseconds: deadline)
        next.respond(
            status: .ok,
            fields: assignment.invocation.fields(deadlineEpochMilliseconds: deadline),
            body: assignment.invocation.payload
        )
    }

    private func watch(_ assignment: Assignment) {
        assignment.relay.notifyWhenOver { [weak self] failure in
            guard let self else { return }
            self.machine.responseFinished()
            self.delegate?.responseFinished(assignment.invocation, relay: assignment.relay, failure: failure)
        }
    }

    // MARK: The runtime's side

    package func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        if let extensions = self.extensions, let route = ExtensionsRoute(path: request.path) {
            return extensions.route(route, request, on: exchange)
        }
        if let restore = self.restore, let route = RestoreRoute(path: request.path) {
            return restore.route(route, request, on: exchange)
        }
        switch (request.method, RuntimeAPIRoute(path: request.path)) {
        case (.get, .next):
            return self.runtimeAskedForNext(on: exchange)
        case (.post, .response(let requestID)):
            return self.responsePosted(requestID, request, on: exchange)
        case (.post, .error(let requestID)):
            return self.errorPosted(requestID, request, on: exchange)
        case (.post, .initError):
            return self.initErrorPosted(request, on: exchange)
        case (.get, .ping):
            exchange.respond(status: .ok, fields: [.contentType: "text/plain"], body: ByteBuffer(string: "pong"))
        case (_, .some):
            exchange.answer(.methodNotAllowed)
        case (_, nil):
            exchange.answer(.notFound)
        }
        return DiscardingReceiver()
    }

    /// The runtime is through. What follows from that waits for the extensions.
    private func runtimeAskedForNext(on exchange: ServerExchange) -> any RequestReceiver {
        guard self.heldNext == nil else {
            exchange.answer(.invalidStateTransition(from: "RuntimeReady", to: "RuntimeReady"))
            return DiscardingReceiver()
        }
        guard let extensions = self.extensions, self.machine.nextIsAllowed else {
            return self.nextArrived(on: exchange)
        }
        self.delegate?.runtimeAskedForNext()
        switch extensions.runtimeAskedForNext() {
        case .goOn:
            return self.nextArrived(on: exchange)
        case .hold:
            self.heldNext = exchange
            return NextReceiver(session: self, exchange: exchange)
        }
    }

    /// The extensions are through too. A runtime whose connection has broken meanwhile comes back by itself.
    package func releaseNext() {
        guard let next = self.heldNext else { return }
        self.heldNext = nil
        // Its connection is watched already.
        _ = self.nextArrived(on: next)
    }

    private func nextArrived(on exchange: ServerExchange) -> any RequestReceiver {
        let stateName = self.machine.name
        let decision = self.machine.nextArrived()
        if decision == .refuse {
            exchange.answer(.invalidStateTransition(from: stateName, to: "RuntimeReady"))
            return DiscardingReceiver()
        }
        self.waitingNext = exchange
        switch decision {
        case .finishInitThenDeliver:
            self.delegate?.runtimeFinishedInit()
            self.deliver()
        case .finishInitThenWait:
            self.delegate?.runtimeFinishedInit()
        case .deliver:
            self.deliver()
        case .finishInvocationThenWait:
            self.assignment = nil
            self.delegate?.invocationFinished()
        case .wait, .refuse:
            break
        }
        return NextReceiver(session: self, exchange: exchange)
    }

    fileprivate func nextConnectionLost(_ exchange: ServerExchange) {
        if self.heldNext === exchange { self.heldNext = nil }
        guard self.waitingNext === exchange else { return }
        self.waitingNext = nil
        self.machine.waitingNextLost()
    }

    /// The assignment that a POST may answer, or `nil` after the POST was refused.
    private func assignment(
        for requestID: String,
        _ request: ServerRequest,
        to target: String,
        on exchange: ServerExchange
    ) -> Assignment? {
        guard requestID != self.timedOutRequestID else {
            exchange.answer(.invokeTimeout)
            return nil
        }
        guard case .accept = self.machine.responsePosted(), let assignment = self.assignment else {
            exchange.answer(.invalidStateTransition(from: self.machine.name, to: target))
            return nil
        }
        guard requestID == assignment.invocation.requestID else {
            exchange.answer(.invalidRequestID)
            return nil
        }
        guard assignment.invocation.isDelivery(of: request.fields) else {
            exchange.answer(.invokeTimeout)
            return nil
        }
        return assignment
    }

    private func responsePosted(
        _ requestID: String,
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) -> any RequestReceiver {
        guard
            let assignment = self.assignment(for: requestID, request, to: "RuntimeInvocationResponse", on: exchange)
        else { return DiscardingReceiver() }
        return assignment.relay.responseBegan(fields: request.fields, on: exchange)
    }

    private func errorPosted(
        _ requestID: String,
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) -> any RequestReceiver {
        let target = "RuntimeInvocationErrorResponse"
        guard let assignment = self.assignment(for: requestID, request, to: target, on: exchange) else {
            return DiscardingReceiver()
        }
        return gatherErrorReport(of: request, on: exchange) { [weak self] failure in
            guard let self else { return }
            assignment.relay.errorReported(failure, on: exchange, stateName: self.machine.name)
        }
    }

    private func initErrorPosted(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        gatherErrorReport(of: request, on: exchange) { [weak self, before = self.endedProcesses] failure in
            guard let self, self.endedProcesses == before else { return }
            switch self.machine.initErrorReported() {
            case .fail:
                exchange.answer(.accepted)
                self.delegate?.runtimeFailedInit(failure)
            case .refuse:
                exchange.answer(.invalidStateTransition(from: self.machine.name, to: "InitError"))
            }
        }
    }
}

/// Watches the connection of a `/next` that is kept open.
private final class NextReceiver: RequestReceiver {
    private weak var session: RuntimeAPISession?
    private let exchange: ServerExchange

    init(session: RuntimeAPISession, exchange: ServerExchange) {
        self.session = session
        self.exchange = exchange
    }

    func received(_ bytes: ByteBuffer) {}
    func receivedEnd(trailers: HTTPFields) {}
    func connectionLost() { self.session?.nextConnectionLost(self.exchange) }
}
