// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import EventStreamCoding
internal import HTTPTypes
internal import NIOCore
internal import SluiceWire

/// Makes `StreamEvent`s of an HTTP answer: the part of the client that decides and does nothing.
///
/// After an `.end` it returns no more events, whatever comes.
struct StreamReply {
    private let kind: StreamRequest.Kind
    private var status = 0
    private var fields: HTTPFields = [:]
    private var decoder: EventStreamDecoder?
    private var complete: InvokeComplete?
    /// The beginning of an answer that tells of an error, to find its message in.
    private var errorText = ByteBuffer()
    private var hasHead = false
    private var hasEnded = false

    init(kind: StreamRequest.Kind) {
        self.kind = kind
    }

    mutating func head(status: Int, fields: HTTPFields, at time: Duration) -> [StreamEvent] {
        guard !self.hasEnded else { return [] }
        self.hasHead = true
        self.status = status
        self.fields = fields
        if self.kind == .invokeWithResponseStream, status < 400 {
            self.decoder = EventStreamDecoder()
        }
        return [.head(status: status, fields: fields, at: time)]
    }

    mutating func body(_ bytes: ByteBuffer, at time: Duration) -> [StreamEvent] {
        guard !self.hasEnded, bytes.readableBytes > 0 else { return [] }
        if self.decoder != nil {
            self.decoder?.append(bytes)
            return self.decode(at: time)
        }
        if self.isRefused || self.isFunctionError {
            let room = max(0, Limits.maximumErrorReportBytes - self.errorText.readableBytes)
            var part = bytes.getSlice(at: bytes.readerIndex, length: min(room, bytes.readableBytes)) ?? ByteBuffer()
            self.errorText.writeBuffer(&part)
        }
        return self.isRefused ? [] : [.chunk(bytes, at: time)]
    }

    /// The answer is complete as HTTP has it.
    mutating func end(at time: Duration) -> [StreamEvent] {
        guard !self.hasEnded else { return [] }
        guard self.hasHead else { return self.end(.broken(reason: "there was no answer"), at: time) }
        if self.decoder != nil {
            return self.endOfEventStream(at: time)
        }
        if self.isRefused {
            let type = self.fields[InvokeResponseHeader.errorType] ?? "HTTP status \(self.status)"
            return self.end(.failed(type: type, message: self.errorMember(["message", "Message"])), at: time)
        }
        if self.isFunctionError {
            let type = self.errorMember(["errorType"]) ?? self.fields[InvokeResponseHeader.functionError]
            let message = self.errorMember(["errorMessage"])
            return self.end(.failed(type: type ?? InvokeResponseHeader.unhandled, message: message), at: time)
        }
        if self.status >= 400 {
            return self.end(.failed(type: "HTTP status \(self.status)", message: nil), at: time)
        }
        return self.end(.complete, at: time)
    }

    /// The connection is gone before the answer was complete.
    mutating func broken(_ reason: String, at time: Duration) -> [StreamEvent] {
        guard !self.hasEnded else { return [] }
        if let complete = self.complete, complete.isFailure {
            return self.end(self.end(of: complete), at: time)
        }
        return self.end(.broken(reason: reason), at: time)
    }

    /// The Lambda API did not accept the call: what comes is its error, not a function's response.
    private var isRefused: Bool { self.kind != .functionURL && self.status >= 400 }

    private var isFunctionError: Bool {
        self.kind == .invoke && self.fields[InvokeResponseHeader.functionError] != nil
    }

    private mutating func end(_ end: StreamEnd, at time: Duration) -> [StreamEvent] {
        self.hasEnded = true
        return [.end(end, at: time)]
    }

    private func end(of complete: InvokeComplete) -> StreamEnd {
        guard complete.isFailure else { return .complete }
        let details = complete.errorDetails
        // The details are what the function reported: its words are in one member, the rest is for programs.
        let message = details.flatMap { Self.member(["errorMessage"], of: ByteBuffer(string: $0)) }
        return .failed(type: complete.errorCode ?? InvokeResponseHeader.unhandled, message: message ?? details)
    }

    private func errorMember(_ names: [String]) -> String? { Self.member(names, of: self.errorText) }

    private static func member(_ names: [String], of json: ByteBuffer) -> String? {
        guard let object = (try? JSONValue(parsing: json))?.objectValue else { return nil }
        return names.compactMap { object[$0]?.stringValue }.first
    }
}

extension StreamReply {
    private mutating func decode(at time: Duration) -> [StreamEvent] {
        var events: [StreamEvent] = []
        do {
            while let message = try self.decoder?.next() {
                switch message[InvokeStreamEvent.messageTypeHeader]?.stringValue {
                case InvokeStreamEvent.eventMessageType:
                    try self.take(message, at: time, into: &events)
                case "exception":
                    let type = message[":exception-type"]?.stringValue ?? "exception"
                    return events + self.end(.failed(type: type, message: String(buffer: message.payload)), at: time)
                case "error":
                    let type = message[":error-code"]?.stringValue ?? "error"
                    return events
                        + self.end(
                            .failed(type: type, message: message[":error-message"]?.stringValue),
                            at: time
                        )
                default: break
                }
            }
            return events
        } catch {
            return events + self.end(.broken(reason: "the event stream cannot be read: \(error)"), at: time)
        }
    }

    /// An event of an unknown type is skipped, so that new ones do no harm.
    private mutating func take(
        _ message: EventStreamMessage,
        at time: Duration,
        into events: inout [StreamEvent]
    ) throws(InvokeComplete.Malformed) {
        switch message[InvokeStreamEvent.eventTypeHeader]?.stringValue.flatMap(InvokeStreamEvent.init) {
        case .payloadChunk: events.append(.chunk(message.payload, at: time))
        case .invokeComplete: self.complete = try InvokeComplete(parsing: message.payload)
        case nil: break
        }
    }

    private mutating func endOfEventStream(at time: Duration) -> [StreamEvent] {
        do throws(EventStreamError) {
            try self.decoder?.finish()
        } catch {
            return self.end(.broken(reason: "the event stream cannot be read: \(error.message)"), at: time)
        }
        guard let complete = self.complete else {
            return self.end(.broken(reason: "the stream ended without an InvokeComplete event"), at: time)
        }
        return self.end(self.end(of: complete), at: time)
    }
}
