// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceServiceWire
import TestSupport
import Testing

/// boto3 in a process of its own, which makes one call after the other.
struct Boto: Sendable {
    let process: ChildProcess

    /// One line of `boto.py`.
    struct Line: Decodable, Sendable {
        var status: Int?
        var headers: [String: String]?
        var requestID: String?
        var executedVersion: String?
        var functionError: String?
        var contentType: String?
        var payload: String?
        var logResult: String?

        var chunk: String?
        var complete: Complete?
        var ended: Bool?

        var error: String?
        var code: String?
        var message: String?
        var reason: String?
        var type: String?
        var retryAfterSeconds: String?
        /// Whether it is the exception that the API's model has under that name.
        var isModelled: Bool?
        /// An exception that is no answer of the service.
        var failed: String?
    }

    struct Complete: Decodable, Sendable, Equatable {
        var ErrorCode: String?
        var ErrorDetails: String?
        var LogResult: String?
    }

    private struct Command: Encodable {
        var call: String
        var function: String
        var payload: String
        var padTo: Int?
        var arguments: [String: String]
        var fields: [String: String] = [:]
    }

    /// The two calls, under boto3's names.
    enum Call: String, CaseIterable {
        case invoke
        case invokeWithResponseStream = "invoke_with_response_stream"
    }

    /// Makes a call of which the first line alone is looked at, such as one that is refused.
    func first(
        _ call: Call,
        payload: String = "{}",
        function: String = FixtureFunction.name,
        padTo: Int? = nil,
        arguments: [String: String] = [:],
        fields: [String: String] = [:]
    ) async throws -> Line {
        try await self.write(
            Command(
                call: call.rawValue,
                function: function,
                payload: payload,
                padTo: padTo,
                arguments: arguments,
                fields: fields
            )
        )
        return try await self.line()
    }

    /// `invoke`, to its end.
    func invoke(
        _ script: String,
        function: String = FixtureFunction.name,
        padTo: Int? = nil,
        arguments: [String: String] = [:]
    ) async throws -> Line {
        try await self.send(payload: #"{"script":\#(script)}"#, function: function, padTo: padTo, arguments: arguments)
    }

    func send(
        payload: String,
        function: String = FixtureFunction.name,
        padTo: Int? = nil,
        arguments: [String: String] = [:]
    ) async throws -> Line {
        try await self.write(
            Command(call: "invoke", function: function, payload: payload, padTo: padTo, arguments: arguments)
        )
        return try await self.line()
    }

    /// `invoke_with_response_stream`; its lines are read one by one.
    func beginStream(_ script: String, function: String = FixtureFunction.name) async throws {
        try await self.write(
            Command(
                call: "invoke_with_response_stream",
                function: function,
                payload: #"{"script":\#(script)}"#,
                arguments: [:]
            )
        )
    }

    func line() async throws -> Line {
        let text = try await self.process.line(within: .seconds(60))
        return try JSONDecoder().decode(Line.self, from: Data(text.utf8))
    }

    /// Reads a stream to its end: what all of its chunks hold, and how it ended.
    func finishStream() async throws -> (text: String, complete: Complete) {
        var text = ""
        while true {
            let line = try await self.line()
            if let chunk = line.chunk {
                text += chunk
            } else {
                let complete = try #require(line.complete, "\(line)")
                #expect(try await self.line().ended == true, "something came after InvokeComplete")
                return (text, complete)
            }
        }
    }

    private func write(_ command: Command) async throws {
        try await self.process.write(try json(command) + "\n")
    }
}

/// Starts boto3 for an endpoint.
func withBoto<Result>(_ sluice: SluiceProcess, _ body: (Boto) async throws -> Result) async throws -> Result {
    // Nothing of this machine's AWS configuration, and no look for credentials elsewhere.
    var environment = RunEnvironment.all.filter { !$0.key.hasPrefix("AWS_") }
    environment["AWS_CONFIG_FILE"] = "/dev/null"
    environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    environment["NO_PROXY"] = "*"
    let python = try Tools.path(of: .boto3)
    return try await withChildProcess(python, [Fixture.boto.path, sluice.endpoint], environment: environment) {
        try await body(Boto(process: $0))
    }
}
