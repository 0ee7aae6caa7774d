// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import EventStreamCoding
internal import HTTPTypes
internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// `InvokeWithResponseStream`: a frame for each piece of the response as it comes, and one that says how it ended.
final class EventStreamCaller: InvocationCaller {
    private let exchange: LoggedExchange
    private let head: InvokeReplyHead
    private let tail: LogTail?
    private let encoder = EventStreamEncoder()

    /// - Parameter tail: where the log is gathered that the last event shall have; it waits for its end.
    init(exchange: LoggedExchange, head: InvokeReplyHead, tail: LogTail?) {
        self.exchange = exchange
        self.head = head
        self.tail = tail
    }

    /// The function's own content type has no place in this reply: the API binds the header to the stream's.
    func responseBegan(contentType: String) { self.begin() }

    private func begin() {
        guard !self.exchange.hasBegun else { return }
        var fields = self.head.fields
        fields[.contentType] = InvokeResponseHeader.eventStreamContentType
        self.exchange.begin(status: .ok, fields: fields)
    }

    func received(_ bytes: ByteBuffer) { self.write(.payloadChunk, bytes) }

    func responseCompleted() { self.end(InvokeComplete()) }

    /// An error before the first byte is told in the last event too: the status is 200 once the call was accepted.
    func invocationFailed(_ failure: InvocationFailure) {
        if let exception = failure.exception, !self.exchange.hasBegun {
            return self.exchange.refuse(exception, requestID: self.head.requestID)
        }
        self.begin()
        self.end(InvokeComplete(errorCode: failure.errorType, errorDetails: String(buffer: failure.payload)))
    }

    private func end(_ complete: InvokeComplete) {
        guard let tail = self.tail else { return self.writeEnd(complete) }
        tail.whenFinished {
            var complete = complete
            complete.logResult = tail.base64
            self.writeEnd(complete)
        }
    }

    private func writeEnd(_ complete: InvokeComplete) {
        self.write(.invokeComplete, complete.serialized())
        self.exchange.finish()
    }

    private func write(_ event: InvokeStreamEvent, _ payload: ByteBuffer) {
        var frame = ByteBuffer()
        do throws(EventStreamError) {
            try self.encoder.encode(headers: Self.headers(of: event), payload: payload, into: &frame)
            self.exchange.write(frame)
        } catch {
            // Only a payload over 24 MiB is refused; a socket never gives that much at once.
            self.exchange.abort()
        }
    }

    private static let chunkHeaders = EventStreamHeaderBlock.headers(of: .payloadChunk)
    private static let completeHeaders = EventStreamHeaderBlock.headers(of: .invokeComplete)

    private static func headers(of event: InvokeStreamEvent) throws(EventStreamError) -> EventStreamHeaderBlock {
        switch event {
        case .payloadChunk: try self.chunkHeaders.get()
        case .invokeComplete: try self.completeHeaders.get()
        }
    }
}

extension EventStreamHeaderBlock {
    /// Encoded once for all streams.
    fileprivate static func headers(of event: InvokeStreamEvent) -> Result<Self, EventStreamError> {
        Result { () throws(EventStreamError) in
            try Self(event.headers.map { EventStreamHeader(name: $0.name, value: .string($0.value)) })
        }
    }
}
