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
        case .subscribed(_, let name, let types):
            object["type"] = "extension.subscribed"
            object["name"] = .string(name)
            object["types"] = .array(types.map { .string($0.rawValue) })
        case .failed(_, let failure):
            object["type"] = "extension.failed"
            object["name"] = .string(failure.name)
            object["errorType"] = .string(failure.errorType)
            object["message"] = .string(failure.message)
        }
        object["environment"] = .number(JSONNumber(self.environment))
    }

    /// Reads what the feed of events has; `nil` for a type that is not one of these.
    init?(json object: JSONObject, environment: Int) {
        func text(_ name: String) -> String { object[name]?.stringValue ?? "" }
        func values<Value: RawRepresentable<String>>(_ name: String) -> [Value] {
            object[name]?.arrayValue?.compactMap { $0.stringValue.flatMap(Value.init(rawValue:)) } ?? []
        }
        switch object["type"]?.stringValue {
        case "extension.output":
            self = .output(environment: environment, name: text("name"), line: text("line"))
        case "extension.initialised":
            let report = ExtensionReport(
                name: text("name"),
                state: text("state"),
                events: values("events"),
                errorType: object["errorType"]?.stringValue
            )
            self = .initialised(environment: environment, report)
        case "extension.subscribed":
            self = .subscribed(environment: environment, name: text("name"), types: values("types"))
        case "extension.failed":
            let failure = ExtensionFailure(
                name: text("name"),
                errorType: text("errorType"),
                message: text("message")
            )
            self = .failed(environment: environment, failure)
        default: return nil
        }
    }

    private var environment: Int {
        switch self {
        case .output(let number, _, _), .initialised(let number, _), .subscribed(let number, _, _),
            .failed(let number, _):
            number
        }
    }
}
