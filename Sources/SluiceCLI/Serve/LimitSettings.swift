// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import NIOCore
internal import SluiceEmulator
internal import SluiceServiceWire
internal import SluiceWire

/// The options that say which of Lambda's limits are kept, and what is to go wrong.
struct LimitSettings: ParsableArguments {
    enum Choice: String, ExpressibleByArgument, CaseIterable { case aws, off }

    @Option(name: .long, help: ArgumentHelp("Whether Lambda's limits are kept.", valueName: "choice"))
    var limits = Choice.aws

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Whether streams are slowed to 2 MB a second behind their first 6 MB; by default as --limits says.",
            valueName: "choice"
        )
    )
    var pacing: Choice?

    @Option(
        name: .long,
        help: ArgumentHelp("One limit by its name, a number or off; can be repeated.", valueName: "NAME=VALUE")
    )
    var limit: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("What is to go wrong with every request; can be repeated.", valueName: "fault")
    )
    var fault: [String] = []

    func validate() throws {
        _ = try self.serviceLimits()
        _ = try self.faultPlan()
    }

    func serviceLimits() throws -> ServiceLimits {
        var limits = self.limits == .aws ? ServiceLimits.lambda : .off
        do throws(ServiceLimitError) {
            for assignment in self.limit { try limits.change(assignment) }
        } catch {
            throw ValidationError("--limit: \(error).")
        }
        if let pacing = self.pacing {
            limits.pacesStreams = pacing == .aws
            if pacing == .aws, self.limits == .off { limits.restorePacing(unless: self.limit) }
        }
        return limits
    }

    func faultPlan() throws -> FaultPlan {
        guard !self.fault.isEmpty else { return .none }
        do throws(FaultPlanError) {
            return try FaultPlan(parsing: self.fault.joined(separator: ","))
        } catch {
            throw ValidationError("--fault: \(error).")
        }
    }

    func apply(to configuration: inout EmulatorConfiguration) throws {
        configuration.limits = try self.serviceLimits()
        configuration.faults = try self.faultPlan()
        let milliseconds = configuration.limits[.initMilliseconds]
        for index in configuration.functions.indices {
            configuration.functions[index].initLimit = .milliseconds(Int64(milliseconds))
            configuration.functions[index].ephemeralStorageMegabytes = configuration.limits[.ephemeralStorageMegabytes]
        }
    }
}
