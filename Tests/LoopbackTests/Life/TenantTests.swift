// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Where tenants are isolated, nothing that one leaves is there for another.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct TenantTests {
    private struct Files: Decodable { let names: [String] }

    private static func configuration(concurrency: Int? = nil) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration(concurrency: concurrency)
        function.isolatesTenants = true
        return function
    }

    private static func files(of tenant: String, in lambda: LocalLambda) async throws -> [String] {
        let reply = try await lambda.invoke(streaming: false, tenant: tenant, [.files])
        return try JSONDecoder().decode(Files.self, from: Data(reply.body.utf8)).names
    }

    @Test func eachHasEnvironmentsOfItsOwn() async throws {
        try await LocalLambda.run(try Self.configuration()) { lambda in
            let reply = try await lambda.invoke(tenant: "blue", [.touch("of blue"), .chunk("x"), .end])
            #expect(reply.end == .complete)
            #expect(try await Self.files(of: "green", in: lambda).isEmpty)
            #expect(try await Self.files(of: "blue", in: lambda) == ["of blue"])
            #expect(try await Self.files(of: "green", in: lambda).isEmpty)
            #expect(lambda.log.startedEnvironments == 2)
        }
    }

    /// What an environment leaves that is reset is for the same tenant.
    @Test func whatATimeoutLeavesIsForTheSameTenant() async throws {
        var function = try Self.configuration()
        function.timeout = .seconds(2)
        try await LocalLambda.run(function) { lambda in
            let reply = try await lambda.invoke(tenant: "blue", [.touch("left"), .hang])
            #expect(reply.failureType != nil)
            _ = try await lambda.log.endedEnvironment()
            #expect(try await Self.files(of: "green", in: lambda).isEmpty)
            #expect(try await Self.files(of: "blue", in: lambda) == ["left"])
        }
    }

    /// With room for one, another tenant's call that comes just behind an answer waits for that room.
    @Test func oneCallAfterTheOtherIsNeverThrottledThoughTenantsChange() async throws {
        try await LocalLambda.run(try Self.configuration(concurrency: 1)) { lambda in
            for number in 1...40 {
                let reply = try await lambda.invoke(
                    tenant: number.isMultiple(of: 2) ? "blue" : "green",
                    [.chunk("x"), .end]
                )
                try #require(reply.end == .complete, "call \(number): \(reply)")
            }
        }
    }

    /// As many may be idle as may be busy, so that tenants who never come again do not fill the machine.
    @Test func theLongestIdleIsEndedWhenTooManyAreIdle() async throws {
        try await LocalLambda.run(try Self.configuration(concurrency: 2)) { lambda in
            for tenant in ["blue", "green", "red"] {
                _ = try await lambda.invoke(tenant: tenant, [.touch(tenant), .chunk("x"), .end])
            }
            _ = try await lambda.log.endedEnvironment()
            #expect(try await Self.files(of: "red", in: lambda) == ["red"])
            #expect(try await Self.files(of: "green", in: lambda) == ["green"])
            #expect(try await Self.files(of: "blue", in: lambda).isEmpty)
        }
    }

    @Test func aRequestMustNameATenantOnlyWhereTheyAreIsolated() async throws {
        try await LocalLambda.run(try Self.configuration(), try ScriptedFunction.configuration(name: "shared")) {
            lambda in
            for streaming in [true, false] {
                let missing = try await lambda.invoke(streaming: streaming, [.chunk("x"), .end])
                #expect(
                    missing.status == 400 && missing.failureMessage?.contains("Add a valid tenant ID") == true,
                    "\(missing)"
                )
                let extra = try await lambda.invoke(
                    of: "shared",
                    streaming: streaming,
                    tenant: "blue",
                    [.chunk("x"), .end]
                )
                #expect(
                    extra.status == 400 && extra.failureMessage?.contains("Remove the tenant ID") == true,
                    "\(extra)"
                )
            }
            #expect(lambda.log.startedEnvironments == 0)
        }
    }
}
