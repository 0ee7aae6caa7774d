// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// The answer to one invocation on its connection: owns the machine and does what it says. Confined to its loop.
///
/// What is whole is sent here; streams, and what their bodies write, have files of their own.
final class ResponseExchange: RuntimeConnectionDelegate {
    let invocation: NextInvocation
    let loop: any EventLoop
    let client: RuntimeClient
    var time: LoopTime { self.client.time }
    var machine = ResponseMachine()
    var connection: (any RuntimeConnection)?
    var gathering = WriteGathering(nowNanoseconds: 0)
    let deadline: InvocationDeadline
    /// `nil` when nobody observes.
    let observed: ObservedInvocation?
    let writers: SuspendedTasks
    var laterFlush: LoopTimer?
    let ending: OneShot<Ending>
    /// What cancels the task that the body runs in.
    var interruption: OneShot<Void>?

    /// What the owner waits for once everything was sent.
    enum Ending: Sendable {
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

    func takeConnection() async throws(RuntimeFailure) -> any RuntimeConnection {
        let connection = try await self.client.openConnection()
        self.take(connection)
        return connection
    }

    func take(_ connection: any RuntimeConnection) {
        connection.delegate = self
        self.connection = connection
    }
}
