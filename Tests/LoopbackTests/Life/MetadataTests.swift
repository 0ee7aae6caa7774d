// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// The metadata endpoint, where a function's processes find it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct MetadataTests {
    private static let path = "/2026-01-15/metadata/execution-environment"

    private static func request(_ authorization: String?) -> ScriptedFunction.Step {
        var request = ScriptedFunction.Step.Request(method: "GET", path: Self.path)
        request.body = []
        return .ask(authorization.map { request.with("Authorization", $0) } ?? request)
    }

    @Test(arguments: [nil, 4])
    func tellsARuntimeInWhichZoneItIs(managedConcurrency: Int?) async throws {
        var function = try ScriptedFunction.configuration()
        function.managedConcurrency = managedConcurrency
        if managedConcurrency != nil { function.memoryMegabytes = 2_048 }
        let host = ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin", "AWS_REGION": "eu-north-1"]
        try await LocalLambda.run(function, hostVariables: host) { lambda in
            let steps = [Self.request("Bearer {token}"), Self.request(nil), Self.request("Bearer x"), .respond("1")]
            #expect(try await lambda.invoke(streaming: false, steps).body == "1")
            let answers = try await lambda.log.answers(3)
            #expect(answers.map(\.status) == [200, 401, 401])
            #expect(answers[0].body == #"{"AvailabilityZoneID":"eun1-az1"}"#)
            #expect(answers[0].contentType == "application/json")
        }
    }

    @Test func tellsAnExtensionTooAndEachEnvironmentHasItsOwnToken() async throws {
        var script = ScriptedExtensions.Script()
        script.initialisation = [["variables"], ["zone"]]
        try await ScriptedExtensions.with(["e": script]) { extensions in
            var function = try extensions.configuration()
            function.startsCold = true
            try await LocalLambda.run(function) { lambda in
                for _ in 0..<2 { _ = try await lambda.invoke([.chunk("x"), .end]) }
            }
            let tokens = try extensions.entries("variables").compactMap { $0["AWS_LAMBDA_METADATA_TOKEN"] as? String }
            #expect(tokens.count == 2 && Set(tokens).count == 2, "\(tokens)")
            #expect(
                try extensions.entries("zone").compactMap { $0["AvailabilityZoneID"] as? String } == [
                    "use1-az1", "use1-az1",
                ]
            )
        }
    }
}
