// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import NIOCore
internal import SluiceWire

/// Serves one invocation after the other on one connection to the Runtime API. Confined to its loop.
struct InvocationWorker {
    let client: RuntimeClient
    let handler: LambdaFunction.Handler
    let environment: FunctionEnvironment
    let deadlineMargin: Duration
    let logger: Logger
    /// Told of the trace of each invocation before its handler runs.
    let onTrace: (@Sendable (String?) -> Void)?
    let mayGoOn: (@Sendable () async -> Bool)?
    let invocationEnded: (@Sendable () -> Void)?
    /// `nil` when nobody observes.
    let observers: InvocationObservers?

    /// It never just ends.
    func run() async -> RuntimeFailure {
        while true {
            switch await self.serveUntilInterrupted() {
            case .ended(let failure):
                return failure
            case .interrupted(let served, let answer):
                do throws(RuntimeFailure) {
                    try await self.finish(served.value, answer)
                } catch {
                    return error
                }
            }
        }
    }

    /// Why a task serves no more.
    private enum Interruption: Sendable {
        case ended(RuntimeFailure)
        /// Its work was cancelled at its deadline. The rest has to be done where nothing is cancelled.
        case interrupted(NIOLoopBound<ServedInvocation>, FunctionAnswer)
    }

    /// Serves in a task of its own until that is cancelled, which a deadline does. One task for all of them, since one
    /// for each costs a short invocation a tenth of its time.
    private func serveUntilInterrupted() async -> Interruption {
        let interruption = OneShot<Void>(loop: self.client.loop)
        let bound = NIOLoopBound((worker: self, interruption: interruption), eventLoop: self.client.loop)
        return await withTaskGroup(of: Interruption.self) { group in
            group.addTask {
                let (worker, interruption) = bound.value
                let reason = await worker.serve(until: interruption)
                interruption.settle(())
                return reason
            }
            _ = await interruption.wait()
            group.cancelAll()
            return await group.next() ?? .ended(.cancelled)
        }
    }

    private func serve(until interruption: OneShot<Void>) async -> Interruption {
        do throws(RuntimeFailure) {
            while true {
                if let mayGoOn = self.mayGoOn, await !mayGoOn() { return .ended(.cancelled) }
                let (invocation, event) = try await self.client.next()
                let served = self.begin(invocation)
                let answer = await InvocationContext.withCurrent(served.context) {
                    await self.answer(event, served, interruption)
                }
                guard !served.exchange.deadline.hasPassed else {
                    return .interrupted(NIOLoopBound(served, eventLoop: self.client.loop), answer)
                }
                try await self.finish(served, answer)
            }
        } catch {
            return .ended(error)
        }
    }

    private func begin(_ invocation: NextInvocation) -> ServedInvocation {
        self.onTrace?(invocation.traceID)
        let context = InvocationContext(invocation, self.environment, self.client, self.logger)
        let deadline = InvocationDeadline(context.deadline.deadline, margin: self.deadlineMargin, self.client)
        if deadline.isSwallowedByMargin {
            context.logger.notice(
                "nothing is cancelled before the deadline: deadlineMargin is longer than the time that is left",
                metadata: ["deadlineMargin": "\(self.deadlineMargin)"]
            )
        }
        let observed = self.observers?.began(context, self.client.time)
        let exchange = ResponseExchange(invocation, self.client, deadline, observed)
        return ServedInvocation(context: context, exchange: exchange)
    }

    /// Handler and body, as far as that can run behind it.
    private func answer(
        _ event: ByteBuffer,
        _ served: ServedInvocation,
        _ interruption: OneShot<Void>
    ) async -> FunctionAnswer {
        served.exchange.interruption = interruption
        let bound = NIOLoopBound(served.exchange, eventLoop: self.client.loop)
        return await served.exchange.deadline.interrupting(interruption) {
            await FunctionAnswer(self.handler, event, served.context, on: bound)
        }
    }

    /// What is to be sent still, the reply to it, and the work after it.
    private func finish(_ served: ServedInvocation, _ answer: FunctionAnswer) async throws(RuntimeFailure) {
        defer {
            served.exchange.observed?.invocationEnded()
            self.invocationEnded?()
        }
        let exchange = served.exchange
        let deadline = exchange.deadline
        let outcome: ResponseOutcome
        let afterwards: AfterResponse?
        switch answer {
        case .sent(let then):
            (outcome, afterwards) = (try await exchange.outcome(), then)
        case .whole(let message, let then):
            (outcome, afterwards) = (try await exchange.send(message), then)
        case .stream(let stream, let then):
            (outcome, afterwards) = (try await exchange.send(stream, served.context), then)
        case .failure(let error):
            (outcome, afterwards) = (try await exchange.send(deadline.report(of: error)), nil)
        }
        try self.take(outcome, of: served)
        if let afterwards {
            let context = served.context
            await deadline.run { await InvocationContext.withCurrent(context) { await afterwards.run(context) } }
        }
    }

    private func take(_ outcome: ResponseOutcome, of served: ServedInvocation) throws(RuntimeFailure) {
        served.exchange.observed?.responseEnded(outcome)
        switch outcome {
        case .accepted:
            break
        case .late:
            served.context.logger.notice("Lambda no longer waits for this response; it is dropped")
        case .refused(let status):
            served.context.logger.error("Lambda refused the response", metadata: ["status": "\(status)"])
        case .connectionLost:
            served.context.logger.error("the connection to Lambda was lost before the response was accepted")
        case .containerError:
            throw .containerError
        }
    }
}

/// One invocation on its way through its worker. Confined to its loop.
struct ServedInvocation {
    let context: InvocationContext
    let exchange: ResponseExchange
}
