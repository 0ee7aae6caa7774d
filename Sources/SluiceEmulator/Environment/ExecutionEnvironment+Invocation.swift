// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// The invocation whose time runs.
struct CurrentInvocation {
    let invocation: Invocation
    let startedAt: NIODeadline
    var relay: InvocationRelay?
    var failure: InvocationFailure?
    var timedOut = false
    /// The runtime is through, and the Telemetry API has told so.
    var runtimeIsDone = false
}

extension ExecutionEnvironment {
    /// Enters an event into the log, and into the tail of it that a caller asked for.
    func record(_ kind: LogEvent.Kind) {
        let event = self.log.record(kind, function: self.function.name, environment: self.id.number)
        self.observe(kind, at: event.epochMilliseconds)
        let tails = self.tails(of: kind)
        guard !tails.isEmpty else { return }
        let lines =
            self.function.logsJSON ? kind.printedLines : kind.lambdaLines(epochMilliseconds: event.epochMilliseconds)
        for tail in tails {
            for line in lines { tail.append(line) }
        }
    }

    /// Those tails that an event belongs into.
    func tails(of kind: LogEvent.Kind) -> [LogTail] {
        self.managed?.tails(of: kind) ?? self.delivery?.tail.map { [$0] } ?? []
    }

    func begin(_ invocation: Invocation) {
        self.current = CurrentInvocation(invocation: invocation, startedAt: .now())
        self.record(.start(requestID: invocation.requestID))
        self.setTimer(invocation.timeout)
    }

    /// The invocation is through, whatever came of it.
    func finishInvocation() {
        if let managed = self.managed { return self.finishAll(managed) }
        defer {
            let tail = self.delivery?.tail
            self.delivery = nil
            tail?.finish()
        }
        guard let current = self.current else { return }
        self.tellOfRuntime(current)
        self.current = nil
        let requestID = current.invocation.requestID
        self.record(.end(requestID: requestID))
        self.record(.report(self.report(on: current)))
    }

    func report(on current: CurrentInvocation) -> LogEvent.Report {
        LogEvent.Report(
            requestID: current.invocation.requestID,
            duration: .now() - current.startedAt,
            initDuration: self.initDurationToReport(),
            restoreDuration: self.restoreDurationToReport(),
            memoryMegabytes: self.function.memoryMegabytes,
            maximumMemoryUsedMegabytes: self.peakMegabytes,
            producedBytes: current.relay?.bytes ?? 0,
            timedOut: current.timedOut,
            errorType: current.failure?.errorType
        )
    }

    /// Only the first invocation of an environment reports its initialisation.
    private func initDurationToReport() -> TimeAmount? {
        guard !self.initIsReported else { return nil }
        self.initIsReported = true
        return self.initDuration
    }
}

extension ExecutionEnvironment: RuntimeAPISessionDelegate {
    func runtimeFinishedInit() {
        self.stopTimer()
        if let duration = self.restoreEnded() {
            self.initDuration = duration
            return
        }
        let duration = .now() - self.initStartedAt
        self.initDuration = duration
        self.record(.initFinished(environment: self.id.number, after: duration))
        self.tellOfInit(duration: duration)
        self.owner?.environmentFinishedInit(self)
        if let managed = self.managed { self.waitForWorkers(managed) }
    }

    func workerIsIdle() {
        guard self.endingReason == nil else { return }
        self.owner?.environmentIsFree(self)
    }

    func workerLost() { self.owner?.environmentLostWorker(self) }

    func invocationDelivered(_ invocation: Invocation) -> TimeAmount {
        if let managed = self.managed { return self.delivered(invocation, managed) }
        if self.current == nil {
            self.begin(invocation)
        } else {
            // Its time began with the second initialisation.
            self.setTimer(self.timeLeft)
        }
        return self.timeLeft
    }

    func responseFinished(_ invocation: Invocation, relay: InvocationRelay, failure: InvocationFailure?) {
        self.current?.relay = relay
        self.current?.failure = failure
        if let failure {
            self.record(
                .invocationFailed(
                    requestID: invocation.requestID,
                    errorType: failure.errorType,
                    message: failure.message
                )
            )
        }
        if let managed = self.managed {
            self.responseFinished(invocation.requestID, relay: relay, failure: failure, managed)
        }
        self.owner?.environmentFinishedResponse(self)
    }

    func invocationFinished() {
        self.stopTimer()
        // What the function printed before it asked for the next invocation belongs to this one. It can be read by now,
        // and is, before this turn of the loop ends.
        self.eventLoop.assumeIsolated().execute {
            guard self.endingReason == nil else { return }
            self.finishInvocation()
            // It may have ended in this very turn.
            if self.processIsGone {
                self.owner?.environmentIsUnusable(self)
            } else {
                self.owner?.environmentIsFree(self)
                self.everyoneIsWaiting()
            }
        }
    }

    func runtimeFailedInit(_ failure: InvocationFailure) {
        let isThere = self.runtimeIsLaunched && !self.processIsGone
        if self.retryInit(after: failure) { return isThere ? self.expectExit() : self.endFailedProcess() }
        let reason = "initialisation failed: \(failure.errorType)"
        // An extension can reach this resource before there is a runtime whose exit could be expected.
        guard self.runtimeIsLaunched else { return self.end(reason: reason, as: .failure) { _ in failure } }
        self.giveUp(reason: reason) { _ in failure }
        self.expectExit()
    }
}
