// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceHTTPServer
package import SluiceServiceWire
internal import SluiceWire

/// The local Lambda, as its owner describes it.
package struct EmulatorConfiguration: Sendable {
    package var host = "127.0.0.1"
    /// The endpoint's port; 0 lets the kernel choose.
    package var port = 9000
    package var functions: [FunctionConfiguration]
    /// That of the host's variables, which functions get too.
    package var region: String
    /// An account id that Amazon's own examples use.
    package var accountID = "123456789012"
    /// Invocations at once of all functions together; one more request is answered with 429.
    package var accountConcurrency = Limits.accountConcurrency
    /// Variables of this process, of which functions get the few that they need.
    package var hostVariables: [String: String]
    /// What connections of callers may take, over all ports together.
    package var callerBounds = ConnectionBounds.callers
    /// Whether environments get the share of a processor that goes with their memory size, for which there has to be a
    /// control group that this process may make.
    package var sharesProcessors = false
    /// Whether a control group limits the memory of environments where this process may make one; the watch does it
    /// everywhere.
    package var limitsMemoryByGroups = true
    /// Lambda's limits, as far as they are not changed here.
    package var limits = ServiceLimits.lambda
    /// What is to go wrong with every request.
    package var faults = FaultPlan.none
    /// How long the log as server-sent events is silent before a comment follows.
    package var feedHeartbeat: TimeAmount = .milliseconds(Int64(Limits.heartbeatMilliseconds))

    package init(functions: [FunctionConfiguration], hostVariables: [String: String]) {
        self.functions = functions
        self.hostVariables = hostVariables
        self.region = hostVariables["AWS_REGION"] ?? hostVariables["AWS_DEFAULT_REGION"] ?? "us-east-1"
    }

    /// Where temporary files go on this machine, as an absolute path without a slash at its end.
    var temporaryFolder: String {
        guard let given = self.hostVariables["TMPDIR"], given.hasPrefix("/") else { return "/tmp" }
        return given == "/" || !given.hasSuffix("/") ? given : String(given.dropLast())
    }

    /// Invocations at once of all functions together, at most.
    var invocationsAtOnce: Int {
        let ofFunctions = self.functions.reduce(0) { $0 + $1.concurrency * ($1.managedConcurrency ?? 1) }
        return min(ofFunctions, self.accountConcurrency)
    }

    /// Lets as many callers connect as may be served at once, beside those that wait or read the log.
    package mutating func makeRoomForCallers() {
        let needed = self.invocationsAtOnce + Limits.spareCallerConnections
        self.callerBounds.connections = max(self.callerBounds.connections, needed)
    }

    package func arn(of function: String) -> String {
        "arn:aws:lambda:\(self.region):\(self.accountID):function:\(function)"
    }
}
