// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// A handler that nothing in its process can stop: Lambda ends the process, the caller is told, and the next invocation
/// has a new environment.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct OnlyItsProcessEndsTests {
    private static func configuration(timeout: TimeAmount = .seconds(1)) throws -> FunctionConfiguration {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        var function = FunctionConfiguration(name: "fixture", command: [program], workingDirectory: "/tmp")
        function.timeout = timeout
        return function
    }

    private static func call(_ lambda: LocalLambda, _ kind: CallKind, _ event: String) async throws -> RawReply {
        try await lambda.call(kind, path: kind.path(of: "fixture"), body: Array("\"\(event)\"".utf8))
    }

    private static func expectHealthy(_ lambda: LocalLambda) async throws {
        #expect(try await Self.call(lambda, .invoke, "hello").text == "hello of fixture")
        #expect(lambda.log.startedEnvironments == 2)
    }

    @Test(arguments: ["never looks", "blocks its thread"])
    func itsTimeRunsOutBeforeItAnswers(deed: String) async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let reply = try await Self.call(lambda, .invoke, deed)
            #expect(reply["x-amz-function-error"] == ["Unhandled"])
            #expect(reply.text.contains(#""errorType":"Sandbox.Timedout""#), "\(reply)")
            #expect(reply.text.contains("Task timed out after 1.00 seconds"))
            try await Self.expectHealthy(lambda)
        }
    }

    /// What it wrote before leaves when it suspends, at the latest; a blocked thread may keep it.
    @Test(arguments: ["begins, and never looks", "begins, and blocks its thread"])
    func itsTimeRunsOutInTheBody(deed: String) async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let (text, complete) = try await Self.call(lambda, .stream, deed).eventStream()
            #expect(text == "begun" || text.isEmpty && deed.contains("blocks"))
            #expect(complete["ErrorCode"] == "Sandbox.Timedout")
            try await Self.expectHealthy(lambda)
        }
    }

    /// HTTPTypes has no status of four digits, and traps where one is made. A process that crashes may take a second to
    /// end: its time must not run out first.
    @Test func aStatusThatCannotBeMadeIsACrash() async throws {
        try await LocalLambda.run(try Self.configuration(timeout: .seconds(60))) { lambda in
            let reply = try await Self.call(lambda, .invoke, "status 1000")
            #expect(reply.text.contains(#""errorType":"Runtime.ExitError""#), "\(reply)")
            try await Self.expectHealthy(lambda)
        }
    }
}
