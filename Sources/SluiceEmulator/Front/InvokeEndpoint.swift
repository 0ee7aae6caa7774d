// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// The Lambda API's two invoke calls.
final class InvokeEndpoint {
    private let service: LambdaService

    init(service: LambdaService) { self.service = service }

    func receive(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        let requestID = Identifiers.uuid()
        do throws(InvokeError) {
            guard let route = try InvokeRoute(method: request.method, target: request.target) else {
                return self.refuseUnknownOperation(request, on: exchange)
            }
            let options = try InvokeRequestOptions(request.fields, isStreaming: route.isStreaming)
            guard let function = self.service.function(named: route.function.name) else {
                let qualifier = route.function.qualifier ?? InvokeResponseHeader.latestVersion
                throw .functionNotFound(arn: self.service.configuration.arn(of: route.function.name) + ":" + qualifier)
            }
            try Self.checkTenant(options.tenantID, of: function.configuration)
            let logged = LoggedExchange(
                exchange,
                request: request,
                function: function.configuration.name,
                log: self.service.log
            )
            let call = InvokeCall(
                route: route,
                options: options,
                requestID: options.requestID ?? requestID,
                announcedBytes: request.fields[.contentLength].flatMap { Int($0) }
            )
            return self.gather(call, function, logged)
        } catch {
            let logged = LoggedExchange(exchange, request: request, function: nil, log: self.service.log)
            logged.refuse(error, requestID: requestID)
            return DiscardingReceiver()
        }
    }

    /// (Lambda Developer Guide, "Invoking Lambda functions with tenant isolation"; the words of both errors are those of AWS SAM
    /// CLI, which has the first as Lambda was seen to say it.)
    private static func checkTenant(_ tenant: String?, of function: FunctionConfiguration) throws(InvokeError) {
        guard (tenant != nil) != function.isolatesTenants else { return }
        throw function.isolatesTenants ? .tenantMissing : .tenantNotExpected
    }

    private struct InvokeCall {
        let route: InvokeRoute
        let options: InvokeRequestOptions
        let requestID: String
        /// The length of the event, if the caller said it.
        let announcedBytes: Int?
    }

    private func gather(
        _ call: InvokeCall,
        _ function: FunctionService,
        _ exchange: LoggedExchange
    ) -> any RequestReceiver {
        let rules = self.service.rules
        let type = call.options.invocationType
        let limitBytes = rules.limits[type.limit]
        return CallerReceiver(
            limitBytes: limitBytes,
            exchange: exchange,
            tooLarge: {
                let bytes = call.announcedBytes ?? limitBytes + 1
                rules.noteTooLarge(type.limit, bytes: bytes, function: function.configuration.name)
                let error = InvokeError.eventTooLarge(bytes: bytes, for: type, limits: rules.limits)
                exchange.refuse(error, requestID: call.requestID)
            },
            invoke: { body, receiver in
                do throws(InvokeError) {
                    let payload = try Self.payload(body, limitBytes: limitBytes)
                    self.invoke(call, payload, function, exchange, receiver)
                } catch {
                    exchange.refuse(error, requestID: call.requestID)
                }
            }
        )
    }

    /// An event has to be JSON; none at all stands for an empty object.
    private static func payload(_ body: ByteBuffer, limitBytes: Int) throws(InvokeError) -> ByteBuffer {
        guard body.readableBytes > 0 else { return ByteBuffer(string: "{}") }
        do throws(JSONError) {
            try JSONValue.check(body, maximumBytes: max(limitBytes, Limits.maximumBufferedResponseBytes))
            return body
        } catch {
            throw .eventNotJSON("\(error)")
        }
    }

    private func invoke(
        _ call: InvokeCall,
        _ payload: ByteBuffer,
        _ function: FunctionService,
        _ exchange: LoggedExchange,
        _ receiver: CallerReceiver
    ) {
        var invocation = function.makeInvocation(requestID: call.requestID, payload: payload)
        if let qualifier = call.route.function.qualifier { invocation.invokedFunctionARN += ":" + qualifier }
        invocation.clientContext = call.options.clientContext
        invocation.tenantID = call.options.tenantID
        let head = InvokeReplyHead(requestID: call.requestID, traceID: invocation.traceID)
        if call.options.invocationType == .dryRun {
            return exchange.respond(status: .noContent, fields: head.fields)
        }
        let rules = self.service.rules
        let name = function.configuration.name
        let faults = rules.faults(of: call.options.faults)
        if call.options.invocationType == .event {
            exchange.respond(status: .accepted, fields: head.fields)
            // A fault of the request strikes its first attempt, so that the second shows what a retry makes good.
            return function.asynchronous.take(invocation) { invocation, caller, isFirst in
                let present = isFirst ? faults : rules.faults(of: .none)
                let shaping = rules.shaping(.buffered, present, of: nil, function: name)
                return Delivery(
                    invocation,
                    relay: InvocationRelay(mode: .buffered, caller: caller, shaping: shaping),
                    crashesInit: present.crashesInit,
                    isSynchronous: false
                )
            }
        }
        guard !rules.throttles(faults, function: name) else {
            return exchange.refuse(.throttledByFault, requestID: call.requestID)
        }
        let tail = call.options.logType == .tail ? LogTail() : nil
        let caller: any InvocationCaller =
            if call.route.isStreaming {
                EventStreamCaller(exchange: exchange, head: head, tail: tail)
            } else {
                BufferedInvokeCaller(exchange: exchange, head: head, tail: tail)
            }
        let mode: RelayMachine.Mode = call.route.isStreaming ? .streaming : .buffered
        let shaping = rules.shaping(mode, faults, of: exchange, function: name)
        let relay = InvocationRelay(mode: mode, caller: caller, shaping: shaping)
        receiver.watch(relay)
        let delivery = Delivery(invocation, relay: relay, tail: tail, crashesInit: faults.crashesInit)
        function.invoke(delivery) {
            exchange.refuse($0, requestID: call.requestID)
        }
    }

    private func refuseUnknownOperation(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        let logged = LoggedExchange(exchange, request: request, function: nil, log: self.service.log)
        logged.respond(
            status: .notFound,
            fields: [.contentType: "application/json", InvokeResponseHeader.errorType: "UnknownOperationException"],
            body: ByteBuffer(
                string: #"{"message":"This local Lambda serves Invoke, InvokeWithResponseStream and Function URLs."}"#
            )
        )
        return DiscardingReceiver()
    }
}
