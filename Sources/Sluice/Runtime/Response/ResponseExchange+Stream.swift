// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOHTTP1
internal import SluiceHTTP1
internal import SluiceWire

/// Streams: head and prelude, the run of the body, and its end.
extension ResponseExchange {
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
}
