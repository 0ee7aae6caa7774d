// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// The runtime clients of other languages, as they behave on the wire; see `Fixtures/runtime_clients.py`.
enum RuntimeClient: String, CaseIterable, Sendable {
    case go, node, rust, swift

    /// Node's has one for its native part and one for streams.
    var connections: Int { self == .node ? 2 : 1 }

    /// The prelude that it streams, with what separates it from the body.
    var prelude: String {
        let cookies = self == .swift ? "" : #","cookies":["a=b"]"#
        return #"{"statusCode":201,"headers":{"content-type":"text/plain"}"# + cookies + "}\0\0\0\0\0\0\0\0"
    }

    /// The error type of a failure before the first byte, and of one behind it.
    var errorType: String {
        switch self {
        case .go: "errorString"
        case .node: "TypeError"
        case .rust: "unhandled"
        case .swift: "Unhandled"
        }
    }

    /// What it reports of a failure before the first byte. Swift's is no JSON.
    var earlyReport: String {
        switch self {
        case .go: #"{"errorMessage":"boom","errorType":"errorString"}"#
        case .node: #"{"errorType":"TypeError","errorMessage":"boom","trace":["TypeError: boom"]}"#
        case .rust: #"{"errorType":"&str","errorMessage":"boom"}"#
        case .swift: "{\"errorType\":\"Boom\",\"errorMessage\":\"bo\\\nom\"}"
        }
    }

    /// The same of a failure behind it; `nil` for Rust, which says it in the body.
    var lateReport: String? {
        switch self {
        case .go, .node: self.earlyReport
        case .rust: nil
        case .swift: #"{"errorType":"Unhandled","errorMessage":"Requires base64"}"#
        }
    }

    /// What it writes into the body instead of trailers.
    var textOfTrailers: String {
        guard self == .rust else { return "" }
        return "Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\n"
            + "Lambda-Runtime-Function-Error-Body: Ym9vbQ==\r\n"
    }

    func configuration(name: String = "scripted") throws -> FunctionConfiguration {
        let script = RepositoryRoot.url("Tests/LoopbackTests/Clients/Fixtures/runtime_clients.py").path
        var function = try ScriptedFunction.configuration(name: name)
        function.command = Array(try ScriptedFunction.command.dropLast()) + [script, self.rawValue]
        return function
    }

    /// The least time that one of so many streams took.
    func shortestStream(of count: Int) async throws -> Duration {
        try await LocalLambda.run(try self.configuration()) { lambda in
            let event = Array(#"{"rawPath":"/stream"}"#.utf8)
            var shortest = Duration.seconds(60)
            for _ in 0..<count {
                let start = ContinuousClock.now
                _ = try await lambda.call(.stream, body: event).eventStream()
                shortest = min(shortest, start.duration(to: .now))
            }
            return shortest
        }
    }

    /// What each way to call it had for an answer.
    struct Replies: Sendable {
        var url: RawReply
        var stream: RawReply
        var invoke: RawReply
        /// Of a Function URL in the mode `BUFFERED`.
        var bufferingURL: RawReply
        var notes: [String]
    }

    /// Calls it in every way, one after the other, and demands that it did so over the connections that it began with.
    func replies(to path: String) async throws -> Replies {
        var buffering = try self.configuration(name: "buffering")
        buffering.invokeMode = .buffered
        return try await LocalLambda.run(try self.configuration(), buffering) { lambda in
            let event = Array(#"{"rawPath":"/\#(path)"}"#.utf8)
            let replies = Replies(
                url: try await lambda.call(.functionURL, path: "/" + path, body: []),
                stream: try await lambda.call(.stream, body: event),
                invoke: try await lambda.call(.invoke, body: event),
                bufferingURL: try await lambda.call(.functionURL, at: 1, path: "/" + path, body: []),
                notes: lambda.log.notes
            )
            // A stream, so that Node's second connection is there in any case.
            _ = try await lambda.call(.stream, body: Array(#"{"rawPath":"/stream"}"#.utf8))
            let count = try await lambda.call(.invoke, body: Array(#"{"rawPath":"/connections"}"#.utf8)).text
            #expect(count == #"{"connections":\#(self.connections)}"#)
            #expect(lambda.log.startedEnvironments == 2, "it died: \(lambda.log.all.suffix(20).map(\.kind))")
            return replies
        }
    }
}
