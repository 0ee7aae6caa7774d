// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import NIOCore
internal import SluiceEmulator
internal import SluiceWire

/// The options that say how environments live; they hold for every function of the command.
struct LifeSettings: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Whether processes are stopped between invocations.", valueName: "choice")
    )
    var freeze = LimitSettings.Choice.aws

    @Option(
        name: .long,
        help: ArgumentHelp("End an environment after so long without an invocation; 0 keeps it.", valueName: "seconds")
    )
    var idle = Limits.defaultIdleSeconds

    @Flag(name: .long, help: "Start an environment for each invocation, and end it after it: every start is cold.")
    var cold = false

    @Flag(
        name: .long,
        help:
            "Start environments as if from a snapshot (SnapStart): the runtime asks for its restore before it is ready."
    )
    var snapStart = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Serve as Lambda Managed Instances do: so many invocations at once in one environment, 1 to "
                + "\(Limits.maximumWorkers).",
            valueName: "count"
        )
    )
    var managedInstances: Int?

    @Flag(
        name: .long,
        help: "Isolate tenants: each environment serves one, and each request names its own in X-Amz-Tenant-Id."
    )
    var perTenant = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Whether a function over its memory size is killed; by default as --limits says.",
            valueName: "choice"
        )
    )
    var memoryLimit: LimitSettings.Choice?

    @Flag(
        name: .long,
        help:
            "Give functions the share of a processor that goes with their memory size; needs rights over control groups."
    )
    var cpuShare = false

    @Option(
        name: .long,
        help: ArgumentHelp("Invocations at once of all functions together; one more gets 429.", valueName: "count")
    )
    var accountConcurrency = Limits.accountConcurrency

    func validate() throws {
        guard (0...Limits.maximumIdleSeconds).contains(self.idle) else {
            throw ValidationError("--idle must be 0 to \(Limits.maximumIdleSeconds) seconds, not \(self.idle).")
        }
        if let count = self.managedInstances {
            guard (1...Limits.maximumWorkers).contains(count) else {
                throw ValidationError("--managed-instances must be 1 to \(Limits.maximumWorkers), not \(count).")
            }
            guard !self.snapStart else {
                throw ValidationError(
                    "--managed-instances and --snap-start exclude each other: Managed Instances have no snapshots."
                )
            }
            guard !self.cold else {
                throw ValidationError(
                    "--managed-instances shares an environment between invocations, and --cold has none used twice; "
                        + "leave one of them out."
                )
            }
        }
        guard !self.perTenant || !(self.snapStart || self.managedInstances != nil) else {
            let other = self.snapStart ? "--snap-start" : "--managed-instances"
            throw ValidationError(
                "--per-tenant and \(other) exclude each other: an environment that serves one tenant only is made when that "
                    + "tenant's first request comes, and takes one at a time."
            )
        }
        guard self.accountConcurrency >= 1 else {
            throw ValidationError("--account-concurrency must be at least 1, not \(self.accountConcurrency).")
        }
    }

    /// - Parameter limits: what holds where nothing is said of the memory.
    func apply(to function: inout FunctionConfiguration, limits: LimitSettings.Choice) {
        function.freezes = self.freeze == .aws
        function.idleLimit = self.idle == 0 ? nil : .seconds(Int64(self.idle))
        function.startsCold = self.cold
        function.startsFromSnapshot = self.snapStart
        function.managedConcurrency = self.managedInstances
        function.isolatesTenants = self.perTenant
        function.enforcesMemory = (self.memoryLimit ?? limits) == .aws
    }

    func apply(to service: inout EmulatorConfiguration) {
        service.accountConcurrency = self.accountConcurrency
        service.sharesProcessors = self.cpuShare
        service.makeRoomForCallers()
    }
}
