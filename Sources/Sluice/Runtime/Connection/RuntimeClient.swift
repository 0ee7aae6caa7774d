// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import SluiceWire

/// The one connection to the Runtime API, kept and re-made. Confined to its loop.
final class RuntimeClient {
    let loop: any EventLoop
    let time: LoopTime
    let clock: InvocationClock
    let loopTurn: LoopTurn
    let deadlineTimer: DeadlineTimer
    private let connector: any RuntimeConnector
    private let logger: Logger
    private var connection: (any RuntimeConnection)?
    /// Called once, when the first request has been sent: for what must be there before its reply, and need not be
    /// there sooner.
    var afterFirstRequest: (() -> Void)?

    init(_ connector: any RuntimeConnector, loop: any EventLoop, logger: Logger) {
        self.connector = connector
        self.loop = loop
        self.time = LoopTime(loop: loop, manual: connector.manualTime)
        self.clock = InvocationClock(self.time)
        self.logger = logger
        self.loopTurn = LoopTurn(loop: loop)
        self.deadlineTimer = DeadlineTimer(self.time)
    }

    /// What the `Host` field says.
    var host: String { self.connector.host }

    func close() {
        self.connection?.close()
        self.connection = nil
        self.loopTurn.close()
        self.deadlineTimer.close()
    }

    /// Waits as long as it takes for the next invocation: the environment may be frozen meanwhile, so there is no
    /// time-out. A connection that ends first is made again, but only so many times in a row if it ends at once: something on
    /// the way may close what it takes for idle, for as long as nobody invokes the function.
    func next() async throws(RuntimeFailure) -> (NextInvocation, ByteBuffer) {
        var failures = 0
        while true {
            if self.currentConnection == nil { _ = try await self.openConnection() }
            let asked = self.time.now
            switch try await self.ask(.next(host: self.host)) {
            case .reply(let reply):
                return try Self.invocation(from: reply)
            case .closed(let reason):
                let held = self.time.now - asked
                failures = held < .milliseconds(Int64(Limits.heldConnectionMilliseconds)) ? failures + 1 : 1
                guard failures < Limits.connectionAttempts else {
                    throw .unreachable(address: self.host, reason: reason)
                }
                self.logger.debug("connection ended while waiting for an invocation", metadata: ["reason": "\(reason)"])
                if failures > 1 {
                    try await self.pause(afterFailures: failures - 1)
                }
            }
        }
    }

    private static func invocation(
        from reply: RuntimeReply
    ) throws(RuntimeFailure) -> (NextInvocation, ByteBuffer) {
        guard reply.status == 200 else {
            if reply.status == 500 { throw .containerError }
            throw .unusableInvocation("it answered /next with status \(reply.status)")
        }
        do {
            var reader = NextInvocation.Reader()
            for (name, value) in reply.headers { reader.take(name, value) }
            return (try reader.invocation(), reply.body)
        } catch NextInvocationError.missingRequestID {
            throw .unusableInvocation("the reply to /next has no \(RuntimeAPIHeader.requestID.rawName)")
        } catch {
            throw .unusableInvocation("\(RuntimeAPIHeader.requestID.rawName) cannot be part of a path")
        }
    }

    /// Tells the service that the function could not start. The process ends whatever comes of it.
    func postInitError(_ report: ErrorReport) async throws(RuntimeFailure) {
        let body = report.json()
        _ = try await self.ask(
            .initError(type: report.headerType, bodyBytes: body.readableBytes, host: self.host),
            body
        )
    }

    /// Sends a request and waits for its reply, for as long as it takes.
    func ask(
        _ request: RuntimeAPIRequest,
        _ body: ByteBuffer? = nil
    ) async throws(RuntimeFailure) -> ReplyWaiter.Event {
        // Asked for first, since each call that might wait costs something also when it need not.
        let current = self.currentConnection
        let connection = if let current { current } else { try await self.openConnection() }
        let waiter = ReplyWaiter(loop: self.loop)
        connection.delegate = waiter
        connection.sendHead(request)
        if let body { connection.sendBody(body) }
        connection.sendEnd()
        self.firstRequestWasSent()
        guard let event = await waiter.wait() else { throw .cancelled }
        return event
    }

    func firstRequestWasSent() {
        guard let work = self.afterFirstRequest else { return }
        self.afterFirstRequest = nil
        work()
    }

    // MARK: Connecting

    /// The connection that there is; `nil` when none is open.
    var currentConnection: (any RuntimeConnection)? { self.connection.flatMap { $0.isOpen ? $0 : nil } }

    /// The connection that there is, or a new one.
    func openConnection() async throws(RuntimeFailure) -> any RuntimeConnection {
        if let connection = self.currentConnection { return connection }
        var failures = 0
        while true {
            do {
                let connection = try await self.connector.connect(self.time)
                // It may have ended again before this task's turn came; then nobody would hear of it.
                guard connection.isOpen else { throw ConnectionEndedAtOnce() }
                self.connection = connection
                return connection
            } catch {
                failures += 1
                guard !Task.isCancelled else { throw .cancelled }
                guard failures < Limits.connectionAttempts else {
                    throw .unreachable(address: self.host, reason: "\(error)")
                }
                try await self.pause(afterFailures: failures)
            }
        }
    }

    private struct ConnectionEndedAtOnce: Error, CustomStringConvertible {
        let description = "the connection was closed at once"
    }

    private func pause(afterFailures failures: Int) async throws(RuntimeFailure) {
        let milliseconds = Limits.connectionPauseMilliseconds << min(failures - 1, Limits.connectionAttempts)
        do {
            try await Task.sleep(for: .milliseconds(milliseconds))
        } catch {
            throw .cancelled
        }
    }
}
