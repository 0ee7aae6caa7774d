// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import EventStreamCoding
internal import HTTPTypes
internal import NIOCore
internal import SluiceServiceWire
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
    /// Bytes of the function's response that have come.
    private var byteCount = 0
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
        let head = StreamEvent.head(status: status, fields: fields, at: time)
        guard self.kind == .invokeWithResponseStream, !self.isRefused else { return [head] }
        // A web server that is no Lambda API has answered, or something before it: what it says is no event stream.
        if let type = fields[.contentType], !type.lowercased().hasPrefix(InvokeResponseHeader.eventStreamContentType) {
            return [head] + self.end(.broken(after: "at its head", reason: "\(type) is no event stream"), at: time)
        }
        self.decoder = EventStreamDecoder()
        return [head]
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
        return self.isRefused ? [] : [self.chunk(bytes, at: time)]
    }

    /// The answer is complete as HTTP has it.
    mutating func end(at time: Duration) -> [StreamEvent] {
        guard !self.hasEnded else { return [] }
        guard self.hasHead else { return self.broken(.closed, at: time) }
        if self.decoder != nil { return self.endOfEventStream(at: time) }
        if let failure = self.failure { return self.logEvents() + self.end(failure, at: time) }
        return self.logEvents() + self.end(.complete, at: time)
    }

    /// The connection is gone before the answer was complete.
    mutating func broken(_ connection: ConnectionEnd, at time: Duration) -> [StreamEvent] {
        guard !self.hasEnded else { return [] }
        if let complete = self.complete, complete.isFailure {
            return self.logEvents() + self.end(StreamEnd(complete), at: time)
        }
        // What refused the call is known by its head; its text may have been cut off.
        if self.isRefused, let failure = self.failure { return self.end(failure, at: time) }
        return self.end(.broken(after: self.place, reason: self.reason(of: connection)), at: time)
    }

    /// The Lambda API did not accept the call: what comes is its error, not a function's response.
    private var isRefused: Bool { self.kind != .functionURL && self.status >= 400 }

    private var isFunctionError: Bool {
        self.kind == .invoke && self.fields[InvokeResponseHeader.functionError] != nil
    }

    /// What head and text say of a failure.
    private var failure: StreamEnd? {
        if self.isRefused { return ErrorReply(status: self.status, fields: self.fields, body: self.errorText).end }
        if self.isFunctionError {
            let report = ErrorReply.Report(self.errorText)
            let code = self.fields[InvokeResponseHeader.functionError] ?? InvokeResponseHeader.unhandled
            return .failed(type: report.type ?? code, message: report.message)
        }
        return self.status < 400 ? nil : ErrorReply.endOfFunctionURL(status: self.status, fields: self.fields)
    }

    private mutating func chunk(_ bytes: ByteBuffer, at time: Duration) -> StreamEvent {
        self.byteCount += bytes.readableBytes
        return .chunk(bytes, at: time)
    }

    private mutating func end(_ end: StreamEnd, at time: Duration) -> [StreamEvent] {
        self.hasEnded = true
        return [.end(end, at: time)]
    }

    private func logEvents() -> [StreamEvent] {
        let text = self.complete == nil ? self.fields[InvokeResponseHeader.logResult] : self.complete?.logResult
        guard let text, !text.isEmpty else { return [] }
        return [.log(Base64.decode(text.utf8).map { ByteBuffer(bytes: $0) } ?? ByteBuffer(string: text))]
    }
}

// MARK: Where and why an answer broke off

extension StreamReply {
    private var place: String {
        guard self.hasHead else { return "without an answer" }
        let count = HumanText.count(self.byteCount)
        if let length = self.announcedBytes { return "after \(count) of \(HumanText.count(length)) bytes" }
        return "after \(count) \(self.byteCount == 1 ? "byte" : "bytes")"
    }

    private func reason(of connection: ConnectionEnd) -> String {
        guard connection == .closed, self.hasHead else { return connection.reason }
        if self.decoder != nil { return connection.reason + " before the last event" }
        return self.isChunked ? connection.reason + " before the last chunk" : connection.reason
    }

    private var isChunked: Bool { self.fields[.transferEncoding] != nil }

    /// The length of the function's response, where the head says it.
    private var announcedBytes: Int? {
        self.isChunked || self.decoder != nil ? nil : self.fields[.contentLength].flatMap { Int($0) }
    }
}

// MARK: Event streams

extension StreamReply {
    private mutating func decode(at time: Duration) -> [StreamEvent] {
        var events: [StreamEvent] = []
        do throws(EventStreamError) {
            while let message = try self.decoder?.next() {
                switch message[InvokeStreamEvent.messageTypeHeader]?.stringValue {
                case InvokeStreamEvent.eventMessageType:
                    events += self.take(message, at: time)
                case "exception":
                    let type = message[":exception-type"]?.stringValue ?? "exception"
                    events += self.end(.failed(type: type, message: ErrorReply.text(of: message.payload)), at: time)
                case "error":
                    let type = message[":error-code"]?.stringValue ?? "error"
                    events += self.end(.failed(type: type, message: message[":error-message"]?.stringValue), at: time)
                default: break
                }
                if self.hasEnded { return events }
            }
            return events
        } catch {
            return events + self.unreadable(error.message, at: time)
        }
    }

    /// An event of an unknown type is skipped, so that new ones do no harm.
    private mutating func take(_ message: EventStreamMessage, at time: Duration) -> [StreamEvent] {
        switch message[InvokeStreamEvent.eventTypeHeader]?.stringValue.flatMap(InvokeStreamEvent.init) {
        case .payloadChunk: return [self.chunk(message.payload, at: time)]
        case .invokeComplete:
            do throws(InvokeComplete.Malformed) {
                self.complete = try InvokeComplete(parsing: message.payload)
                return []
            } catch {
                return self.unreadable("its InvokeComplete is no JSON object", at: time)
            }
        case nil: return []
        }
    }

    private mutating func endOfEventStream(at time: Duration) -> [StreamEvent] {
        do throws(EventStreamError) {
            try self.decoder?.finish()
        } catch {
            return self.unreadable(error.message, at: time)
        }
        guard let complete = self.complete else {
            let end = StreamEnd.broken(after: self.place, reason: "the stream ended without an InvokeComplete event")
            return self.end(end, at: time)
        }
        return self.logEvents() + self.end(StreamEnd(complete), at: time)
    }

    private mutating func unreadable(_ reason: String, at time: Duration) -> [StreamEvent] {
        self.end(.broken(after: self.place, reason: "the event stream cannot be read: \(reason)"), at: time)
    }
}

extension StreamEnd {
    fileprivate init(_ complete: InvokeComplete) {
        guard complete.isFailure else {
            self = .complete
            return
        }
        let code = complete.errorCode ?? InvokeResponseHeader.unhandled
        // The details are what the function reported: its words are in one member, the rest is for programs.
        let report = complete.errorDetails.map { ErrorReply.Report(ByteBuffer(string: $0)) }
        // A code such as `Unhandled` says less than the report.
        let type = report?.type.map { $0 == code ? code : "\(code): \($0)" }
        let details = complete.errorDetails.flatMap { $0.isEmpty ? nil : $0 }
        self = .failed(type: type ?? code, message: report?.message ?? (type == nil ? details : nil))
    }
}
