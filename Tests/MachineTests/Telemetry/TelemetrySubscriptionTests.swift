// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct TelemetrySubscriptionTests {
    private static func read(
        version: String = #""2022-12-13""#,
        types: String = #"["platform"]"#,
        buffering: String = "null",
        destination: String = #"{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080"}"#
    ) throws -> TelemetrySubscription {
        let body =
            #"{"schemaVersion":\#(version),"types":\#(types),"buffering":\#(buffering),"destination":\#(destination)}"#
        return try TelemetrySubscription(parsing: ByteBuffer(string: body))
    }

    private static func problems(_ body: () throws -> TelemetrySubscription) -> [String] {
        let error = #expect(throws: TelemetrySubscriptionError.self) { _ = try body() }
        #expect(error?.reply.status == 400)
        #expect(error?.reply.body.contains(#""errorType":"ValidationError""#) == true)
        return error?.problems ?? []
    }

    @Test func readsTheExampleOfTheGuide() throws {
        let subscription = try Self.read(
            version: #""2025-01-29""#,
            types: #"["platform","function","extension","function"]"#,
            buffering: #"{"maxItems":1000,"maxBytes":262144,"timeoutMs":100}"#
        )
        #expect(subscription.types == [.platform, .function, .extension])
        #expect(subscription.maximumItems == 1_000)
        #expect(subscription.maximumBytes == 262_144)
        #expect(subscription.timeoutMilliseconds == 100)
        #expect(subscription.destination == .http(port: 8_080, target: "/"))
        #expect(subscription.hasStructuredLines)
    }

    @Test func hasLambdasDefaults() throws {
        let subscription = try Self.read(version: #""2022-07-01""#)
        #expect(subscription.maximumItems == 1_000)
        #expect(subscription.maximumBytes == 262_144)
        #expect(subscription.timeoutMilliseconds == 1_000)
        #expect(!subscription.hasStructuredLines)
    }

    @Test(arguments: [
        ("http://sandbox:1/a?b=c", 1, "/a?b=c"), ("HTTP://SANDBOX.LOCALDOMAIN:65535/", 65_535, "/"),
        ("http://sandbox.localdomain:80?q", 80, "/?q"),
    ])
    func readsAnAddress(uri: String, port: Int, target: String) throws {
        let subscription = try Self.read(destination: #"{"protocol":"HTTP","URI":"\#(uri)"}"#)
        #expect(subscription.destination == .http(port: port, target: target))
    }

    @Test func readsAPortOfTCP() throws {
        #expect(try Self.read(destination: #"{"protocol":"TCP","port":9999}"#).destination == .tcp(port: 9_999))
    }

    @Test(arguments: [
        "http://localhost:80", "http://127.0.0.1:80", "https://sandbox:80", "http://sandbox", "http://sandbox:0",
        "http://sandbox:65536", "http://sandbox:9001", "http://sandbox:80/a b", "http://sandbox:80/\\r\\nX",
        "sandbox:80",
    ])
    func refusesAnAddressThatCannotBeMeant(uri: String) {
        #expect(Self.problems { try Self.read(destination: #"{"protocol":"HTTP","URI":"\#(uri)"}"#) }.count == 1)
    }

    @Test(arguments: [
        "null", "{}", #"{"protocol":"UDP","port":80}"#, #"{"protocol":"TCP"}"#, #"{"protocol":"TCP","port":9001}"#,
        #"{"protocol":"TCP","port":"80"}"#, #"{"protocol":"HTTP"}"#,
    ])
    func refusesADestinationThatIsNone(destination: String) {
        #expect(Self.problems { try Self.read(destination: destination) }.count == 1)
    }

    @Test(arguments: [("maxItems", 1_000, 10_000), ("maxBytes", 262_144, 1_048_576), ("timeoutMs", 25, 30_000)])
    func holdsBufferingToLambdasBounds(name: String, lowest: Int, highest: Int) throws {
        for number in [lowest, highest] { _ = try Self.read(buffering: #"{"\#(name)":\#(number)}"#) }
        for number in [lowest - 1, highest + 1] {
            #expect(
                Self.problems { try Self.read(buffering: #"{"\#(name)":\#(number)}"#) }
                    == ["\(name) should be \(lowest) to \(highest), not \(number)"]
            )
        }
    }

    @Test func tellsAllThatIsWrongAtOnce() {
        let problems = Self.problems {
            try Self.read(version: #""1""#, types: "[]", destination: #"{"protocol":"HTTP","URI":"http://sandbox"}"#)
        }
        #expect(
            problems == [
                "schemaVersion should be one of 2022-07-01, 2022-12-13, 2025-01-29", "types should not be empty",
                "URI port is not provided",
            ]
        )
        #expect(Self.problems { try Self.read(types: #"["logs",1]"#) }.count == 2)
    }

    @Test(arguments: ["", "[]", "null", "{"])
    func refusesWhatIsNoObject(body: String) {
        #expect(
            Self.problems { try TelemetrySubscription(parsing: ByteBuffer(string: body)) }
                == ["the body is not a JSON object"]
        )
    }
}
