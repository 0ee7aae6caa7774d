// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// `Invoke`: gathers the response, which the relay keeps within Lambda's limit, and answers at its end.
final class BufferedInvokeCaller: InvocationCaller {
    private let exchange: LoggedExchange
    private let head: InvokeReplyHead
    private let tail: LogTail?
    private var body = ByteBuffer()

    /// - Parameter tail: where the log is gathered that the reply shall have; it waits for its end.
    init(exchange: LoggedExchange, head: InvokeReplyHead, tail: LogTail?) {
        self.exchange = exchange
        self.head = head
        self.tail = tail
    }

    func responseBegan(contentType: String) {}
    func received(_ bytes: ByteBuffer) { self.body.writeImmutableBuffer(bytes) }

    func responseCompleted() { self.respond(self.body, functionError: nil) }

    /// A failed function is a good answer of the service: the status stays 200. (Lambda API, `Invoke`.)
    func invocationFailed(_ failure: InvocationFailure) {
        if let exception = failure.exception {
            return self.exchange.refuse(exception, requestID: self.head.requestID)
        }
        self.respond(failure.payload, functionError: InvokeResponseHeader.unhandled)
    }

    private func respond(_ body: ByteBuffer, functionError: String?) {
        var fields = self.head.fields
        fields[.contentType] = "application/json"
        fields[InvokeResponseHeader.remappedContentLength] = "0"
        fields[InvokeResponseHeader.functionError] = functionError
        guard let tail = self.tail else { return self.exchange.respond(status: .ok, fields: fields, body: body) }
        tail.whenFinished { [exchange] in
            fields[InvokeResponseHeader.logResult] = tail.base64
            exchange.respond(status: .ok, fields: fields, body: body)
        }
    }
}
