// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import SluiceHTTP1
internal import SluiceWire

/// The answer to one invocation on its connection: owns the machine and does what it says. Confined to its loop.
final class ResponseExchange: RuntimeConnectionDelegate, BodySink {
    let invocation: NextInvocation
    let loop: any EventLoop
    let client: RuntimeClient
    var time: LoopTime { self.client.time }
    private var machine = ResponseMachine()
    private var connection: (any RuntimeConnection)?
    private var gathering = WriteGathering(nowNanoseconds: 0)
    let deadline: InvocationDeadline
    /// `nil` when nobody observes.
    let observed: ObservedInvocation?
    private let writers: SuspendedTasks
    private var laterFlush: LoopTimer?
    private let ending: OneShot<Ending>
    /// What cancels the task that the body runs in.
    var interruption: OneShot<Void>?

    /// What the owner waits for once everything was sent.
    private enum Ending: Sendable {
        case finished(ResponseOutcome)
        case postAgain
    }

    init(
        _ invocation: NextInvocation,
        _ client: RuntimeClient,
        _ deadline: InvocationDeadline,
        _ observed: ObservedInvocation?
    ) {
        self.deadline = deadline
        self.observed = observed
        self.invocation = invocation
        self.client = client
        self.loop = client.loop
        self.writers = SuspendedTasks(loop: client.loop)
        self.ending = OneShot(loop: client.loop)
    }

    // MARK: Whole messages

    func send(_ result: ResponseMessage.Buffered) async throws(RuntimeFailure) -> ResponseOutcome {
        switch self.machine.resultReturned(.buffered(bytes: result.body.readableBytes)) {
        case .postBuffered: try await self.post(.response(result))
        case .postErrorResponseTooLarge: try await self.post(.error(.tooLarge(bytes: result.body.readableBytes)))
        case .openStream, .ignore: .connectionLost
        }
    }

    func send(_ report: ErrorReport) async throws(RuntimeFailure) -> ResponseOutcome {
        switch self.machine.handlerThrew() {
        case .postError: try await self.post(.error(report))
        case .ignore: .connectionLost
        }
    }

    private func post(_ message: ResponseMessage) async throws(RuntimeFailure) -> ResponseOutcome {
        while true {
            let connection =
                if let current = self.takeCurrentConnection() { current } else { try await self.takeConnection() }
            self.observed?.posts(message, on: connection)
            message.send(for: self.invocation, host: self.client.host, on: connection)
            switch await self.ending.wait() {
            case .finished(let outcome): return outcome
            case .postAgain: continue
            case nil: throw .cancelled
            }
        }
    }

    // MARK: Streams

    func send(_ stream: ResponseMessage.Streamed, _ context: InvocationContext) async throws(RuntimeFailure)
        -> ResponseOutcome
    {
        guard case .openStream = self.machine.resultReturned(.streamed) else { return .connectionLost }
        self.sendHead(of: stream, on: try await self.takeConnection())
        let exchange = NIOLoopBound(self, eventLoop: self.loop)
        await self.deadline.run {
            await InvocationContext.withCurrent(context) { await exchange.value.run(stream.body) }
        }
        return try await self.outcome()
    }

    /// The same in steps, on the connection that there is. `false` without one, and then nothing has been done.
    func begin(_ stream: ResponseMessage.Streamed) -> Bool {
        guard let connection = self.client.currentConnection else { return false }
        guard case .openStream = self.machine.resultReturned(.streamed) else { return false }
        self.take(connection)
        self.sendHead(of: stream, on: connection)
        return true
    }

    /// How it ended, once the service has said so.
    func outcome() async throws(RuntimeFailure) -> ResponseOutcome {
        if let outcome = self.machine.outcome { return outcome }
        switch await self.ending.wait() {
        case .finished(let outcome): return outcome
        case .postAgain: return .connectionLost
        case nil: throw .cancelled
        }
    }

    private func sendHead(of stream: ResponseMessage.Streamed, on connection: any RuntimeConnection) {
        self.gathering = WriteGathering(stream.body.gathering, nowNanoseconds: self.time.paceNanoseconds)
        connection.sendHead(
            .streamedResponse(to: self.invocation, contentType: stream.contentType, host: self.client.host)
        )
        for part in stream.prelude {
            self.observed?.sends(part.readableBytes, on: connection)
            connection.sendBody(part)
        }
    }

    /// Head, first chunks and end leave together where nothing suspends in between.
    func run(_ body: ResponseBody.Kind) async {
        self.connection?.flushSoon()
        do {
            switch body {
            case .empty: break
            case .bytes(let bytes): try await self.write(bytes, evenIfCancelled: false)
            case .stream(_, let write): try await write(BodyWriter(self))
            }
            self.bodyEnded(nil)
        } catch {
            self.bodyEnded(error)
        }
    }

    /// A body that was cancelled for its deadline has failed also when it just returned: a sequence that it read from
    /// may have ended for no other reason, and nobody must take what came for the whole.
    private func bodyEnded(_ error: (any Error)?) {
        guard self.deadline.hasPassed || error != nil else {
            return self.end(self.machine.bodyReturned(), report: nil)
        }
        let report = error.map { self.deadline.report(of: $0) } ?? self.deadline.exceeded(nil)
        self.observed?.reports(report)
        self.end(self.machine.bodyThrew(), report: report)
    }

    private func end(_ action: ResponseMachine.OnBodyEnd, report: ErrorReport?) {
        self.laterFlush?.cancel()
        self.laterFlush = nil
        // Who still waits is no part of the body any more, and would wait for ever.
        self.writers.resumeAll()
        switch action {
        case .sendEnd: self.connection?.sendEnd()
        case .sendEndWithErrorTrailers: self.connection?.sendEnd(trailers: report.map { HTTPHeaders($0.trailers()) })
        case .sendNothing: break
        }
    }

    /// Sends a chunk, and returns when there is room for another.
    ///
    /// - Parameter evenIfCancelled: a cancelled task cannot wait for room, so it writes only while there is some.
    func write(_ bytes: ByteBuffer, evenIfCancelled: Bool) async throws(StreamError) {
        guard !Task.isCancelled || (evenIfCancelled && self.connection?.isWritable ?? false) else { throw .cancelled }
        guard let connection = try self.sendChunk(bytes) else { return }
        try await self.letLeave(bytes.readableBytes, on: connection)
    }

    func write(contentsOf chunks: [ByteBuffer]) async throws(StreamError) {
        guard !Task.isCancelled else { throw .cancelled }
        var connection: (any RuntimeConnection)?
        var bytes = 0
        for chunk in chunks {
            guard let current = try self.sendChunk(chunk) else { continue }
            connection = current
            bytes += chunk.readableBytes
        }
        if let connection { try await self.letLeave(bytes, on: connection) }
    }

    /// Hands a chunk to the connection, which keeps it until it is flushed. `nil` when there is nothing to send.
    private func sendChunk(_ bytes: ByteBuffer) throws(StreamError) -> (any RuntimeConnection)? {
        switch self.machine.wrote(bytes: bytes.readableBytes) {
        case .sendChunk: break
        case .sendNothing: return nil
        case .refuse(let outcome): throw StreamError(outcome)
        case .refuseAsMisplaced: throw .alreadyEnded
        }
        guard let connection = self.connection else { throw StreamError(.connectionLost) }
        self.observed?.sends(bytes.readableBytes, on: connection)
        connection.sendBody(bytes)
        return connection
    }

    /// Decides when what was sent leaves, and returns when there is room for more.
    private func letLeave(_ bytes: Int, on connection: any RuntimeConnection) async throws(StreamError) {
        switch self.gathering.wrote(bytes: bytes, nowNanoseconds: self.time.paceNanoseconds) {
        case .flushSoon:
            connection.flushSoon()
        case .flush:
            connection.flush()
        case .flushAndYield:
            connection.flush()
            await self.yieldToLoop()
        case .flushIn(let nanoseconds):
            self.flush(connection, inNanoseconds: nanoseconds)
        case .wait:
            break
        case .waitAndYield:
            await self.yieldToLoop()
        }
        if !connection.isWritable, !Task.isCancelled {
            try await self.waitForRoom(on: connection)
        }
    }

    /// At most one is due at a time: what is written until then leaves with it.
    private func flush(_ connection: any RuntimeConnection, inNanoseconds nanoseconds: Int64) {
        self.laterFlush?.cancel()
        self.laterFlush = self.time.schedule(inNanoseconds: nanoseconds) {
            self.laterFlush = nil
            self.gathering.flushed()
            connection.flush()
        }
    }

    private func waitForRoom(on connection: any RuntimeConnection) async throws(StreamError) {
        connection.flush()
        self.gathering.flushed()
        while !connection.isWritable {
            // Looked at before each wait: it may have ended while this task let others run.
            try self.checkThatItGoesOn()
            guard await self.writers.suspend() else { throw .cancelled }
        }
        try self.checkThatItGoesOn()
        self.gathering.resumed(nowNanoseconds: self.time.paceNanoseconds)
    }

    private func checkThatItGoesOn() throws(StreamError) {
        switch self.machine.wrote(bytes: 0) {
        case .refuse(let outcome): throw StreamError(outcome)
        case .refuseAsMisplaced: throw .alreadyEnded
        case .sendChunk, .sendNothing: break
        }
    }

    /// Sends off what was written, and says whether the socket has not taken all of it.
    func flushLeavingBytes() -> Bool {
        self.gathering.flushed()
        return self.connection?.flushLeavingBytes() ?? false
    }

    private func yieldToLoop() async {
        await self.client.loopTurn.wait()
        self.gathering.resumed(nowNanoseconds: self.time.paceNanoseconds)
    }

    // MARK: Events of the connection

    func replyArrived(_ reply: RuntimeReply) {
        switch self.machine.replied(status: reply.status) {
        case .finish(let outcome):
            self.ending.settle(.finished(outcome))
        case .stopSending(let outcome):
            // The rest of the body never comes, so the connection is of no further use.
            self.connection?.close()
            self.writers.resumeAll()
            // The process is to end, and a body that is silent would hear of it at its next write only.
            if outcome == .containerError { self.interruption?.settle(()) }
        case .keepSending:
            break
        case .closeConnection:
            self.connection?.close()
        }
    }

    func becameWritable() {
        self.writers.resumeAll()
    }

    func connectionClosed(reason: String) {
        switch self.machine.connectionClosed() {
        case .ignore: break
        case .postAgain: self.ending.settle(.postAgain)
        case .stopSending: self.writers.resumeAll()
        case .finish(let outcome): self.ending.settle(.finished(outcome))
        }
    }

    private func takeCurrentConnection() -> (any RuntimeConnection)? {
        guard let connection = self.client.currentConnection else { return nil }
        self.take(connection)
        return connection
    }

    private func takeConnection() async throws(RuntimeFailure) -> any RuntimeConnection {
        let connection = try await self.client.openConnection()
        self.take(connection)
        return connection
    }

    private func take(_ connection: any RuntimeConnection) {
        connection.delegate = self
        self.connection = connection
    }
}
