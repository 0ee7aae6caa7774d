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
    private var machine = ResponseMachine()
    private var connection: RuntimeConnection?
    private var gathering = WriteGathering(nowNanoseconds: 0)
    private let writers: SuspendedTasks
    private let ending: OneShot<Ending>

    /// What the owner waits for once everything was sent.
    private enum Ending: Sendable {
        case finished(ResponseOutcome)
        case postAgain
    }

    init(invocation: NextInvocation, client: RuntimeClient) {
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
            let connection = try await self.takeConnection()
            message.send(for: self.invocation, host: self.client.address.text, on: connection)
            switch await self.ending.wait() {
            case .finished(let outcome): return outcome
            case .postAgain: continue
            case nil: throw .cancelled
            }
        }
    }

    // MARK: Streams

    func send(_ stream: ResponseMessage.Streamed) async throws(RuntimeFailure) -> ResponseOutcome {
        guard case .openStream = self.machine.resultReturned(.streamed) else { return .connectionLost }
        let connection = try await self.takeConnection()
        self.gathering = WriteGathering(nowNanoseconds: Self.now())
        connection.sendHead(
            .streamedResponse(
                to: self.invocation,
                contentType: stream.contentType,
                host: self.client.address.text
            )
        )
        for part in stream.prelude {
            connection.sendBody(part)
        }
        connection.flushSoon()
        await self.run(stream.body)
        if let outcome = self.machine.outcome { return outcome }
        switch await self.ending.wait() {
        case .finished(let outcome): return outcome
        case .postAgain: return .connectionLost
        case nil: throw .cancelled
        }
    }

    private func run(_ body: ResponseBody.Kind) async {
        do {
            switch body {
            case .empty:
                break
            case .bytes(let bytes):
                try await self.write(bytes)
            case .stream(let write):
                try await write(BodyWriter(self))
            }
            self.end(self.machine.bodyReturned(), report: nil)
        } catch {
            self.end(self.machine.bodyThrew(), report: ErrorReport(reporting: error))
        }
    }

    private func end(_ action: ResponseMachine.OnBodyEnd, report: ErrorReport?) {
        switch action {
        case .sendEnd: self.connection?.sendEnd()
        case .sendEndWithErrorTrailers: self.connection?.sendEnd(trailers: report.map { HTTPHeaders($0.trailers()) })
        case .sendNothing: break
        }
    }

    /// Sends a chunk, and returns when there is room for another.
    func write(_ bytes: ByteBuffer) async throws(StreamError) {
        guard !Task.isCancelled else { throw .cancelled }
        switch self.machine.wrote(bytes: bytes.readableBytes) {
        case .sendChunk: break
        case .sendNothing: return
        case .refuse(let outcome): throw StreamError(outcome)
        case .refuseAsMisplaced: throw .alreadyEnded
        }
        guard let connection = self.connection else { throw StreamError(.connectionLost) }
        connection.sendBody(bytes)
        switch self.gathering.wrote(bytes: bytes.readableBytes, nowNanoseconds: Self.now()) {
        case .flushSoon:
            connection.flushSoon()
        case .flush:
            connection.flush()
        case .flushAndYield:
            connection.flush()
            await self.yieldToLoop()
        }
        if !connection.isWritable {
            try await self.waitForRoom(on: connection)
        }
    }

    private func waitForRoom(on connection: RuntimeConnection) async throws(StreamError) {
        connection.flush()
        while !connection.isWritable {
            guard await self.writers.suspend() else { throw .cancelled }
            if case .refuse(let outcome) = self.machine.wrote(bytes: 0) {
                throw StreamError(outcome)
            }
        }
        self.gathering.resumed(nowNanoseconds: Self.now())
    }

    private func yieldToLoop() async {
        await self.client.loopTurn.wait()
        self.gathering.resumed(nowNanoseconds: Self.now())
    }

    private static func now() -> UInt64 { NIODeadline.now().uptimeNanoseconds }

    // MARK: Events of the connection

    func replyArrived(_ reply: RuntimeReply) {
        switch self.machine.replied(status: reply.status) {
        case .finish(let outcome):
            self.ending.settle(.finished(outcome))
        case .stopSending:
            // The rest of the body never comes, so the connection is of no further use.
            self.connection?.close()
            self.writers.resumeAll()
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

    private func takeConnection() async throws(RuntimeFailure) -> RuntimeConnection {
        let connection = try await self.client.openConnection()
        connection.delegate = self
        self.connection = connection
        return connection
    }
}
