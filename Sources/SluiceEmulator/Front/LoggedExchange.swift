// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTP1
internal import SluiceWire

/// An exchange with a caller that enters one line into the log when it is over, however it ends.
final class LoggedExchange {
    private let exchange: ServerExchange
    private let log: EventLog
    private let function: String?
    private let method: String
    private let target: String
    private let startedAt = NIODeadline.now()
    private var status: Int?
    private var firstByteAt: NIODeadline?
    private var bytes = 0
    private var isLogged = false

    init(_ exchange: ServerExchange, request: ServerRequest, function: String?, log: EventLog) {
        self.exchange = exchange
        self.log = log
        self.function = function
        self.method = request.method.rawValue
        self.target = request.target
    }

    var hasBegun: Bool { self.exchange.hasBegun }
    var isWritable: Bool { self.exchange.isWritable }

    func respond(status: HTTPResponse.Status, fields: HTTPFields, body: ByteBuffer = ByteBuffer()) {
        self.status = status.code
        self.noteBytes(body.readableBytes)
        self.exchange.respond(status: status, fields: fields, body: body)
        self.logOnce(.complete)
    }

    /// Answers with an exception of the Lambda API.
    func refuse(_ error: InvokeError, requestID: String) {
        var fields = error.fields
        fields[InvokeResponseHeader.requestID] = requestID
        self.respond(status: HTTPResponse.Status(code: error.status), fields: fields, body: error.body)
    }

    func begin(status: HTTPResponse.Status, fields: HTTPFields) {
        self.status = status.code
        self.exchange.begin(status: status, fields: fields)
        // The answer to a HEAD is through with its head.
        if self.exchange.isOver { self.logOnce(.complete) }
    }

    func write(_ bytes: ByteBuffer) {
        guard !self.exchange.isOver else { return }
        self.noteBytes(bytes.readableBytes)
        self.exchange.write(bytes)
    }

    func finish() {
        self.exchange.finish()
        self.logOnce(.complete)
    }

    /// Ends the response so that its caller can tell that it is not whole.
    func abort() {
        self.exchange.abort()
        self.logOnce(.broken)
    }

    func callerLeft() { self.logOnce(.callerLeft) }

    private func noteBytes(_ count: Int) {
        guard count > 0 else { return }
        if self.firstByteAt == nil { self.firstByteAt = .now() }
        self.bytes += count
    }

    private func logOnce(_ end: LogEvent.RequestSummary.End) {
        guard !self.isLogged else { return }
        self.isLogged = true
        self.log.record(
            .request(
                LogEvent.RequestSummary(
                    method: self.method,
                    target: self.target,
                    status: self.status,
                    timeToFirstByte: self.firstByteAt.map { $0 - self.startedAt },
                    duration: .now() - self.startedAt,
                    bytes: self.bytes,
                    end: end
                )
            ),
            function: self.function
        )
    }
}
