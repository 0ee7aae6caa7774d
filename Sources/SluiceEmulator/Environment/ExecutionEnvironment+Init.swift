// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// An initialisation that did not go well, and the one that takes its place.
///
/// Source: Lambda Developer Guide, "Lambda execution environment lifecycle": one that is not over in time is retried "at the
/// time of the first function invocation with the configured function timeout", and the log of one that failed has an
/// INIT_REPORT for each of the two, of the phases `init` and `invoke`.
extension ExecutionEnvironment {
    /// From now on the initialisation takes the time of the invocation that is held: also after a time-out or a crash, where
    /// "the duration in the REPORT line includes an additional INIT duration" (as above).
    func beginSecondInit() {
        guard let invocation = self.delivery?.invocation else { return }
        self.initStartedAt = .now()
        self.initIsReported = true
        self.begin(invocation)
    }

    /// Has a first initialisation that failed followed by a second one. Answers whether one follows, by now or before;
    /// the failed process is still to be ended.
    func retryInit(after failure: InvocationFailure) -> Bool {
        guard self.endingReason == nil, self.initDuration == nil, self.function.retriesFailedInit else { return false }
        // What is on its way out may fail as it likes.
        guard !self.isReplacing else { return true }
        guard case .replaceProcess = self.session.initFailed() else { return false }
        let words = "environment \(self.id.number) failed to initialise (\(failure.errorType))"
        self.record(.note("\(words), and is started once more in the invocation's time, as Lambda does"))
        self.startOver(
            after: LogEvent.InitReport(duration: .now() - self.initStartedAt, errorType: failure.errorType)
        )
        return true
    }

    func startOver(after report: LogEvent.InitReport) {
        self.isReplacing = true
        self.record(.initReport(report))
        self.beginSecondInit()
    }

    /// Its successor is started when it is gone.
    func endFailedProcess() {
        if self.runtimeIsLaunched, !self.processIsGone { self.group?.kill() } else { self.replaceProcess() }
    }

    /// The last initialisation failed.
    func reportFailedInit(_ failure: InvocationFailure, isTimeout: Bool) {
        let report = LogEvent.InitReport(
            duration: .now() - self.initStartedAt,
            phase: self.telemetry.initPhase == "invoke" ? "invoke" : "init",
            errorType: isTimeout ? nil : failure.errorType
        )
        // A restore has a report of its own, and what this service does to an environment is no failure of the function's.
        guard self.restore?.beganAt == nil, failure.errorType != InvocationFailure.sandboxFailure else {
            return self.tellOfFailedInit(report)
        }
        self.record(.initReport(report))
        // As after a time-out of the invocation, whose time it was.
        if report.phase == "invoke" { self.isReset = true }
    }
}
