// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// Function URLs by host name, on the endpoint's port.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct HostNameTests {
    private static func statusLine(_ host: String, at port: Int) async throws -> String {
        try await withRawClient(port: port) { client in
            let body = try ScriptedFunction.Step.event([.chunk("here"), .end])
            try await client.send(
                "POST / HTTP/1.1\r\nHost: \(host)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            return try await client.read(until: "\r\n")
        }
    }

    /// Browsers make hosts lower case, whatever the function is called.
    @Test(arguments: ["Env", "env", "ENV"])
    func caseCountsOnlyBetweenNamesThatDifferByNothingElse(label: String) async throws {
        let function = try ScriptedFunction.configuration(name: "Env")
        try await LocalLambda.run(function) { lambda in
            let port = lambda.addresses.endpointPort
            let line = try await Self.statusLine("\(label).lambda-url.localhost:\(port)", at: port)
            #expect(line.hasPrefix("HTTP/1.1 200 "))
        }
        try await LocalLambda.run(function, try ScriptedFunction.configuration(name: "eNV")) { lambda in
            let port = lambda.addresses.endpointPort
            let line = try await Self.statusLine("\(label).lambda-url.localhost", at: port)
            #expect(line.hasPrefix(label == "Env" ? "HTTP/1.1 200 " : "HTTP/1.1 403 "))
        }
    }
}
