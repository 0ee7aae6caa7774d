// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire

extension FuzzTarget {
    /// A line for the path, fields, and the body of a registration or of a subscription.
    static func tryExtensionsAPI(_ input: [UInt8]) throws(FuzzFinding) {
        var input = FuzzInput(input)
        _ = ExtensionsRoute(path: input.line()[...])
        let fields = input.fields()
        let body = input.buffer
        if let identifier = try? ExtensionHeader.identifier(of: fields) {
            try require(identifier.utf8.count == 36, "the identifier \(identifier)")
        }
        switch Result(catching: { () throws(ExtensionRefusal) in try ExtensionRegistration(fields: fields, body: body) }
        ) {
        case .success(let registration):
            try require(!registration.name.isEmpty, "a registration without a name")
            try require(Set(registration.events).count == registration.events.count, "an event comes twice")
            try Self.tryRegistration(registration)
        case .failure(let refusal):
            try Self.tryReply(refusal.reply)
        }
        switch Result(catching: { () throws(TelemetrySubscriptionError) in try TelemetrySubscription(parsing: body) }) {
        case .success(let subscription):
            try require(!subscription.types.isEmpty, "a subscription to nothing")
            try require(Limits.telemetryItems.contains(subscription.maximumItems), "\(subscription)")
            try require(Limits.telemetryBytes.contains(subscription.maximumBytes), "\(subscription)")
            try require(
                Limits.telemetryTimeoutMilliseconds.contains(subscription.timeoutMilliseconds),
                "\(subscription)"
            )
            if case .http(_, let target) = subscription.destination {
                let isTarget = target.hasPrefix("/") && target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                try require(isTarget, "it would be posted to \(target)")
            }
        case .failure(let error):
            try require(!error.problems.isEmpty, "refused for nothing")
            try Self.tryReply(error.reply)
        }
    }

    /// The machine takes any name and any events.
    private static func tryRegistration(_ registration: ExtensionRegistration) throws(FuzzFinding) {
        var machine = ExtensionsMachine(external: ["one"])
        let identifier = "i"
        switch machine.registered(registration, identifier: identifier) {
        case .accept:
            let twice = machine.registered(registration, identifier: "j")
            guard case .refuse(let refusal) = twice else { throw FuzzFinding("registered twice: \(registration)") }
            try Self.tryReply(refusal.reply)
            try require(machine.name(of: identifier) == registration.name, "another name")
        case .refuse(let refusal):
            try Self.tryReply(refusal.reply)
        }
    }

    /// Whatever a peer sent may stand in a reply, which stays JSON.
    static func tryReply(_ reply: RuntimeAPIReply) throws(FuzzFinding) {
        let body = try? JSONValue(parsing: ByteBuffer(string: reply.body))
        try require(body?.objectValue?["errorType"]?.stringValue != nil, "no error that can be read: \(reply)")
        try require((400...599).contains(reply.status) || reply.status == 202, "the status \(reply.status)")
    }
}
