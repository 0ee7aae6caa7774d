// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceServiceWire
internal import SluiceWire

/// One reader of the service's log over HTTP. It takes events out of the log's history when there is room on its
/// connection, so one that is slow holds nothing, and misses the oldest.
final class EventFeed: RequestReceiver {
    /// How events are written.
    enum Form { case lines, serverSentEvents }

    private let exchange: ServerExchange
    private let log: EventLog
    private let form: Form
    private let follows: Bool
    private let heartbeat: TimeAmount
    private var silence: HeartbeatMachine
    private var timer: Scheduled<Void>?
    private var position: Int
    /// Where a reader who does not follow is through.
    private let end: Int

    /// - Parameters:
    ///   - position: the number of the last event that the reader knows; 0 for none.
    ///   - follows: whether it goes on with what happens later.
    ///   - heartbeat: how long server-sent events are silent before a comment says that the stream lives.
    init(
        _ exchange: ServerExchange,
        log: EventLog,
        form: Form,
        after position: Int,
        follows: Bool,
        heartbeat: TimeAmount
    ) {
        self.heartbeat = heartbeat
        self.silence = HeartbeatMachine(
            interval: .nanoseconds(heartbeat.nanoseconds),
            nowNanoseconds: exchange.eventLoop.now.uptimeNanoseconds
        )
        self.exchange = exchange
        self.log = log
        self.form = form
        self.follows = follows
        // Who knows of more than has happened has read another run's log.
        self.position = position > log.lastNumber ? 0 : position
        self.end = log.lastNumber
    }

    func begin() {
        let type = self.form == .lines ? JSONLine.mediaType : ServerSentEvent.mediaType
        self.exchange.begin(status: .ok, fields: [.contentType: type, .cacheControl: "no-store"])
        self.log.add(self)
        self.write()
        // Lines of JSON have no comments; who reads these waits for a line and for nothing else.
        if self.form == .serverSentEvents, !self.exchange.isOver { self.look(in: self.heartbeat) }
    }

    // MARK: Silence

    private func look(in time: TimeAmount) {
        self.timer = self.exchange.eventLoop.assumeIsolated().scheduleTask(in: time) { self.lookForSilence() }
    }

    private func lookForSilence() {
        let now = self.exchange.eventLoop.now.uptimeNanoseconds
        switch self.silence.timerFired(nowNanoseconds: now, hasUnsentBytes: !self.exchange.isWritable) {
        case .wait(let nanoseconds):
            self.look(in: .nanoseconds(Int64(clamping: nanoseconds)))
        case .beat:
            var bytes = ByteBuffer()
            ServerSentEvent.writeComment("", to: &bytes)
            self.exchange.write(bytes)
            self.look(in: self.heartbeat)
        }
    }

    private func stop() {
        self.timer?.cancel()
        self.timer = nil
        self.log.remove(self)
    }

    // MARK: Events

    func eventCame() { if self.follows { self.write() } }

    func finish() {
        self.stop()
        self.exchange.finish()
    }

    private func write() {
        while !self.exchange.isOver, self.exchange.isWritable {
            guard self.follows || self.position < self.end else { return self.finish() }
            switch self.log.next(after: self.position) {
            case .event(let event, let number):
                self.position = number
                self.write(event.json(number: number), number: number)
            case .missed(let count, let last):
                self.position = last
                self.write(
                    ["id": .number(JSONNumber(last)), "type": "missed", "count": .number(JSONNumber(count))],
                    number: last
                )
            case .none:
                return
            }
        }
    }

    private func write(_ object: JSONObject, number: Int) {
        var bytes = ByteBuffer()
        switch self.form {
        case .lines:
            object.write(to: &bytes)
            bytes.writeInteger(UInt8(ascii: "\n"))
        case .serverSentEvents:
            // Only an event's type or id could be wrong: there is none of the one, and the other is a number.
            try? ServerSentEvent(data: .bytes(object.serialized()), id: String(number)).write(to: &bytes)
        }
        self.silence.writeBegan()
        self.exchange.write(bytes)
        self.silence.writeEnded(nowNanoseconds: self.exchange.eventLoop.now.uptimeNanoseconds)
    }

    // MARK: The reader's side

    func received(_ bytes: ByteBuffer) {}
    func receivedEnd(trailers: HTTPFields) {}
    func connectionLost() { self.stop() }
    func writabilityChanged(isWritable: Bool) { if isWritable { self.write() } }
}
