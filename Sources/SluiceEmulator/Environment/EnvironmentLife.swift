// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceServiceWire

/// What an environment's life needs of its extensions.
protocol EnvironmentExtensions: AnyObject {
    /// Every extension has asked for its next event.
    var everyoneIsWaiting: Bool { get }
    /// For the extensions that are registered at this moment.
    var shutdownBudget: ShutdownBudget { get }
    /// Stops the processes of external extensions where they are, and lets them go on.
    func freeze()
    func thaw()
    /// Sends SHUTDOWN to whoever wants it. Calls `whenGone` once, now or later, when no external extension is left.
    func shutDown(_ reason: ShutdownReason, deadlineEpochMilliseconds: Int64, whenGone: @escaping () -> Void)
    /// Ends what is left of them at once.
    func kill()
}

/// Where one environment is, and what is its own.
struct EnvironmentPlace {
    /// Of AWS, as its function is configured.
    let region: String
    /// As CloudWatch would name it: the date, the version, and what no other environment has.
    let logStream: String
    /// It takes the place of one that timed out or ended by itself: for Lambda it is the same environment, reset.
    let followsReset: Bool
    /// With which its processes may ask for its metadata.
    let metadataToken: String
    /// For the function's temporary files; `nil` where there is none of its own.
    let folder: String?
    let run: RunFolder?
    /// What limits its processes, where the machine lets it.
    let groups: EnvironmentGroups
}

/// What an environment's machines of life have under way.
struct EnvironmentLife: ~Copyable {
    var freezing: FreezeMachine
    var shutdown = ShutdownMachine()
    /// The end of the moment before it is frozen, or of its idleness.
    var restTimer: Scheduled<Void>?
    var shutdownTimer: Scheduled<Void>?
    var shutdownStartedAt: NIODeadline?
    var reason = ShutdownReason.spindown
    /// Somebody was told that the environment ends, and has time to end in order.
    var isShuttingDown = false
    /// The service does not wait for anybody.
    var isInHurry = false

    init(freezes: Bool) { self.freezing = FreezeMachine(freezes: freezes) }
}
