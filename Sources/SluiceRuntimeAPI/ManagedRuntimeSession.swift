// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
package import SluiceHTTPServer
package import SluiceServiceWire
internal import SluiceWire

/// The Runtime API of one execution environment of Managed Instances: routes its calls, holds its invocations.
package final class ManagedRuntimeSession: RuntimeAPI {
    private struct Assignment {
        let invocation: Invocation
        let relay: InvocationRelay
    }

    private var machine: ManagedEnvironmentMachine
    /// By request id.
    private var assignments: [String: Assignment] = [:]
    /// The open `/next` calls, the oldest first.
    private var waiting: CircularBuffer<ServerExchange> = []
    /// Those that came before the extensions were through with their initialisation.
    private var early: [ServerExchange] = []
    private var isInitialised = false
    package var extensions: ExtensionsSession?
    package weak var delegate: (any RuntimeAPISessionDelegate)?

    /// - Parameter workers: how many invocations the environment takes at once.
    package init(workers: Int) { self.machine = ManagedEnvironmentMachine(workers: workers) }

    // MARK: The service's side

    package func assign(_ invocation: Invocation, relay: InvocationRelay) {
        let requestID = invocation.requestID
        switch self.machine.invocationAssigned(requestID) {
        case .deliver:
            self.assignments[requestID] = Assignment(invocation: invocation, relay: relay)
            if let next = self.waiting.popFirst() { self.deliver(requestID, on: next) }
        case .hold:
            self.assignments[requestID] = Assignment(invocation: invocation, relay: relay)
        case .refuseDuplicate:
            relay.runtimeEnded(.duplicate(requestID: requestID))
        case .refuse:
            relay.runtimeEnded(.serviceStopped(requestID: requestID))
        }
    }

    /// The time of one invocation, or of its wait for a worker, is over. The others are left alone.
    package func timeIsOver(_ requestID: String, timedOut: InvocationFailure) {
        let decision = self.machine.timeIsOver(requestID)
        guard let assignment = self.assignments[requestID] else { return }
        switch decision {
        case .timeOut:
            assignment.relay.timeIsOver(timedOut)
        case .giveUp:
            self.watch(assignment)
            assignment.relay.runtimeEnded(.noWorker(requestID: requestID))
        case .ignore:
            break
        }
    }

    /// It is given no second initialisation.
    package func deadlinePassed() -> EnvironmentMachine.OnDeadline { .end }
    package func initFailed() -> EnvironmentMachine.OnDeadline { .end }
    package func processGone() -> EnvironmentMachine.OnProcessGone { .end }

    package var isWaiting: Bool { !self.waiting.isEmpty && self.assignments.isEmpty }
    package var isHeldUpByCaller: Bool { self.assignments.values.contains { $0.relay.isHeldUpByCaller } }

    package func end(isTimeout: Bool = false, _ failure: (_ requestID: String) -> InvocationFailure) {
        for requestID in self.machine.environmentEnded() {
            guard let assignment = self.assignments[requestID] else { continue }
            self.watch(assignment)
            assignment.relay.runtimeEnded(failure(requestID))
        }
        self.assignments = [:]
    }

    private func deliver(_ requestID: String, on next: ServerExchange) {
        guard let assignment = self.assignments[requestID] else { return }
        let invocation = assignment.invocation
        self.watch(assignment)
        let timeLeft = self.delegate?.invocationDelivered(invocation) ?? invocation.timeout
        let deadline = WallClock.epochMilliseconds() + max(0, timeLeft.nanoseconds / 1_000_000)
        next.respond(
            status: .ok,
            fields: invocation.managedFields(deadlineEpochMilliseconds: deadline),
            body: invocation.payload
        )
    }

    private func watch(_ assignment: Assignment) {
        let requestID = assignment.invocation.requestID
        assignment.relay.notifyWhenOver { [weak self] failure in
            guard let self else { return }
            _ = self.machine.responseFinished(requestID)
            self.assignments[requestID] = nil
            self.delegate?.responseFinished(assignment.invocation, relay: assignment.relay, failure: failure)
        }
    }

    // MARK: The runtime's side

    package func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        if let extensions = self.extensions, let route = ExtensionsRoute(path: request.path) {
            return extensions.route(route, request, on: exchange)
        }
        switch (request.method, RuntimeAPIRoute(path: request.path)) {
        case (.get, .next):
            return self.workerAskedForNext(on: exchange)
        case (.post, .response(let requestID)):
            guard let assignment = self.assignment(for: requestID, request, on: exchange) else { break }
            return assignment.relay.responseBegan(fields: request.fields, on: exchange)
        case (.post, .error(let requestID)):
            guard let assignment = self.assignment(for: requestID, request, on: exchange) else { break }
            return gatherErrorReport(of: request, on: exchange) { failure in
                assignment.relay.errorReportedBesideResponse(failure, on: exchange)
            }
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

    private func workerAskedForNext(on exchange: ServerExchange) -> any RequestReceiver {
        // Afterwards extensions have nothing to do with invocations.
        if !self.isInitialised, let extensions = self.extensions {
            switch extensions.runtimeAskedForNext() {
            case .goOn:
                break
            case .hold:
                self.early.append(exchange)
                return ManagedNextReceiver(session: self, exchange: exchange)
            }
        }
        return self.nextArrived(on: exchange)
    }

    package func releaseNext() {
        let early = self.early
        self.early = []
        // Their connections are watched already.
        for next in early { _ = self.nextArrived(on: next) }
    }

    private func nextArrived(on exchange: ServerExchange) -> any RequestReceiver {
        let stateName = self.machine.name
        let decision = self.machine.nextArrived()
        switch decision {
        case .deliver(let requestID, let finishesInit):
            if finishesInit { self.finishInit() }
            self.deliver(requestID, on: exchange)
        case .wait(let finishesInit):
            self.waiting.append(exchange)
            if finishesInit { self.finishInit() }
            self.delegate?.workerIsIdle()
        case .tooManyIdle:
            exchange.answer(.tooManyIdleRuntimes)
            return DiscardingReceiver()
        case .refuse:
            exchange.answer(.invalidStateTransition(from: stateName, to: "RuntimeReady"))
            return DiscardingReceiver()
        }
        return ManagedNextReceiver(session: self, exchange: exchange)
    }

    private func finishInit() {
        self.isInitialised = true
        self.delegate?.runtimeFinishedInit()
    }

    fileprivate func nextConnectionLost(_ exchange: ServerExchange) {
        self.early.removeAll { $0 === exchange }
        guard let place = self.waiting.firstIndex(where: { $0 === exchange }) else { return }
        self.waiting.remove(at: place)
        self.machine.waitingNextLost()
        self.delegate?.workerLost()
    }

    /// The assignment that a POST may answer, or `nil` after the POST was refused.
    private func assignment(
        for requestID: String,
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) -> Assignment? {
        switch self.machine.posted(requestID) {
        case .late:
            exchange.answer(.invokeTimeout)
            return nil
        case .unknown:
            exchange.answer(.invalidRequestID)
            return nil
        case .accept:
            break
        }
        guard let assignment = self.assignments[requestID] else {
            exchange.answer(.invalidRequestID)
            return nil
        }
        guard assignment.invocation.isDelivery(of: request.fields) else {
            exchange.answer(.invokeTimeout)
            return nil
        }
        return assignment
    }

    private func initErrorPosted(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        gatherErrorReport(of: request, on: exchange) { [weak self] failure in
            guard let self else { return }
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
private final class ManagedNextReceiver: RequestReceiver {
    private weak var session: ManagedRuntimeSession?
    private let exchange: ServerExchange

    init(session: ManagedRuntimeSession, exchange: ServerExchange) {
        self.session = session
        self.exchange = exchange
    }

    func received(_ bytes: ByteBuffer) {}
    func receivedEnd(trailers: HTTPFields) {}
    func connectionLost() { self.session?.nextConnectionLost(self.exchange) }
}
