// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire

/// The restore of one environment, as far as it has come.
struct EnvironmentRestore {
    let session: RestoreSession
    /// When the initialisation was over, and the restore began.
    var beganAt: NIODeadline?
    /// For the REPORT line of the first invocation.
    var durationToReport: TimeAmount?
}

/// An environment that starts as if from a snapshot (SnapStart).
extension ExecutionEnvironment: RestoreSessionDelegate {
    func startFromSnapshot(_ credentials: RuntimeCredentials?) {
        let session = RestoreSession(credentials: credentials)
        session.delegate = self
        self.restore = EnvironmentRestore(session: session)
        // Managed Instances, whose session is another, have no snapshots.
        (self.session as? RuntimeAPISession)?.restore = session
        self.telemetry.initPhase = "snap-start"
    }

    func restoreBegan() {
        let now = NIODeadline.now()
        self.restore?.beganAt = now
        let duration = now - self.initStartedAt
        self.record(.snapshotTaken(environment: self.id.number, after: duration))
        self.tellOfInit(duration: duration)
        self.tellOfRestoreStart()
        // In a second initialisation the time is that of the invocation.
        if self.current == nil { self.setTimer(self.function.restoreLimit) }
    }

    func restoreFailed(_ failure: InvocationFailure) {
        self.giveUp(reason: "restore failed: \(failure.errorType)") { _ in failure }
        self.expectExit()
    }

    /// The runtime asked for its first invocation. Answers how long its initialisation had taken, if that ended with a
    /// restore.
    func restoreEnded() -> TimeAmount? {
        guard let restore = self.restore else { return nil }
        switch restore.session.runtimeReady() {
        case .restored:
            guard let began = restore.beganAt else { return nil }
            let duration = NIODeadline.now() - began
            self.restore?.beganAt = nil
            self.restore?.durationToReport = duration
            self.record(.restored(environment: self.id.number, after: duration))
            self.tellOfRestore(.success, duration: duration)
            self.initIsReported = true
            return began - self.initStartedAt
        case .nothingRestored:
            self.record(
                .note("the runtime did not ask for \(RestoreRoute.nextPath), and so has no hooks for a restore")
            )
            return nil
        }
    }

    /// Answers whether it was the time of a restore that is over.
    func restoreTimedOut() -> Bool {
        switch self.restore?.session.timePassed() {
        case .fail:
            self.end(reason: "restore timed out", as: .timeout, isTimeout: true) { .restoreTimedOut(requestID: $0) }
            return true
        case .refuse, nil:
            return false
        }
    }

    func restoreDurationToReport() -> TimeAmount? {
        defer { self.restore?.durationToReport = nil }
        return self.restore?.durationToReport
    }

    /// Another process takes the place of the last one.
    func restoreIsReplaced() {
        self.restore?.session.replaced()
        self.restore?.beganAt = nil
    }
}

extension RuntimeCredentials {
    /// What the function would find in its variables; `nil` where these name another source.
    ///
    /// - Parameter variables: the function's own, on top of those that it inherits.
    init?(from variables: [String: String], authorization: String) {
        if let key = variables["AWS_ACCESS_KEY_ID"], let secret = variables["AWS_SECRET_ACCESS_KEY"] {
            self.init(
                accessKeyID: key,
                secretAccessKey: secret,
                sessionToken: variables["AWS_SESSION_TOKEN"] ?? "",
                authorization: authorization
            )
        } else if EnvironmentVariables.nameCredentials(variables) {
            return nil
        } else {
            self.init(
                accessKeyID: "local",
                secretAccessKey: "local",
                sessionToken: "local",
                authorization: authorization
            )
        }
    }
}
