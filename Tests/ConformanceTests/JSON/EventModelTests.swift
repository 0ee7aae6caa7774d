// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceTesting
import TestSupport
import Testing

/// The events of `SluiceTesting` are what AWS's own Powertools take for events of those sources.
@Suite struct EventModelTests {
    @Test(.requires(.powertools)) func powertoolsReadsEveryEvent() async throws {
        let sources = TestEvent.Source.allCases
        let lines = sources.map { source in
            let event = TestEvent.http(
                from: source,
                "/orders/7?name=Ada&limit=10",
                method: .post,
                headers: [.contentType: "text/plain", .userAgent: "curl/8"],
                cookies: ["a=1"],
                body: ByteBuffer(string: "hello")
            )
            return #"{"source":"\#(source)","event":\#(String(buffer: event.payload))}"#
        }
        let result = try await runProgram(
            try await Python.interpreter(),
            [Fixture.events.path],
            environment: RunEnvironment.all.merging(["PYTHONPATH": Tools.pythonPath]) { $1 },
            input: Array((lines.joined(separator: "\n") + "\n").utf8)
        )
        #expect(result.exit == .code(0), "\(result.errorText)")
        let read = result.outputText.split(separator: "\n").map(String.init)
        #expect(read == sources.map { _ in "POST|/orders/7|Ada|hello" }, "\(read)")
    }
}
