// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// What an extension asks of the Telemetry API: which events, gathered how, and delivered where.
///
/// Source: Lambda Developer Guide, "Telemetry API reference".
package struct TelemetrySubscription: Hashable, Sendable {
    /// A kind of events.
    package enum Category: String, Hashable, Sendable, CaseIterable {
        case platform, function, `extension`
    }

    package enum Destination: Hashable, Sendable {
        /// An array of events is posted there. `target` is path and query.
        case http(port: Int, target: String)
        /// Each event is a line.
        case tcp(port: Int)
    }

    package var schemaVersion: String
    package var types: [Category]
    package var maximumItems = Limits.defaultTelemetryItems
    package var maximumBytes = Limits.defaultTelemetryBytes
    package var timeoutMilliseconds = Limits.defaultTelemetryTimeoutMilliseconds
    package var destination: Destination

    package init(schemaVersion: String, types: [Category], destination: Destination) {
        self.schemaVersion = schemaVersion
        self.types = types
        self.destination = destination
    }

    /// Whether a line of JSON is delivered as an object; before this version every line was a string.
    package var hasStructuredLines: Bool { self.schemaVersion != "2022-07-01" }

    /// Reads a PUT to `/telemetry`. All that is wrong with it is told at once.
    package init(parsing body: ByteBuffer) throws(TelemetrySubscriptionError) {
        guard
            let object = (try? JSONValue(parsing: body, maximumBytes: Limits.maximumExtensionRequestBytes))?.objectValue
        else { throw TelemetrySubscriptionError(problems: ["the body is not a JSON object"]) }
        var problems: [String] = []
        let version = Self.schemaVersion(object["schemaVersion"], &problems)
        let types = Self.types(object["types"], &problems)
        let destination = Self.destination(object["destination"], &problems)
        let buffering = object["buffering"]?.objectValue ?? [:]
        let items = Self.number(
            "maxItems",
            in: buffering,
            Limits.telemetryItems,
            Limits.defaultTelemetryItems,
            &problems
        )
        let bytes = Self.number(
            "maxBytes",
            in: buffering,
            Limits.telemetryBytes,
            Limits.defaultTelemetryBytes,
            &problems
        )
        let timeout = Self.number(
            "timeoutMs",
            in: buffering,
            Limits.telemetryTimeoutMilliseconds,
            Limits.defaultTelemetryTimeoutMilliseconds,
            &problems
        )
        guard problems.isEmpty, let destination else { throw TelemetrySubscriptionError(problems: problems) }
        self.init(schemaVersion: version, types: types, destination: destination)
        self.maximumItems = items
        self.maximumBytes = bytes
        self.timeoutMilliseconds = timeout
    }

    private static let schemaVersions = ["2022-07-01", "2022-12-13", "2025-01-29"]

    private static func schemaVersion(_ value: JSONValue?, _ problems: inout [String]) -> String {
        let version = value?.stringValue ?? ""
        if !Self.schemaVersions.contains(version) {
            problems.append("schemaVersion should be one of \(Self.schemaVersions.joined(separator: ", "))")
        }
        return version
    }

    private static func types(_ value: JSONValue?, _ problems: inout [String]) -> [Category] {
        guard let elements = value?.arrayValue, !elements.isEmpty else {
            problems.append("types should not be empty")
            return []
        }
        var types: [Category] = []
        for element in elements {
            guard let type = element.stringValue.flatMap(Category.init(rawValue:)) else {
                problems.append("types should be platform, function or extension, not \(element)")
                continue
            }
            if !types.contains(type) { types.append(type) }
        }
        return types
    }

    private static func number(
        _ name: String,
        in object: JSONObject,
        _ allowed: ClosedRange<Int>,
        _ usual: Int,
        _ problems: inout [String]
    ) -> Int {
        guard let value = object[name], !value.isNull else { return usual }
        guard let number = value.intValue, allowed.contains(number) else {
            problems.append("\(name) should be \(allowed.lowerBound) to \(allowed.upperBound), not \(value)")
            return usual
        }
        return number
    }

    private static func destination(_ value: JSONValue?, _ problems: inout [String]) -> Destination? {
        guard let object = value?.objectValue else {
            problems.append("destination should be an object with protocol and URI, or protocol and port")
            return nil
        }
        switch object["protocol"]?.stringValue {
        case "HTTP": return Self.http(object["URI"]?.stringValue, &problems)
        case "TCP":
            guard let port = Self.checked(object["port"]?.intValue, &problems) else { return nil }
            return .tcp(port: port)
        case let other:
            problems.append("protocol should be HTTP or TCP, not \(other ?? "missing")")
            return nil
        }
    }

    /// Lambda resolves these names inside an environment; nothing else can be meant.
    private static let hosts = ["sandbox.localdomain", "sandbox"]

    private static func http(_ uri: String?, _ problems: inout [String]) -> Destination? {
        let scheme = "http://"
        guard let uri, uri.lowercased().hasPrefix(scheme) else {
            problems.append("URI should begin with \(scheme)")
            return nil
        }
        let rest = uri.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        var target = String(rest.dropFirst(authority.count))
        let isPrintable = target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        if !target.hasPrefix("/") { target = "/" + target }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, Self.hosts.contains(host.lowercased()), isPrintable else {
            problems.append("URI host should be \(Self.hosts[0])")
            return nil
        }
        guard parts.count == 2 else {
            problems.append("URI port is not provided")
            return nil
        }
        guard let port = Self.checked(Int(parts[1]), &problems) else { return nil }
        return .http(port: port, target: target)
    }

    private static func checked(_ port: Int?, _ problems: inout [String]) -> Int? {
        guard let port, (1...65_535).contains(port) else {
            problems.append("port should be 1 to 65535")
            return nil
        }
        // On Lambda it is the Runtime API's own.
        guard port != 9_001 else {
            problems.append("port 9001 is reserved")
            return nil
        }
        return port
    }
}

/// Why a subscription is refused: 400, with all reasons.
package struct TelemetrySubscriptionError: Error, Hashable, CustomStringConvertible {
    package let problems: [String]

    package var description: String { self.problems.joined(separator: "; ") }
    package var reply: RuntimeAPIReply { .refused(400, "ValidationError", self.description) }
}
