// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// A running `sluice`, as its user starts it.
struct SluiceProcess: Sendable {
    let process: ChildProcess
    let endpoint: String
    /// The ready line, as it was printed.
    let urls: [String: String]

    /// The address of a function's Function URL, with a slash at its end.
    func url(_ name: String = FixtureFunction.name) throws -> String {
        try #require(self.urls[name])
    }

    var endpointPort: Int { get throws { try Self.port(self.endpoint) } }

    func urlPort(_ name: String = FixtureFunction.name) throws -> Int {
        try Self.port(try self.url(name))
    }

    private static func port(_ url: String) throws -> Int {
        try #require(URL(string: url)?.port)
    }

    /// Waits for a line of its log; those before it are passed over.
    @discardableResult
    func logLine(where condition: @escaping @Sendable (String) -> Bool) async throws -> String {
        try await self.process.line(on: .standardError, where: condition)
    }
}

/// What `--ready json` prints.
private struct ReadyLine: Decodable {
    let endpoint: String
    let functionURLs: [String: String]
}

/// Runs `sluice serve` on free ports for as long as the closure runs, then stops it by SIGTERM, which has to end it
/// and all that it started.
func withSluice<Result>(
    functions: [String],
    _ options: [String] = [],
    directory: String? = nil,
    _ body: (SluiceProcess) async throws -> Result
) async throws -> Result {
    let arguments = ["serve", "--port", "0", "--ready", "json"] + functions.flatMap { ["--function", $0] } + options
    return try await withChildProcess(BuiltProducts.url(of: "sluice").path, arguments, directory: directory) {
        process in
        let line = try await process.line()
        let ready = try JSONDecoder().decode(ReadyLine.self, from: Data(line.utf8))
        let sluice = SluiceProcess(process: process, endpoint: ready.endpoint, urls: ready.functionURLs)
        let result = try await body(sluice)
        try await expectOrderlyStop(process)
        return result
    }
}

/// Stops `sluice` by SIGTERM, which has to end it and all that it started.
func expectOrderlyStop(_ process: ChildProcess) async throws {
    let exit = try await process.terminate()
    #expect(exit == .code(0))
    // What was killed in a group of its own takes the kernel a moment.
    #expect(await eventually { process.livingProcesses().isEmpty })
}
