// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The adapter under AWS's own runtime interface emulator, which buffers.
@Suite struct AdapterInterfaceEmulatorTests {
    @Test(.requires(.rie, .curl, .node))
    func anApplicationAnswersEventsOfBothKinds() async throws {
        let (own, runtimeAPI, port) = try await withScriptedServer { first in
            try await withScriptedServer { second in
                try await withScriptedServer { third in (first.port, second.port, third.port) }
            }
        }
        let arguments = [
            "--runtime-interface-emulator-address", "127.0.0.1:\(own)", "--runtime-api-address",
            "127.0.0.1:\(runtimeAPI)",
            try BuiltProducts.url(of: "sluice-adapter").path, "--", try Tools.path(of: .node),
            RepositoryRoot.url("Examples/WebAdapter/Node/server.mjs").path,
        ]
        let environment = RunEnvironment.all.merging(["PORT": "\(port)"]) { $1 }
        try await withChildProcess(try Tools.path(of: .rie), arguments, environment: environment) { _ in
            let url = "http://127.0.0.1:\(own)/2015-03-31/functions/function/invocations"
            let event = #"""
                {"version":"2.0","rawPath":"/","rawQueryString":"name=Ada","headers":{},
                "requestContext":{"http":{"method":"GET","path":"/","sourceIp":"1.2.3.4"}}}
                """#
            let waiting = ["--retry", "8", "--retry-connrefused", "--max-time", "60"]
            let reply = try await curl(url, waiting + ["--data-binary", event])
            #expect(
                reply.text.contains(#""statusCode":200"#) && reply.text.contains(#"{\"hello\":\"Ada\"}"#),
                "\(reply)"
            )
            let other = try await curl(url, ["--data-binary", #"{"Records":[]}"#])
            #expect(other.text == #"{"hello":"world"}"#, "\(other)")
        }
    }
}
