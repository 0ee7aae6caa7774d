// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import ArgumentParser
import SluiceServiceWire
import Testing

@testable import SluiceCLI

/// What `sluice serve` keeps of Lambda's limits, by its options.
@Suite struct LimitSettingsTests {
    private static func limits(_ options: String...) throws -> ServiceLimits {
        try LimitSettings.parse(options).serviceLimits()
    }

    @Test func withoutAnOptionAllOfLambdasLimitsAreKept() throws {
        let limits = try Self.limits()
        #expect(limits == .lambda)
        #expect(limits.pacesStreams)
        #expect(limits[.initMilliseconds] == 10_000)
        #expect(limits[.streamBurstBytes] == 6 * 1_048_576)
        #expect(limits[.streamBytesPerSecond] == 2 * 1_048_576)
        #expect(limits[.streamBytes] == 200 * 1_048_576)
        #expect(try Self.limits("--limits", "aws") == limits)
        #expect(try Self.limits("--pacing", "aws") == limits)
    }

    @Test func allCanBeSwitchedOff() throws {
        let limits = try Self.limits("--limits", "off")
        #expect(limits == .off)
        #expect(!limits.pacesStreams)
    }

    @Test func pacingAloneCanBeSwitchedOff() throws {
        var expected = ServiceLimits.lambda
        expected.pacesStreams = false
        #expect(try Self.limits("--pacing", "off") == expected)
    }

    @Test func pacingAloneCanBeKept() throws {
        let limits = try Self.limits("--limits", "off", "--pacing", "aws")
        #expect(limits.pacesStreams)
        for limit in [ServiceLimit.streamBurstBytes, .streamBytesPerSecond] {
            #expect(limits[limit] == ServiceLimits.lambda[limit], "\(limit)")
        }
        #expect(limits[.streamBytes] == ServiceLimits.off[.streamBytes])
        let changed = try Self.limits("--limits", "off", "--pacing", "aws", "--limit", "stream-burst-bytes=7")
        #expect(changed[.streamBurstBytes] == 7)
    }

    @Test func faultsAreReadFromTheirOptions() throws {
        let settings = try LimitSettings.parse(["--fault", "truncate=70", "--fault", "throttle=3"])
        #expect(try settings.faultPlan() == FaultPlan(parsing: "truncate=70,throttle=3"))
        #expect(try LimitSettings.parse([]).faultPlan() == .none)
        #expect(throws: (any Error).self) { try LimitSettings.parse(["--fault", "nonsense"]).faultPlan() }
    }
}
