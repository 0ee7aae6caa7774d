// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI
@testable import SluiceEmulator

/// The service's log over HTTP.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct EventFeedTests {
    private static func get(_ target: String = "/_sluice/events", host: String = "localhost", _ fields: String = "")
        -> String
    {
        "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n"
    }

    private static func ask(_ lambda: LocalLambda, _ request: String) async throws -> RawReply {
        try await withRawClient(port: lambda.addresses.endpointPort) { client in
            try await client.send(request.replacingOccurrences(of: "\r\nHost", with: "\r\nConnection: close\r\nHost"))
            return try RawReply(try await client.readToEnd())
        }
    }

    private static func objects(_ reply: RawReply) throws -> [JSONObject] {
        try reply.body.split(separator: UInt8(ascii: "\n")).map {
            try #require(JSONValue(parsing: ByteBuffer(bytes: $0)).objectValue)
        }
    }

    @Test func hasEveryEventOnceInOrderWithItsTimeAndNumber() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let before = Int(Date().timeIntervalSince1970 * 1000)
            _ = try await lambda.invoke([.print("printed"), .chunk("hello"), .end])
            _ = try await lambda.log.reports(atLeast: 1)
            let reply = try await Self.ask(lambda, Self.get())
            #expect(reply.head.contains("Content-Type: application/x-ndjson"))
            #expect(reply.isWhole)
            let events = try Self.objects(reply)
            #expect(events.map { $0["id"]?.intValue } == Array(1...events.count))
            // When its caller's connection is through is another's order.
            let types = events.compactMap { $0["type"]?.stringValue }.filter { $0 != "request" }
            let expected = [
                "environment.starting", "environment.ready", "invocation.start", "function.output", "invocation.end",
                "invocation.report",
            ]
            #expect(types == expected)
            for event in events {
                #expect(event["function"] == "scripted")
                #expect(try #require(event["epochMilliseconds"]?.intValue) >= before)
                #expect(event["time"]?.stringValue?.hasSuffix("Z") == true)
            }
            let report = try #require(events.first { $0["type"] == "invocation.report" })
            #expect(report["producedBytes"] == 5)
            #expect(report["timedOut"] == false)
            #expect(events.contains { $0["type"] == "function.output" && $0["line"] == "printed" })

            let rest = try Self.objects(
                try await Self.ask(lambda, Self.get("/_sluice/events?after=\(events.count - 1)"))
            )
            #expect(rest.first?["id"]?.intValue == events.count)
        }
    }

    @Test func aFollowerSeesEachEventWhileItsStreamIsUnderWay() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            try await withRawClient(port: lambda.addresses.endpointPort) { client in
                try await client.send(Self.get("/_sluice/events?follow=1"))
                _ = try await client.readHead()
                async let reply = lambda.invoke([.chunk("a"), .untilAccepted(port: gate.port), .end])
                _ = try await client.read(until: #""type":"invocation.start""#)
                try await gate.wait()
                await gate.release()
                _ = try await client.read(until: #""type":"invocation.report""#)
                let end = try await reply.end
                #expect(end == .complete)
            }
        }
    }

    @Test func endsInOrderWhenTheServiceStops() async throws {
        let port = Watched<Int?>(nil)
        let isOpen = Watched(false)
        @Sendable func follow() async throws -> RawReply {
            let port = try await port.first("the port") { $0 }
            return try await withRawClient(port: port) { client in
                try await client.send(Self.get("/_sluice/events?follow=1"))
                let head = try await client.readHead()
                isOpen.update { $0 = true }
                return try RawReply(Array(head.utf8) + (try await client.readToEnd()))
            }
        }
        async let reply = follow()
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            _ = try await lambda.invoke([.end])
            port.update { $0 = lambda.addresses.endpointPort }
            try await isOpen.first("the feed is open") { $0 ? () : nil }
        }
        #expect(try await reply.isWhole)
        #expect(String(decoding: try await reply.body, as: UTF8.self).contains("environment.ended"))
    }

    @Test func goesOnBehindTheLastEventThatABrowserHasSeen() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for text in ["one", "two", "three"] { await lambda.addresses.control.record(.note(text)) }
            try await withRawClient(port: lambda.addresses.endpointPort) { client in
                try await client.send(Self.get("/_sluice/events", "Accept: text/event-stream\r\nLast-Event-ID: 2\r\n"))
                let head = try await client.readHead()
                #expect(head.contains("Content-Type: text/event-stream\r\n"))
                let text = try await client.read(until: "\n\n")
                #expect(text.contains("id: 3\ndata: {\"id\":3,"), "\(text)")
                #expect(text.contains("three"))
            }
        }
    }

    @Test(arguments: ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "127.0.0.1, evil"])
    func tellsNothingUnderAHostNameThatIsNotThisMachines(host: String) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let reply = try await Self.ask(lambda, Self.get(host: host))
            #expect(reply.head.hasPrefix("HTTP/1.1 403 "), "\(reply)")
        }
    }

    @Test func isReadWithGETUnderOnePathAndBehindANumber() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for (target, status) in [
                ("/_sluice/events?after=x", 400), ("/_sluice/other", 404), ("/_sluice/events?after=-1", 400),
            ] {
                let reply = try await Self.ask(lambda, Self.get(target, host: "127.0.0.1:1"))
                #expect(reply.head.hasPrefix("HTTP/1.1 \(status) "), "\(reply)")
            }
            let post = "POST /_sluice/events HTTP/1.1\r\nHost: [::1]:9\r\nContent-Length: 0\r\n\r\n"
            let refused = try await Self.ask(lambda, post)
            #expect(refused.head.hasPrefix("HTTP/1.1 405 "))
        }
    }

    @Test func aSilentEventStreamGetsCommentsAndLinesGetNone() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(), feedHeartbeat: .milliseconds(20)) { lambda in
            try await withRawClient(port: lambda.addresses.endpointPort) { client in
                try await client.send(Self.get("/_sluice/events", "Accept: text/event-stream\r\n"))
                _ = try await client.readHead()
                for _ in 0..<3 { #expect(try await client.readChunk() == Array(":\n\n".utf8)) }
                await lambda.addresses.control.record(.note("word"))
                _ = try await client.read(until: #""message":"word"}"#)
                _ = try await client.read(until: ":\n\n")
            }
            try await withRawClient(port: lambda.addresses.endpointPort) { client in
                try await client.send(Self.get("/_sluice/events?follow=1"))
                _ = try await client.readHead()
                try await withRawClient(port: lambda.addresses.endpointPort) { other in
                    try await other.send(Self.get("/_sluice/events?after=1", "Accept: text/event-stream\r\n"))
                    _ = try await other.readHead()
                    for _ in 0..<3 { _ = try await other.readChunk() }
                }
                await lambda.addresses.control.record(.note("next"))
                let text = try await client.read(until: "next")
                #expect(!text.contains(":\n"), "\(text)")
            }
        }
    }

    @Test func aFollowerThatDoesNotReadMissesTheOldestAndIsToldHowMany() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let port = lambda.addresses.endpointPort
            try await withRawClient(port: port, reading: false) { client in
                try await client.send(Self.get("/_sluice/events?follow=1"))
                let text = String(repeating: "n", count: 2_000)
                for _ in 0..<Limits.maximumRememberedEvents + 10_000 {
                    await lambda.addresses.control.record(.note(text))
                }
                try await client.setReading(true)
                var end = ""
                while !end.contains(#""type":"missed","count":"#) {
                    end = String(end.suffix(100)) + String(decoding: try await client.readSome(), as: UTF8.self)
                }
            }
        }
    }

    /// Each kind, there and back: what `sluice logs` prints is what `sluice serve` has printed.
    @Test(arguments: EventSamples.all)
    func saysTheSameBehindTheWay(event: LogEvent) throws {
        let bytes = event.json(number: 7).serialized()
        let object = try #require(try JSONValue(parsing: bytes).objectValue)
        let back = try #require(LogEvent(json: object))
        #expect("\(back)" == "\(event)")
    }
}

enum EventSamples {
    static let all: [LogEvent] = [
        LogEvent.Kind.environmentStarting(environment: 3, region: "eu-west-1"),
        .environmentStarting(environment: 3, region: "eu-west-1", followsReset: true),
        .initFinished(environment: 3, after: .nanoseconds(123_456_789)),
        .snapshotTaken(environment: 3, after: .milliseconds(7)), .restored(environment: 3, after: .milliseconds(7)),
        .frozen(environment: 3), .thawed(environment: 3), .shuttingDown(environment: 3, reason: .spindown),
        .environmentEnded(environment: 3, reason: "exit status 1"), .output(environment: 3, line: "a \"line\"\u{1}"),
        .start(requestID: "r"), .end(requestID: "r"),
        .report(
            LogEvent.Report(
                requestID: "r",
                duration: .nanoseconds(1),
                initDuration: .milliseconds(2),
                memoryMegabytes: 128,
                maximumMemoryUsedMegabytes: 12,
                producedBytes: 99,
                timedOut: true,
                errorType: "Sandbox.Timedout"
            )
        ),
        .report(
            LogEvent.Report(
                requestID: "r",
                duration: .zero,
                memoryMegabytes: 128,
                producedBytes: 0,
                timedOut: false,
                errorType: nil
            )
        ),
        .invocationFailed(requestID: "r", errorType: "T", message: "m"), .note("word"),
        .renewed(LogEvent.Renewal(ended: 1, finishing: 2)),
        .initReport(LogEvent.InitReport(duration: .milliseconds(10_000))),
        .watch(.watchingFunction("f", .files(["a", "b"]))), .watch(.watchingFunction("f", .notThereYet("a"))),
        .watch(.watchingFunction("f", .foundByPATH("node"))), .watch(.watching(files: 7, paths: ["Sources"])),
        .watch(.tooManyFiles(limit: 5)), .watch(.leftOut(paths: ["log"], count: 2)),
        .watch(.changed(paths: ["a"], count: 3)), .watch(.buildStarted(command: ["swift", "build"])),
        .watch(.buildOutput("a line")), .watch(.buildEnded(.succeeded, after: .seconds(2), isFirst: true)),
        .watch(.buildEnded(.failed("exit status 1"), after: .seconds(2), isFirst: false)),
        .extensions(.output(environment: 3, name: "e", line: "a line")),
        .extensions(
            .initialised(
                environment: 3,
                ExtensionReport(name: "e", state: "Ready", events: [.invoke, .shutdown], errorType: nil)
            )
        ),
        .extensions(.subscribed(environment: 3, name: "e", types: [.platform, .extension])),
        .extensions(.failed(environment: 3, .crashed("e", .code(7)))),
        .request(
            LogEvent.RequestSummary(
                method: "POST",
                target: "/a?b",
                status: 200,
                timeToFirstByte: .nanoseconds(5),
                duration: .nanoseconds(7),
                bytes: 11,
                end: .callerLeft
            )
        ),
    ].map { kind in
        var event = LogEvent(epochMilliseconds: 1_764_000_000_123, function: "f", kind: kind)
        // Requests, renewals and watching concern no environment.
        switch kind {
        case .request, .renewed, .watch: break
        default: event.environment = 3
        }
        return event
    }
}
