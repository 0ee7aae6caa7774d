// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import Sluice
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// The Runtime API of a test: hands out the invocations that the test makes, to as many workers as ask. Confined to its
/// loop.
final class TestService: RequestRouter {
    private let time: LoopTime
    /// Told of every event that a test may wait for.
    let changed: SuspendedTasks
    private var waitingNext: [ServerExchange] = []
    private var queue: [TestFlight] = []
    private var flights: [String: TestFlight] = [:]
    /// Those whose connection was lost: the next worker that comes anew has done with one of them.
    private var orphans: [String] = []
    /// The invocations, by connections, whose answers are sent to their ends and have no reply yet.
    private var unanswered: [ObjectIdentifier: String] = [:]
    private var connecting = 0

    private(set) var isReady = false
    /// The function wants to hear of its end.
    private(set) var hasExtension = false
    /// The environment is over, as after a time-out: nothing more is handed out.
    private(set) var failure: InvocationFailure?

    private var lastNumber = 0

    init(_ time: LoopTime, changed: SuspendedTasks) {
        self.time = time
        self.changed = changed
    }

    /// Invocations are counted, so that their ids are the same in every run.
    func nextNumber() -> Int {
        self.lastNumber += 1
        return self.lastNumber
    }

    // MARK: The test's side

    func invoke(_ flight: TestFlight) {
        self.flights[flight.invocation.requestID] = flight
        self.queue.append(flight)
        self.deliver()
    }

    /// Something has left the runtime or the service and not arrived: bytes, a whole request, the reply to it, or a
    /// connection.
    var hasBytesOnTheWay: Bool {
        guard self.failure == nil else { return false }
        return self.connecting > 0 || self.flights.values.contains { $0.hasBytesOnTheWay }
            || self.unanswered.values.contains { !(self.flights[$0]?.relay.isHeldUpByCaller ?? false) }
    }

    private func deliver() {
        while self.failure == nil, !self.queue.isEmpty, !self.waitingNext.isEmpty {
            let flight = self.queue.removeFirst()
            let next = self.waitingNext.removeFirst()
            let timeout = flight.invocation.timeout
            flight.delivered(at: self.time.now)
            flight.timer = self.time.schedule(at: self.time.now + timeout) { self.timedOut(flight) }
            let deadline = self.time.wallClockMilliseconds + timeout.nanoseconds / 1_000_000
            var fields = flight.invocation.fields(deadlineEpochMilliseconds: deadline)
            if let identity = flight.cognitoIdentity { fields[RuntimeAPIHeader.cognitoIdentity] = identity }
            next.respond(status: .ok, fields: fields, body: flight.invocation.payload)
        }
    }

    private func timedOut(_ flight: TestFlight) {
        guard !flight.isFinished else { return }
        let failure = InvocationFailure.timedOut(
            requestID: flight.invocation.requestID,
            timeoutMilliseconds: flight.invocation.timeout.nanoseconds / 1_000_000
        )
        self.failure = failure
        flight.relay.runtimeEnded(failure)
        self.changed.resumeAll()
    }

    // MARK: What the runtime's connections say

    func askedForNext(after requestID: String?) {
        self.isReady = true
        if let requestID {
            self.finish(requestID)
        } else if let orphan = self.orphans.firstIndex(where: { self.flights[$0]?.relay.isOver ?? true }) {
            self.finish(self.orphans.remove(at: orphan))
        }
        self.changed.resumeAll()
    }

    private func finish(_ requestID: String) {
        guard let flight = self.flights.removeValue(forKey: requestID) else { return }
        flight.timer?.cancel()
        flight.isFinished = true
    }

    func connectionBegan() { self.connecting += 1 }
    func connectionEnded() { self.connecting -= 1 }

    func arrived(_ requestID: String) { self.flights[requestID]?.hasArrived = true }

    func answered(_ requestID: String, on connection: RecordingConnection) {
        self.unanswered[ObjectIdentifier(connection)] = requestID
    }

    func replied(on connection: RecordingConnection) { self.unanswered[ObjectIdentifier(connection)] = nil }

    func lostConnection(of requestID: String) { self.orphans.append(requestID) }

    func sent(_ chunks: [Int], by requestID: String) {
        self.flights[requestID]?.caller.sent(chunks, at: self.time.now)
    }

    // MARK: The Runtime API

    func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        switch (request.method, RuntimeAPIRoute(path: request.path)) {
        case (.get, .next):
            self.waitingNext.append(exchange)
            // Not in this turn: its receiver has to be in place first.
            exchange.eventLoop.assumeIsolated().execute { self.deliver() }
            return WaitingReceiver(self, exchange)
        case (.post, .response(let requestID)):
            return self.responsePosted(requestID, request, on: exchange)
        case (.post, .error(let requestID)):
            return self.errorPosted(requestID, request, on: exchange)
        case (.post, .initError):
            return self.gatherReport(request, on: exchange) { failure in
                exchange.answer(.accepted)
                self.failure = failure
                self.changed.resumeAll()
            }
        default:
            self.answerBesides(request, on: exchange)
            return IgnoringReceiver()
        }
    }

    /// The extension that a function with work at its end registers, and the restore from a snapshot.
    private func answerBesides(_ request: ServerRequest, on exchange: ServerExchange) {
        switch request.path {
        case "/2020-01-01/extension/register":
            self.hasExtension = true
            exchange.respond(status: .ok, fields: [Self.extensionIdentifier: "00000000-0000-0000-0000-000000000000"])
        case "/2020-01-01/extension/event/next":
            // It waits for as long as the function runs.
            break
        case "/2018-06-01/runtime/restore/next":
            exchange.respond(status: .ok, fields: [:])
        default:
            exchange.answer(.notFound)
        }
    }

    private static let extensionIdentifier = RuntimeAPIHeader.known("Lambda-Extension-Identifier")

    private func responsePosted(
        _ requestID: String,
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) -> any RequestReceiver {
        guard let flight = self.flights[requestID] else {
            exchange.answer(.invalidRequestID)
            return IgnoringReceiver()
        }
        guard self.failure == nil else {
            exchange.answer(.invokeTimeout)
            return IgnoringReceiver()
        }
        flight.caller.isStreamed = request.fields[RuntimeAPIHeader.responseMode] == RuntimeAPIHeader.streaming
        let receiver = flight.relay.responseBegan(fields: request.fields, on: exchange)
        guard let fault = flight.fault else { return receiver }
        return FaultyReceiver(receiver, fault, exchange)
    }

    private func errorPosted(
        _ requestID: String,
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) -> any RequestReceiver {
        guard let flight = self.flights[requestID] else {
            exchange.answer(.invalidRequestID)
            return IgnoringReceiver()
        }
        return self.gatherReport(request, on: exchange) { failure in
            flight.relay.errorReported(failure, on: exchange, stateName: "Running")
        }
    }

    private func gatherReport(
        _ request: ServerRequest,
        on exchange: ServerExchange,
        then: @escaping (InvocationFailure) -> Void
    ) -> any RequestReceiver {
        let type = request.fields[RuntimeAPIHeader.errorType]
        return GatheringReceiver(limitBytes: Limits.maximumErrorReportBytes) { outcome in
            switch outcome {
            case .whole(let body): then(.reported(typeHeader: type, body: body))
            case .tooLarge:
                exchange.answer(.tooLarge(limitBytes: Limits.maximumErrorReportBytes))
                then(.oversizedReport(typeHeader: type))
            case .connectionLost: break
            }
        }
    }

    fileprivate func lostNext(_ exchange: ServerExchange) { self.waitingNext.removeAll { $0 === exchange } }
}

/// Watches the connection of a `/next` that is kept open.
private final class WaitingReceiver: RequestReceiver {
    private weak var service: TestService?
    private let exchange: ServerExchange

    init(_ service: TestService, _ exchange: ServerExchange) {
        self.service = service
        self.exchange = exchange
    }

    func received(_ bytes: ByteBuffer) {}
    func receivedEnd(trailers: HTTPFields) {}
    func connectionLost() { self.service?.lostNext(self.exchange) }
}
