// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
package import SluiceHTTPServer
package import SluiceServiceWire
internal import SluiceWire

extension ServerExchange {
    /// Sends a whole reply of the Runtime API.
    package func answer(_ reply: RuntimeAPIReply) {
        self.respond(
            status: HTTPResponse.Status(code: reply.status),
            fields: [.contentType: "application/json"],
            body: ByteBuffer(string: reply.body)
        )
    }
}
