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
        guard Self.methods.contains(request.method) else {
            self.refuseMethod(request, requestID: requestID, on: logged)
            return DiscardingReceiver()
        }
        let signature = self.signature(of: request)
        guard self.function.configuration.urlAuthentication == .none || signature != nil else {
            self.forbid(requestID: requestID, on: logged)
            return DiscardingReceiver()
        }
        let faults: FaultPlan
        do throws(InvokeError) {
            faults = self.service.rules.faults(of: try FaultPlan(request.fields))
        } catch {
            logged.refuse(error, requestID: requestID)
            return DiscardingReceiver()
        }
        guard !self.service.rules.throttles(faults, function: name) else {
            logged.refuse(.throttledByFault, requestID: requestID)
            return DiscardingReceiver()
        }
        let limitBytes = self.service.rules.limits[.requestBytes]
        return CallerReceiver(
            limitBytes: limitBytes,
            exchange: logged,
            tooLarge: { self.refuseTooLarge(bytes: limitBytes + 1, requestID: requestID, on: logged) },
            invoke: { body, receiver in
                self.invoke(
                    Request(head: request, body: body, requestID: requestID, origin: origin, signature: signature),
                    faults,
                    logged,
                    receiver
                )
            }
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

    private struct Request {
        let head: ServerRequest
        let body: ByteBuffer
        let requestID: String
        let origin: Origin
        let signature: URLSignature?
    }

    private func refuseTooLarge(bytes: Int, requestID: String, on exchange: LoggedExchange) {
        let rules = self.service.rules
        rules.noteTooLarge(.requestBytes, bytes: bytes, function: self.function.configuration.name)
        exchange.refuse(.eventTooLarge(bytes: bytes, limits: rules.limits), requestID: requestID)
    }

    private func invoke(
        _ request: Request,
        _ faults: FaultPlan,
        _ exchange: LoggedExchange,
        _ receiver: CallerReceiver
    ) {
        let name = self.function.configuration.name
        let requestID = request.requestID
        var fields = request.head.fields
        fields[InvokeRequestHeader.fault] = nil
        var invocation = self.function.makeInvocation(requestID: requestID, payload: ByteBuffer())
        invocation.payload = FunctionURLEvent.json(
            FunctionURLRequest(
                method: request.head.method.rawValue,
                target: request.head.target,
                fields: fields,
                body: request.body,
                sourceIP: request.origin.sourceIP,
                port: request.origin.port,
                domainName: name + EndpointRouter.urlHostSuffix,
                domainPrefix: name,
                accountID: request.signature == nil ? "anonymous" : self.service.configuration.accountID,
                requestID: requestID,
                traceID: invocation.traceID,
                millisecondsSinceEpoch: WallClock.epochMilliseconds(),
                authorizer: request.signature?.authorizer(accountID: self.service.configuration.accountID)
            )
        )
        let rules = self.service.rules
        let eventBytes = invocation.payload.readableBytes
        guard eventBytes <= rules.limits[.requestBytes] else {
            return self.refuseTooLarge(bytes: eventBytes, requestID: requestID, on: exchange)
        }
        let reply = FunctionURLReply(
            exchange: exchange,
            requestID: requestID,
            traceID: invocation.traceID,
            note: { [log = self.service.log] in log.record(.note($0), function: name) }
        )
        let isStreaming = self.function.configuration.invokeMode == .responseStream
        let caller: any InvocationCaller =
            isStreaming
            ? StreamedURLCaller(
                reply: reply,
                preludeLimitBytes: rules.limits[.preludeBytes],
                decodesGzip: self.function.configuration.urlDecodesGzip
            )
            : BufferedURLCaller(reply: reply)
        let mode: RelayMachine.Mode = isStreaming ? .streaming : .buffered
        var shaping = rules.shaping(mode, faults, of: exchange, function: name)
        shaping.passesPrelude = isStreaming
        let relay = InvocationRelay(mode: mode, caller: caller, shaping: shaping)
        receiver.watch(relay)
        self.function.invoke(Delivery(invocation, relay: relay, crashesInit: faults.crashesInit)) {
            exchange.refuse($0, requestID: requestID)
        }
    }

    // MARK: Refusals

    /// (Lambda Developer Guide, "Invoking Lambda function URLs".)
    private static let methods: Set<HTTPRequest.Method> = [.get, .post, .put, .head, .options, .patch, .delete]

    private func refuseMethod(_ request: ServerRequest, requestID: String, on exchange: LoggedExchange) {
        let name = self.function.configuration.name
        let words = "a Function URL has the methods GET, POST, PUT, HEAD, OPTIONS, PATCH and DELETE, and not "
        self.service.log.record(.note(words + request.method.rawValue), function: name)
        exchange.respond(status: .methodNotAllowed, fields: [InvokeResponseHeader.requestID: requestID])
    }

    /// Only a URL with `AWS_IAM` looks for one.
    private func signature(of request: ServerRequest) -> URLSignature? {
        guard self.function.configuration.urlAuthentication == .iam else { return nil }
        let query = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).dropFirst()
            .first
        return URLSignature(fields: request.fields, rawQuery: String(query ?? ""))
    }

    private func forbid(requestID: String, on exchange: LoggedExchange) {
        let words =
            "Forbidden. For troubleshooting Function URL authorization issues, see: "
            + "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
        let body: JSONObject = ["Message": .string(words)]
        exchange.respond(
            status: .forbidden,
            fields: [
                .contentType: "application/json", InvokeResponseHeader.errorType: "AccessDeniedException",
                InvokeResponseHeader.requestID: requestID,
            ],
            body: body.serialized()
        )
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
