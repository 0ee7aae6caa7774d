// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
package import SluiceHTTPServer
package import SluiceServiceWire

/// The metadata endpoint of one execution environment, which on Lambda is at the address of its Runtime API.
/// All other requests go on to that.
package final class MetadataEndpoint: RequestRouter {
    private let token: String
    private let zone: AvailabilityZoneID
    private let runtimeAPI: any RequestRouter

    package init(token: String, zone: AvailabilityZoneID, before runtimeAPI: any RequestRouter) {
        self.token = token
        self.zone = zone
        self.runtimeAPI = runtimeAPI
    }

    package func route(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        guard request.path == MetadataReply.path else { return self.runtimeAPI.route(request, on: exchange) }
        let reply = MetadataReply(
            method: request.method,
            authorization: request.fields[.authorization],
            token: self.token,
            zone: self.zone
        )
        exchange.respond(status: reply.status, fields: reply.fields, body: ByteBuffer(string: reply.body))
        return DiscardingReceiver()
    }
}
