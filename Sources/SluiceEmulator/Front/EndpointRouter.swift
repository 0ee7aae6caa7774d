// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceWire

/// The public endpoint: Function URLs by their host name, and the Lambda API for everything else.
final class EndpointRouter: RequestRouter {
    /// A Function URL's host is `NAME` and this.
    static let urlHostSuffix = ".lambda-url.localhost"

    private static let host = RuntimeAPIHeader.known("Host")
    private let service: LambdaService
    private let invokes: InvokeEndpoint
    private let events: EventFeedEndpoint

    init(service: LambdaService) {
        self.service = service
        self.invokes = InvokeEndpoint(service: service)
        self.events = EventFeedEndpoint(log: service.log, heartbeat: service.configuration.feedHeartbeat)
    }

    func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        let host = request.fields[Self.host] ?? ""
        guard let name = Self.functionName(host: host) else {
            if request.path.hasPrefix(EventFeedEndpoint.prefix) {
                return self.events.receive(request, host: host, on: exchange)
            }
            return self.invokes.receive(request, on: exchange)
        }
        guard let function = self.service.function(hostLabel: name), !function.configuration.isolatesTenants else {
            return FunctionURLEndpoint.refuseUnknownURL(request, on: exchange, log: self.service.log)
        }
        return FunctionURLEndpoint(function: function, service: self.service).route(request, on: exchange)
    }

    /// The name in `NAME.lambda-url.localhost[:port]`, or `nil` for any other host.
    static func functionName(host: String) -> String? {
        let host = host.prefix { $0 != ":" }
        guard host.lowercased().hasSuffix(Self.urlHostSuffix) else { return nil }
        return String(host.dropLast(Self.urlHostSuffix.count))
    }
}
