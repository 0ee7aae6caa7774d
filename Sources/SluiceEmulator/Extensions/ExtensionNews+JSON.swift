// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceServiceWire
internal import SluiceWire

extension ExtensionNews {
    /// What the feed of events has of it.
    func write(to object: inout JSONObject) {
        switch self {
        case .output(_, let name, let line):
            object["type"] = "extension.output"
            object["name"] = .string(name)
            object["line"] = .string(line)
        case .initialised(_, let report):
            object["type"] = "extension.initialised"
            object["name"] = .string(report.name)
            object["state"] = .string(report.state)
            object["events"] = .array(report.events.map { .string($0.rawValue) })
            object["errorType"] = report.errorType.map { .string($0) }
        case .subscribed(_, let name, let subscription):
            object["type"] = "extension.subscribed"
            object["name"] = .string(name)
            object["types"] = .array(subscription.types.map { .string($0.rawValue) })
        case .failed(_, let failure):
            object["type"] = "extension.failed"
            object["name"] = .string(failure.name)
            object["errorType"] = .string(failure.errorType)
            object["message"] = .string(failure.message)
        }
        object["environment"] = .number(JSONNumber(self.environment))
    }

    private var environment: Int {
        switch self {
        case .output(let number, _, _), .initialised(let number, _), .subscribed(let number, _, _),
            .failed(let number, _):
            number
        }
    }
}
