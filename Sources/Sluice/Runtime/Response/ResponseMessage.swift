// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// A message that is sent whole, and the parts of one that is streamed.
enum ResponseMessage {
    case response(Buffered)
    case error(ErrorReport)

    struct Buffered {
        let contentType: String
        let body: ByteBuffer
    }

    struct Streamed {
        let contentType: String
        /// Head and delimiter, each a chunk of its own; empty for a plain stream.
        let prelude: [ByteBuffer]
        let body: ResponseBody.Kind
    }

    func send(for invocation: NextInvocation, host: String, on connection: any RuntimeConnection) {
        let body: ByteBuffer
        switch self {
        case .response(let message):
            body = message.body
            connection.sendHead(
                .bufferedResponse(
                    to: invocation,
                    contentType: message.contentType,
                    bodyBytes: body.readableBytes,
                    host: host
                )
            )
        case .error(let report):
            body = report.json()
            connection.sendHead(
                .error(of: invocation, type: report.headerType, bodyBytes: body.readableBytes, host: host)
            )
        }
        connection.sendBody(body)
        connection.sendEnd()
    }
}
