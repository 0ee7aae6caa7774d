// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// One function's Function URL: makes an event of a request, and a response of what the function says.
final class FunctionURLEndpoint: RequestRouter {
    private let function: FunctionService
    private let service: LambdaService

    init(function: FunctionService, service: LambdaService) {
        self.function = function
        self.service = service
    }

    func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        let name = self.function.configuration.name
        let logged = LoggedExchange(exchange, request: request, function: name, log: self.service.log)
        let origin = Origin(
            sourceIP: exchange.remoteAddress?.ipAddress ?? "127.0.0.1",
            port: exchange.localAddress?.port ?? 0
        )
        let requestID = Identifiers.uuid()
        switch self.function.configuration.cors?.decide(method: request.method, fields: request.fields) {
        case .answerPreflight(let fields):
            self.answerPreflight(fields, requestID: requestID, on: logged)
            return DiscardingReceiver()
        case .refusePreflight(let fields, let refusal):
            self.service.log.record(.note("\(refusal)"), function: name)
            self.answerPreflight(fields, requestID: requestID, on: logged)
            return DiscardingReceiver()
        case .adjust(let adjustment):
            logged.cors = adjustment
        case nil:
            break
        }
        return CallerReceiver(
            limitBytes: Limits.maximumRequestBytes,
            exchange: logged,
            tooLarge: { logged.refuse(.eventTooLarge(bytes: Limits.maximumRequestBytes + 1), requestID: requestID) },
            invoke: { body, receiver in self.invoke(request, body, requestID, origin, logged, receiver) }
        )
    }

    private func answerPreflight(_ fields: HTTPFields, requestID: String, on exchange: LoggedExchange) {
        let epochMilliseconds = WallClock.epochMilliseconds()
        var fields = fields
        fields[.date] = CivilTime(millisecondsSinceEpoch: epochMilliseconds).httpDate
        fields[InvokeResponseHeader.requestID] = requestID
        fields[InvokeResponseHeader.traceID] = Identifiers.traceID(epochSeconds: epochMilliseconds / 1000)
        exchange.respond(status: .ok, fields: fields)
    }

    private struct Origin {
        let sourceIP: String
        let port: Int
    }

    private func invoke(
        _ request: ServerRequest,
        _ body: ByteBuffer,
        _ requestID: String,
        _ origin: Origin,
        _ exchange: LoggedExchange,
        _ receiver: CallerReceiver
    ) {
        let name = self.function.configuration.name
        var invocation = self.function.makeInvocation(requestID: requestID, payload: ByteBuffer())
        invocation.payload = FunctionURLEvent.json(
            FunctionURLRequest(
                method: request.method.rawValue,
                target: request.target,
                fields: request.fields,
                body: body,
                sourceIP: origin.sourceIP,
                port: origin.port,
                domainName: name + EndpointRouter.urlHostSuffix,
                domainPrefix: name,
                requestID: requestID,
                traceID: invocation.traceID,
                millisecondsSinceEpoch: WallClock.epochMilliseconds()
            )
        )
        let eventBytes = invocation.payload.readableBytes
        guard eventBytes <= Limits.maximumRequestBytes else {
            return exchange.refuse(.eventTooLarge(bytes: eventBytes), requestID: requestID)
        }
        let reply = FunctionURLReply(
            exchange: exchange,
            requestID: requestID,
            traceID: invocation.traceID,
            note: { [log = self.service.log] in log.record(.note($0), function: name) }
        )
        let isStreaming = self.function.configuration.invokeMode == .responseStream
        let caller: any InvocationCaller =
            isStreaming ? StreamedURLCaller(reply: reply) : BufferedURLCaller(reply: reply)
        let relay = InvocationRelay(mode: isStreaming ? .streaming : .buffered, caller: caller)
        receiver.watch(relay)
        self.function.invoke(Delivery(invocation, relay: relay)) {
            exchange.refuse($0, requestID: requestID)
        }
    }

    /// A URL that does not exist is forbidden, not missing, as it was observed on AWS.
    static func refuseUnknownURL(
        _ request: ServerRequest,
        on exchange: ServerExchange,
        log: EventLog
    ) -> any RequestReceiver {
        let logged = LoggedExchange(exchange, request: request, function: nil, log: log)
        logged.respond(
            status: .forbidden,
            fields: [.contentType: "application/json", InvokeResponseHeader.errorType: "AccessDeniedException"],
            body: ByteBuffer(string: #"{"Message":null}"#)
        )
        return DiscardingReceiver()
    }
}
