// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import SluiceServiceWire

/// What there is to say about the extensions of an environment.
package enum ExtensionNews: Hashable, Sendable {
    /// A line that an external extension printed.
    case output(environment: Int, name: String, line: String)
    /// How it stands when the initialisation is over.
    case initialised(environment: Int, ExtensionReport)
    /// It gets telemetry of these types.
    case subscribed(environment: Int, name: String, types: [TelemetrySubscription.Category])
    /// It failed, and the environment ends.
    case failed(environment: Int, ExtensionFailure)

    /// What CloudWatch would show, in Lambda's words. Nothing of a failure: its extension, or the invocation, tells.
    var lambdaLines: [String] {
        switch self {
        case .output(_, _, let line): return [line]
        case .initialised(_, let report):
            let events = report.events.map(\.rawValue).joined(separator: ", ")
            var fields = ["EXTENSION", "Name: \(report.name)", "State: \(report.state)", "Events: [\(events)]"]
            if let type = report.errorType { fields.append("Error Type: \(type)") }
            return [fields.joined(separator: "\t")]
        case .subscribed(_, let name, let types):
            let types = types.map { $0.rawValue.prefix(1).uppercased() + $0.rawValue.dropFirst() }
            return [
                ["TELEMETRY", "Name: \(name)", "State: Subscribed", "Types: [\(types.joined(separator: ", "))]"]
                    .joined(separator: "\t")
            ]
        case .failed: return []
        }
    }

    /// The same as a line for a person, with what is not Lambda's own.
    package var line: String {
        switch self {
        case .failed(_, let failure): "\(failure.errorType): \(failure.message)"
        case .output, .initialised, .subscribed: self.lambdaLines.first ?? ""
        }
    }
}
