// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
package import SluiceHTTPServer
package import SluiceServiceWire
internal import SluiceWire

/// Hears what the extensions of one environment do. All calls come on the session's event loop.
package protocol ExtensionsSessionDelegate: AnyObject {
    /// Every external extension has registered: the runtime may start.
    func everyExternalExtensionRegistered()
    /// The last one has asked for whom the runtime's `/next` was kept.
    func everyoneAskedForNext()
    /// An extension reported that it cannot start, or cannot go on.
    func extensionFailed(_ failure: ExtensionFailure)
    /// It may, and wants to hear of events. Answers why not.
    func extensionSubscribed(_ name: String, to subscription: TelemetrySubscription) -> ExtensionRefusal?
    /// A call was refused; the text says why.
    func extensionRefused(_ text: String)
}

/// What an extension learns about its function when it registers.
package struct ExtensionFunction: Sendable {
    package var name: String
    package var handler: String
    package var accountID: String

    package init(name: String, handler: String, accountID: String) {
        self.name = name
        self.handler = handler
        self.accountID = accountID
    }
}

/// The Extensions API of one execution environment, in one life of its processes: routes the calls and does what the
/// machine says.
package final class ExtensionsSession {
    private var machine: ExtensionsMachine
    private let function: ExtensionFunction
    private let limit: Int
    private let makeIdentifier: () -> String
    /// The open calls, by the identifiers of their extensions.
    private var waiting: [String: ServerExchange] = [:]
    private var reason = ShutdownReason.spindown
    private var shutdownDeadline: Int64 = 0
    private var invocation: (invocation: Invocation, deadline: Int64)?
    package weak var delegate: (any ExtensionsSessionDelegate)?

    /// - Parameters:
    ///   - external: names of the extensions that are started as processes.
    ///   - limit: how many there may be, internal ones among them.
    ///   - makeIdentifier: makes UUIDs in lower case.
    package init(
        of function: ExtensionFunction,
        external: [String] = [],
        limit: Int = Limits.maximumExtensions,
        allowsInvoke: Bool = true,
        makeIdentifier: @escaping () -> String
    ) {
        self.machine = ExtensionsMachine(external: external, limit: limit, allowsInvoke: allowsInvoke)
        self.function = function
        self.limit = limit
        self.makeIdentifier = makeIdentifier
    }

    // MARK: The service's side

    package var everyoneIsWaiting: Bool { self.machine.everyoneIsWaiting }
    package var shutdownBudget: ShutdownBudget { self.machine.shutdownBudget }
    package var report: [ExtensionReport] { self.machine.report }

    package func runtimeAskedForNext() -> ExtensionsMachine.OnRuntimeNext { self.machine.runtimeAskedForNext() }

    /// The runtime gets this invocation, and so do those who want to hear of it.
    package func invocationBegan(_ invocation: Invocation, deadlineEpochMilliseconds deadline: Int64) {
        self.invocation = (invocation, deadline)
        for identifier in self.machine.invocationBegan() { self.deliver(.invoke, to: identifier) }
    }

    package func externalGone(_ name: String, errorType: String? = nil) -> ExtensionsMachine.OnExternalGone {
        self.machine.externalGone(name, errorType: errorType)
    }

    /// The environment ends. Answers whose processes are to be ended at once, by name, and whether nobody is waited for.
    package func shutdownBegan(
        _ reason: ShutdownReason,
        deadlineEpochMilliseconds deadline: Int64
    ) -> ExtensionsMachine.Shutdown {
        self.reason = reason
        self.shutdownDeadline = deadline
        let shutdown = self.machine.shutdownBegan()
        for identifier in shutdown.deliver { self.deliver(.shutdown, to: identifier) }
        return shutdown
    }

    private func deliver(_ event: ExtensionEvent, to identifier: String) {
        guard let exchange = self.waiting.removeValue(forKey: identifier) else { return }
        self.answer(event, on: exchange)
    }

    private func answer(_ event: ExtensionEvent, on exchange: ServerExchange) {
        let body: ByteBuffer
        switch event {
        case .invoke:
            guard let (invocation, deadline) = self.invocation else { return }
            body = ExtensionEventBody.invoke(
                requestID: invocation.requestID,
                invokedFunctionARN: invocation.invokedFunctionARN,
                traceID: invocation.traceID,
                deadlineEpochMilliseconds: deadline
            )
        case .shutdown:
            body = ExtensionEventBody.shutdown(self.reason, deadlineEpochMilliseconds: self.shutdownDeadline)
        }
        exchange.respond(
            status: .ok,
            fields: [.contentType: "application/json", ExtensionHeader.eventIdentifier: self.makeIdentifier()],
            body: body
        )
    }

    // MARK: The extensions' side

    package func route(
        _ route: ExtensionsRoute,
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) -> any RequestReceiver {
        do throws(ExtensionRefusal) {
            switch (request.method, route) {
            case (.post, .register):
                return self.gather(on: exchange) { body throws(ExtensionRefusal) in
                    try self.register(request.fields, body, on: exchange)
                }
            case (.get, .next):
                return try self.nextArrived(from: try ExtensionHeader.identifier(of: request.fields), on: exchange)
            case (.post, .initError), (.post, .exitError):
                return try self.errorArrived(route == .initError ? .initError : .exitError, request, on: exchange)
            case (.put, .telemetry):
                return try self.subscriptionArrived(request, on: exchange)
            case (.put, .logs):
                // As Lambda's own server answers where it has no such API: extensions know it.
                let text = "Logs API is not supported; subscribe to the Telemetry API, which has taken its place"
                exchange.answer(.refused(202, "Logs.NotSupported", text))
                self.delegate?.extensionRefused("an extension asked for the Logs API: \(text)")
            case (_, .register), (_, .next), (_, .initError), (_, .exitError), (_, .telemetry), (_, .logs):
                exchange.answer(.methodNotAllowed)
            }
        } catch {
            self.refuse(error, on: exchange)
        }
        return DiscardingReceiver()
    }

    private func refuse(_ refusal: ExtensionRefusal, on exchange: ServerExchange) {
        exchange.answer(refusal.reply)
        let words = "an extension got 403 \(refusal.errorType): \(refusal.message)"
        let isLimit = refusal == .tooMany(limit: self.limit)
        self.delegate?.extensionRefused(isLimit ? ServiceLimit.extensions.note(words, value: self.limit) : words)
    }

    private func gather(
        on exchange: ServerExchange,
        limitBytes: Int = Limits.maximumExtensionRequestBytes,
        then: @escaping (ByteBuffer) throws(ExtensionRefusal) -> Void
    ) -> any RequestReceiver {
        GatheringReceiver(limitBytes: limitBytes) { outcome in
            switch outcome {
            case .whole(let body):
                do throws(ExtensionRefusal) {
                    try then(body)
                } catch {
                    self.refuse(error, on: exchange)
                }
            case .tooLarge: exchange.answer(.tooLarge(limitBytes: limitBytes))
            case .connectionLost: break
            }
        }
    }

    private func register(
        _ fields: HTTPFields,
        _ body: ByteBuffer,
        on exchange: ServerExchange
    ) throws(ExtensionRefusal) {
        let request = try ExtensionRegistration(fields: fields, body: body)
        let identifier = self.makeIdentifier()
        switch self.machine.registered(request, identifier: identifier) {
        case .refuse(let refusal):
            throw refusal
        case .accept(let startRuntime):
            var facts: JSONObject = [
                "functionName": .string(self.function.name), "functionVersion": "$LATEST",
                "handler": .string(self.function.handler),
            ]
            if request.wantsAccountID { facts["accountId"] = .string(self.function.accountID) }
            exchange.respond(
                status: .ok,
                fields: [.contentType: "application/json", ExtensionHeader.identifier: identifier],
                body: facts.serialized()
            )
            if startRuntime { self.delegate?.everyExternalExtensionRegistered() }
        }
    }

    private func nextArrived(
        from identifier: String,
        on exchange: ServerExchange
    ) throws(ExtensionRefusal) -> any RequestReceiver {
        switch self.machine.nextArrived(from: identifier) {
        case .refuse(let refusal):
            throw refusal
        case .deliver(let event):
            self.answer(event, on: exchange)
            return DiscardingReceiver()
        case .wait:
            self.waiting[identifier] = exchange
        case .waitAndRelease:
            self.waiting[identifier] = exchange
            self.delegate?.everyoneAskedForNext()
        }
        return ExtensionNextReceiver(session: self, identifier: identifier, exchange: exchange)
    }

    fileprivate func connectionLost(of identifier: String, _ exchange: ServerExchange) {
        guard self.waiting[identifier] === exchange else { return }
        self.waiting[identifier] = nil
        self.machine.nextLost(from: identifier)
    }

    private func errorArrived(
        _ report: ExtensionsMachine.Report,
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) throws(ExtensionRefusal) -> any RequestReceiver {
        let identifier = try ExtensionHeader.identifier(of: request.fields)
        guard let type = request.fields[ExtensionHeader.errorType], !type.isEmpty else {
            throw .missingHeader(ExtensionHeader.errorType.rawName)
        }
        return self.gather(on: exchange, limitBytes: Limits.maximumErrorReportBytes) {
            body throws(ExtensionRefusal) in
            switch self.machine.reported(report, errorType: type, from: identifier) {
            case .refuse(let refusal):
                throw refusal
            case .accept:
                exchange.answer(.accepted)
            case .fail(let name):
                exchange.answer(.accepted)
                self.delegate?.extensionFailed(ExtensionFailure(name: name, report, errorType: type, body: body))
            }
        }
    }

    private func subscriptionArrived(
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) throws(ExtensionRefusal) -> any RequestReceiver {
        let identifier = try ExtensionHeader.identifier(of: request.fields)
        guard let name = self.machine.name(of: identifier) else { throw .unknownExtension(identifier) }
        return self.gather(on: exchange) { body throws(ExtensionRefusal) in
            let subscription: TelemetrySubscription
            do throws(TelemetrySubscriptionError) {
                subscription = try TelemetrySubscription(parsing: body)
            } catch {
                exchange.answer(error.reply)
                self.delegate?.extensionRefused("the telemetry subscription of \(name) was refused: \(error)")
                return
            }
            if let refusal = self.delegate?.extensionSubscribed(name, to: subscription) { throw refusal }
            exchange.respond(
                status: .ok,
                fields: [.contentType: "application/json"],
                body: ByteBuffer(string: "\"OK\"")
            )
        }
    }
}

/// Watches the connection of an extension's call that is kept open.
private final class ExtensionNextReceiver: RequestReceiver {
    private weak var session: ExtensionsSession?
    private let identifier: String
    private let exchange: ServerExchange

    init(session: ExtensionsSession, identifier: String, exchange: ServerExchange) {
        self.session = session
        self.identifier = identifier
        self.exchange = exchange
    }

    func received(_ bytes: ByteBuffer) {}
    func receivedEnd(trailers: HTTPFields) {}
    func connectionLost() { self.session?.connectionLost(of: self.identifier, self.exchange) }
}
