// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport

/// The function in `runtime.py`. What it does stands in each event; the scripts are described there.
enum FixtureFunction {
    static let name = "fixture"

    enum InvokeMode: String {
        case buffered = "BUFFERED"
        case streamed = "RESPONSE_STREAM"
    }

    /// For `--function`.
    static func argument(_ name: String = name) async throws -> String {
        "\(name)='\(try await Python.interpreter())' -I -S '\(Fixture.runtime.path)'"
    }

    /// A stream that begins at once and then waits at the gate for each of its chunks.
    static func gatedStream(type: String? = nil, chunks: [String] = []) throws -> String {
        try json(StreamScript(type: type, chunks: chunks, gate: true))
    }

    static func stream(type: String? = nil, chunks: [String], end: Gate.Command = .end) throws -> String {
        try json(StreamScript(type: type, chunks: chunks, gate: false, end: end))
    }

    private struct StreamScript: Encodable {
        var `do` = "stream"
        var type: String?
        var chunks: [String]
        var gate: Bool
        var end: Gate.Command?
    }

    /// The content type that announces a prelude.
    static let preludeType = "application/vnd.awslambda.http-integration-response"
    static let delimiter = String(repeating: "\0", count: 8)
}

/// Runs `sluice serve` with the function in `runtime.py`.
func withFixture<Result>(
    _ mode: FixtureFunction.InvokeMode = .streamed,
    // The test's own deadline is to be the first to pass.
    timeoutSeconds: Int = 600,
    options: [String] = [],
    _ body: (SluiceProcess) async throws -> Result
) async throws -> Result {
    try await withSluice(
        functions: [FixtureFunction.argument()],
        ["--invoke-mode", mode.rawValue, "--timeout", "\(timeoutSeconds)"] + options,
        body
    )
}

/// Runs it with a gate, of which its streams ask for each chunk.
func withGatedFixture<Result>(
    options: [String] = [],
    _ body: (SluiceProcess, GateKeeper) async throws -> Result
) async throws -> Result {
    try await withScriptedServer { server in
        try await withFixture(options: ["--env", "GATE=127.0.0.1:\(server.port)"] + options) { sluice in
            try await body(sluice, GateKeeper(server: server))
        }
    }
}
