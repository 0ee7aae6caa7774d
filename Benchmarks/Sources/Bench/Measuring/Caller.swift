// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Contract
internal import PlainSockets

/// Somebody who calls a function over HTTP: a Function URL, or `Invoke`.
struct Caller {
    let port: UInt16
    let path: String

    /// When what came of one call, in microseconds since it was sent.
    struct Timing {
        let firstByteMicroseconds: Double
        let bytes: Int
    }

    private func request(_ order: WorkOrder) -> [UInt8] {
        let body = order.event
        return Array(
            """
            POST \(self.path) HTTP/1.1\r
            Host: 127.0.0.1:\(self.port)\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """.utf8
        )
    }

    /// One call after another on one connection, and how long they took in all, connecting included.
    func callInTurn(_ order: WorkOrder, count: Int) throws -> (timings: [Timing], seconds: Double) {
        let request = self.request(order)
        let before = Moment.now()
        let connection = try Connection(port: self.port)
        var timings: [Timing] = []
        timings.reserveCapacity(count)
        for _ in 0..<count {
            let sentAt = Moment.now()
            try connection.send(request)
            guard let head = try connection.readHead() else { throw Failure("the service ended the connection") }
            var body = BodyReader(head.framing, keeping: 300)
            try body.finish(on: connection)
            try Self.check(head, body, order)
            timings.append(
                Timing(
                    firstByteMicroseconds: (body.firstByteAt ?? .now()).microseconds(since: sentAt),
                    bytes: body.bytes
                )
            )
        }
        return (timings, Moment.now().seconds(since: before))
    }

    /// One `InvokeWithResponseStream`: how many messages of it came in a second, from the first byte to the last.
    func messagesPerSecond(_ order: WorkOrder) throws -> Double {
        let connection = try Connection(port: self.port)
        try connection.send(self.request(order))
        guard let head = try connection.readHead() else { throw Failure("the service ended the connection") }
        guard head.firstLine.hasPrefix("HTTP/1.1 200") else { throw Failure(head.firstLine) }
        var body = BodyReader(head.framing)
        var counter = EventStreamCounter()
        body.whenTaken = { counter.count($0) }
        try body.finish(on: connection)
        guard let firstByteAt = body.firstByteAt, body.bytes > order.bytes else {
            throw Failure("\(body.bytes) bytes came of an event stream with \(order.bytes)")
        }
        return Double(counter.messages) / Moment.now().seconds(since: firstByteAt)
    }

    /// Several callers at once, each with a connection and `countEach` calls; how many seconds all took.
    func callAtOnce(_ order: WorkOrder, callers: Int, countEach: Int) throws -> Double {
        let request = self.request(order)
        let before = Moment.now()
        let connections = try (0..<callers).map { _ in try Connection(port: self.port) }
        var left = Array(repeating: countEach, count: callers)
        var answers: [(head: MessageHead, body: BodyReader)?] = Array(repeating: nil, count: callers)
        for connection in connections { try connection.send(request) }
        while left.contains(where: { $0 > 0 }) {
            let ready = try waitForInput(on: connections.map(\.descriptor), milliseconds: 10_000)
            guard ready.contains(true) else { throw Failure("no answer came for 10 s") }
            for (index, connection) in connections.enumerated() where ready[index] && left[index] > 0 {
                guard try connection.receive() else { throw Failure("the service ended the connection") }
                if answers[index] == nil {
                    answers[index] = try connection.takeHead().map { ($0, BodyReader($0.framing, keeping: 300)) }
                }
                guard try answers[index]?.body.advance(on: connection) == true, let answer = answers[index] else {
                    continue
                }
                try Self.check(answer.head, answer.body, order)
                answers[index] = nil
                left[index] -= 1
                if left[index] > 0 { try connection.send(request) }
            }
        }
        return Moment.now().seconds(since: before)
    }

    private static func check(_ head: MessageHead, _ body: BodyReader, _ order: WorkOrder) throws {
        guard head.firstLine.hasPrefix("HTTP/1.1 200"), order.mode == .tiny || body.bytes == order.bytes else {
            throw Failure("\(head.firstLine), \(body.bytes) bytes: \(String(decoding: body.kept, as: UTF8.self))")
        }
    }
}
