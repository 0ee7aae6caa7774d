// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// The service side of Lambda's Runtime API in plain sockets: starts a function, hands it one invocation after
/// another and notes when what came.
final class RuntimeService {
    /// One invocation, answered.
    struct Answer {
        /// When its event was sent.
        let sentAt: Moment
        let firstByteAt: Moment
        let endAt: Moment
        let bytes: Int
    }

    let process: ChildProcess
    let startedAt: Moment
    private let listener: Listener
    private var connections: [Connection] = []
    /// Asked for an invocation and has none yet.
    private var waiting: Connection?
    private var invocations = 0

    var meter: ProcessMeter { ProcessMeter(identifier: self.process.identifier) }

    private static let patienceMilliseconds = 30_000

    init(command: [String], _ placement: Placement) throws {
        let listener = try Listener()
        self.listener = listener
        (self.startedAt, self.process) = try placement.start {
            (.now(), try ChildProcess(command, variables: Self.variables(port: listener.port)))
        }
    }

    func stop() { self.process.stop() }

    /// What Lambda sets for a function on `provided.al2023` (AWS, "Working with Lambda environment variables").
    private static func variables(port: UInt16) -> [String] {
        [
            "AWS_LAMBDA_RUNTIME_API=127.0.0.1:\(port)", "AWS_LAMBDA_FUNCTION_NAME=bench",
            "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024", "AWS_REGION=us-east-1",
            "AWS_DEFAULT_REGION=us-east-1", "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/bench",
            "AWS_LAMBDA_LOG_STREAM_NAME=local", "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
            "AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023",
        ]
    }

    /// Waits until the function asks for an invocation, and says when it did.
    @discardableResult
    func awaitNext() throws -> Moment {
        while self.waiting == nil {
            let (connection, head) = try self.awaitHead()
            let line = head.firstLine
            guard line.hasPrefix("GET"), line.hasSuffix("/runtime/invocation/next HTTP/1.1") else {
                try self.refuse(head, on: connection)
                continue
            }
            self.waiting = connection
        }
        return .now()
    }

    /// Hands out one invocation and waits for its answer.
    ///
    /// - Parameter beforeReading: Called when the head of the answer has come, before its body is read.
    func invoke(_ event: String, beforeReading: () -> Void = {}) throws -> Answer {
        try self.awaitNext()
        guard let connection = self.waiting else { throw Failure("nobody waits for an invocation") }
        self.waiting = nil
        self.invocations += 1
        let serial = String(self.invocations, radix: 16)
        let identifier = "8476a536-e9f4-11e8-9739-" + String(repeating: "0", count: max(0, 12 - serial.count)) + serial
        let next = Array(Self.next(identifier, event).utf8)
        let sentAt = Moment.now()
        try connection.send(next)

        var (answering, head) = try self.awaitHead()
        while head.firstLine.contains(" /2020-01-01/extension/") {
            try self.refuse(head, on: answering)
            (answering, head) = try self.awaitHead()
        }
        guard head.firstLine.hasSuffix("/\(identifier)/response HTTP/1.1") else {
            var report = BodyReader(head.framing, keeping: 500)
            try report.finish(on: answering)
            throw Failure("\(head.firstLine): \(String(decoding: report.kept, as: UTF8.self))")
        }
        beforeReading()
        var body = BodyReader(head.framing)
        try body.finish(on: answering)
        let endAt = Moment.now()
        try answering.send(Self.accepted)
        guard body.trailers.isEmpty else { throw Failure("the response failed: \(body.trailers)") }
        guard let firstByteAt = body.firstByteAt else { throw Failure("the response has no body") }
        return Answer(sentAt: sentAt, firstByteAt: firstByteAt, endAt: endAt, bytes: body.bytes)
    }

    private static func next(_ identifier: String, _ event: String) -> String {
        """
        HTTP/1.1 200 OK\r
        Content-Type: application/json\r
        Lambda-Runtime-Aws-Request-Id: \(identifier)\r
        Lambda-Runtime-Deadline-Ms: \(wallClockMilliseconds() + 600_000)\r
        Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:012345678912:function:bench\r
        Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r
        Content-Length: \(event.utf8.count)\r
        \r
        \(event)
        """
    }

    private static let accepted = Array(
        "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n"
            .utf8
    )

    private static let registered = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Extension-Identifier: 1\r\nContent-Length: 2\r\n\r\n{}"
            .utf8
    )

    /// What is neither a `/next` nor a response: an error of the function's start, or what this service has not.
    private func refuse(_ head: MessageHead, on connection: Connection) throws {
        var body = BodyReader(head.framing, keeping: 500)
        try body.finish(on: connection)
        // Who registers as an extension, so as to hear of its end, waits for an event that does not come.
        if head.firstLine.contains("/2020-01-01/extension/register ") { return try connection.send(Self.registered) }
        if head.firstLine.contains("/2020-01-01/extension/event/next ") { return }
        try connection.send(Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8))
        if head.firstLine.hasPrefix("POST") {
            throw Failure("\(head.firstLine): \(String(decoding: body.kept, as: UTF8.self))")
        }
    }

    /// Waits until one connection has a whole head; runtimes may have several.
    private func awaitHead() throws -> (Connection, MessageHead) {
        let since = Moment.now()
        while true {
            for connection in self.connections {
                if let head = try connection.takeHead() { return (connection, head) }
            }
            let descriptors = [self.listener.descriptor] + self.connections.map(\.descriptor)
            let ready = try waitForInput(on: descriptors, milliseconds: 100)
            if ready.contains(true) {
                // Backwards, since a connection that has ended is taken out.
                for index in self.connections.indices.reversed() where ready[index + 1] {
                    if try !self.connections[index].receive() { self.connections.remove(at: index) }
                }
                if ready[0] { self.connections.append(try self.listener.accept()) }
            } else if let ending = self.process.ending() {
                throw Failure("no request from the function: \(ending)")
            } else if Moment.now().milliseconds(since: since) > Double(Self.patienceMilliseconds) {
                throw Failure("no request from the function within \(Self.patienceMilliseconds / 1_000) s")
            }
        }
    }
}
