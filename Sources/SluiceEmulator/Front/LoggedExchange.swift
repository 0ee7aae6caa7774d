// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceServiceWire
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
    /// Applied to every response, whoever makes it.
    var cors: CORSAdjustment?

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
        self.exchange.respond(status: status, fields: self.adjusted(fields), body: body)
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
        self.exchange.begin(status: status, fields: self.adjusted(fields))
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

    /// The same, in the middle of a chunk.
    func tear() {
        self.exchange.tear()
        self.logOnce(.broken)
    }

    func callerLeft() { self.logOnce(.callerLeft) }

    /// A function that sets CORS headers of its own beside configured ones gets both sent on Lambda, as its users saw,
    /// and browsers refuse two. Here the configured ones win as AWS documents it, and the log warns.
    private func adjusted(_ fields: HTTPFields) -> HTTPFields {
        guard let cors = self.cors else { return fields }
        let result = cors.apply(to: fields)
        if !result.leftOut.isEmpty {
            let names = result.leftOut.joined(separator: ", ")
            let warning =
                "the function's own \(names) was left out, since CORS is configured; on Lambda a browser may get both "
                + "and refuse the response: let one of them set it"
            self.log.record(.note(warning), function: self.function)
        }
        return result.fields
    }

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
