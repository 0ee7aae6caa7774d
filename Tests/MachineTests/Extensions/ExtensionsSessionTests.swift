// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceRuntimeAPI
import SluiceServiceWire
import SluiceWire
import Testing

/// The Extensions API as it is on the wire, beside a Runtime API without sockets.
@Suite struct ExtensionsSessionTests {
    private let runtime = ScriptedRuntime()
    private let log = ExtensionsLog()
    private let extensions: ExtensionsSession

    init() {
        self.extensions = ExtensionsSession(
            of: ExtensionFunction(name: "f", handler: "bootstrap", accountID: "123456789012"),
            external: ["e"],
            makeIdentifier: self.log.makeIdentifier
        )
        self.extensions.delegate = self.log
        self.log.runtime = self.runtime.session
        self.runtime.session.extensions = self.extensions
    }

    private static let first = ExtensionsLog.identifier(1)
    private static let own = "Lambda-Extension-Identifier: \(Self.first)"

    private static func request(
        _ method: String,
        _ resource: String,
        _ fields: [String] = [],
        body: String = ""
    ) -> String {
        "\(method) \(resource) HTTP/1.1\r\n" + fields.map { $0 + "\r\n" }.joined()
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func register(_ name: String = "e", _ events: String = #"["INVOKE","SHUTDOWN"]"#) -> String {
        Self.request(
            "POST",
            "/2020-01-01/extension/register",
            ["Lambda-Extension-Name: \(name)"],
            body: #"{"events":\#(events)}"#
        )
    }

    private static func next(_ identifier: String = Self.own) -> String {
        Self.request("GET", "/2020-01-01/extension/event/next", [identifier])
    }

    private func registered(_ events: String = #"["INVOKE","SHUTDOWN"]"#) throws -> EmbeddedConnection {
        let connection = try self.runtime.connect()
        try connection.send(Self.register("e", events))
        #expect(try connection.received().hasPrefix("HTTP/1.1 200 OK\r\n"))
        return connection
    }

    @Test func registeringAnswersIdentifierAndFunctionAndStartsTheRuntime() throws {
        let connection = try self.runtime.connect()
        try connection.send(Self.register())
        let reply = try connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(reply.contains("\r\nLambda-Extension-Identifier: \(Self.first)\r\n"))
        #expect(reply.hasSuffix(#"{"functionName":"f","functionVersion":"$LATEST","handler":"bootstrap"}"#))
        #expect(self.log.entries == ["all registered"])
    }

    @Test func theAccountIsToldToWhoAsks() throws {
        let connection = try self.runtime.connect()
        let fields = ["Lambda-Extension-Name: e", "Lambda-Extension-Accept-Feature: accountId"]
        try connection.send(Self.request("POST", "/2020-01-01/extension/register", fields, body: "{}"))
        #expect(try connection.received().contains(#""accountId":"123456789012"}"#))
    }

    @Test func theRuntimesNextWaitsForTheExtension() throws {
        let `extension` = try self.registered()
        self.runtime.assign()
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        #expect(try connection.received() == "")
        #expect(self.runtime.log.entries == ["asked"], "its initialisation is not over")
        try `extension`.send(Self.next())
        #expect(try connection.received().hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(self.runtime.log.entries == ["asked", "init finished", "delivered r1"])
        let event = try `extension`.received()
        #expect(event.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(event.contains("\r\nLambda-Extension-Event-Identifier: "))
        #expect(event.contains(#"{"eventType":"INVOKE","deadlineMs":"#))
        #expect(event.contains(#""requestId":"r1","invokedFunctionArn":"arn:f""#))
    }

    @Test func theInvocationIsOverWhenBothHaveAsked() throws {
        let `extension` = try self.registered()
        let connection = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        try `extension`.send(Self.next())
        let (caller, _) = self.runtime.assign()
        #expect(try connection.received().contains("Request-Id: r1\r\n"))
        _ = try `extension`.received()
        try connection.send(ScriptedRuntime.response())
        try connection.send(ScriptedRuntime.next())
        #expect(caller.heard.last == "completed", "the caller does not wait for it")
        #expect(!self.runtime.log.entries.contains("invocation finished"))
        try `extension`.send(Self.next())
        #expect(self.runtime.log.entries.last == "invocation finished")
        #expect(self.extensions.everyoneIsWaiting)
    }

    @Test func aSecondNextOfTheRuntimeIsRefusedWhileTheFirstIsHeld() throws {
        _ = try self.registered()
        let connection = try self.runtime.connect()
        let second = try self.runtime.connect()
        try connection.send(ScriptedRuntime.next())
        try second.send(ScriptedRuntime.next())
        #expect(try second.received().contains("from RuntimeReady to RuntimeReady"))
    }

    @Test func aRuntimeWhoseHeldNextBrokeMayComeBack() throws {
        let `extension` = try self.registered()
        let broken = try self.runtime.connect()
        try broken.send(ScriptedRuntime.next())
        broken.lose()
        try `extension`.send(Self.next())
        #expect(!self.runtime.log.entries.contains("init finished"))
        try self.runtime.connect().send(ScriptedRuntime.next())
        #expect(self.runtime.log.entries.last == "init finished")
    }

    @Test func shutdownIsToldWithItsReason() throws {
        let `extension` = try self.registered()
        try `extension`.send(Self.next())
        let shutdown = self.extensions.shutdownBegan(.timeout, deadlineEpochMilliseconds: 5)
        #expect(!shutdown.isOver)
        #expect(
            try `extension`.received().hasSuffix(
                #"{"eventType":"SHUTDOWN","shutdownReason":"TIMEOUT","deadlineMs":5}"#
            )
        )
        #expect(self.extensions.externalGone("e") == .allGone)
    }

    // MARK: Refusals

    @Test(arguments: [
        (Self.request("POST", "/2020-01-01/extension/register", body: "{}"), "Extension.InvalidExtensionName"),
        (Self.register("e", "1"), "InvalidRequestFormat"),
        (Self.register("e", #"["X"]"#), "Extension.InvalidEventType"),
        (Self.register("inside", #"["SHUTDOWN"]"#), "Extension.InvalidEventType"),
        (Self.next("X: y"), "Extension.MissingExtensionIdentifier"),
        (Self.next("Lambda-Extension-Identifier: x"), "Extension.InvalidExtensionIdentifier"),
        (Self.next(), "Extension.UnknownExtensionIdentifier"),
        (Self.request("PUT", "/2022-07-01/telemetry", [Self.own], body: "{}"), "Extension.UnknownExtensionIdentifier"),
        (Self.request("POST", "/2020-01-01/extension/init/error", [Self.own], body: "{}"), "Extension.MissingHeader"),
    ])
    func whatIsRefusedIs403WithItsType(request: String, type: String) throws {
        let connection = try self.runtime.connect()
        try connection.send(request)
        let reply = try connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 403 "), "\(reply)")
        #expect(reply.contains(#""errorType":"\#(type)"}"#), "\(reply)")
        #expect(self.log.entries.first?.contains("403 \(type)") == true)
    }

    @Test func whoComesAfterTheRuntimeHasAskedIsRefused() throws {
        let `extension` = try self.registered()
        try self.runtime.connect().send(ScriptedRuntime.next())
        try `extension`.send(Self.register("late", "[]"))
        #expect(try `extension`.received().contains("Extension.RegistrationClosed"))
    }

    @Test(arguments: [
        "GET /2020-01-01/extension/register", "POST /2020-01-01/extension/event/next",
        "GET /2020-01-01/extension/init/error", "POST /2022-07-01/telemetry",
    ])
    func anotherMethodIs405(line: String) throws {
        let connection = try self.runtime.connect()
        let words = line.split(separator: " ").map(String.init)
        try connection.send(Self.request(words[0], words[1]))
        #expect(try connection.received().hasPrefix("HTTP/1.1 405 "))
    }

    @Test func anErrorIsAcceptedAndToldWithItsMessage() throws {
        let `extension` = try self.registered()
        try `extension`.send(
            Self.request(
                "POST",
                "/2020-01-01/extension/init/error",
                [Self.own, "Lambda-Extension-Function-Error-Type: Extension.NoLicense"],
                body: #"{"errorMessage":"buy one","errorType":"x"}"#
            )
        )
        #expect(try `extension`.received().hasPrefix("HTTP/1.1 202 "))
        #expect(
            self.log.entries.last
                == "failed Extension.InitError: extension e reported Extension.NoLicense: buy one"
        )
    }

    // MARK: Telemetry

    private func subscribe(_ body: String) throws -> String {
        let `extension` = try self.registered()
        try `extension`.send(Self.request("PUT", "/2022-07-01/telemetry", [Self.own], body: body))
        return try `extension`.received()
    }

    private static let subscription =
        #"{"schemaVersion":"2022-12-13","types":["platform"],"destination":{"protocol":"TCP","port":80}}"#

    @Test func aSubscriptionIsAcceptedWithOK() throws {
        let reply = try self.subscribe(Self.subscription)
        #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(reply.hasSuffix("\r\n\r\n\"OK\""))
        #expect(self.log.entries.last == "e subscribed")
    }

    @Test func aBadSubscriptionIs400WithItsProblems() throws {
        let reply = try self.subscribe("{}")
        #expect(reply.hasPrefix("HTTP/1.1 400 "))
        #expect(reply.contains("types should not be empty"))
    }

    @Test func aLateSubscriptionIsRefused() throws {
        self.log.subscriptionRefusal = .subscriptionClosed
        #expect(try self.subscribe(Self.subscription).contains("Telemetry.SubscriptionClosed"))
    }

    @Test func theLogsAPIIsRefusedWithAWordOnWhatToUse() throws {
        let connection = try self.runtime.connect()
        try connection.send(Self.request("PUT", "/2020-08-15/logs", body: "{}"))
        let reply = try connection.received()
        #expect(reply.hasPrefix("HTTP/1.1 202 "))
        #expect(reply.contains(#""errorType":"Logs.NotSupported"}"#))
        #expect(reply.contains("subscribe to the Telemetry API"))
    }

    @Test func withoutASessionThereIsNoExtensionsAPI() throws {
        self.runtime.session.extensions = nil
        let connection = try self.runtime.connect()
        try connection.send(Self.register())
        #expect(try connection.received().hasPrefix("HTTP/1.1 404 "))
    }
}

/// What a session tells its owner, in words.
private final class ExtensionsLog: ExtensionsSessionDelegate {
    private(set) var entries: [String] = []
    var subscriptionRefusal: ExtensionRefusal?
    weak var runtime: RuntimeAPISession?
    private var count = 0

    static func identifier(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

    func makeIdentifier() -> String {
        self.count += 1
        return Self.identifier(self.count % 10)
    }

    func everyExternalExtensionRegistered() { self.entries.append("all registered") }
    func everyoneAskedForNext() { self.runtime?.releaseNext() }

    func extensionFailed(_ failure: ExtensionFailure) {
        self.entries.append("failed \(failure.errorType): \(failure.message)")
    }

    func extensionSubscribed(_ name: String, to subscription: TelemetrySubscription) -> ExtensionRefusal? {
        self.entries.append("\(name) subscribed")
        return self.subscriptionRefusal
    }

    func extensionRefused(_ text: String) { self.entries.append(text) }
}
