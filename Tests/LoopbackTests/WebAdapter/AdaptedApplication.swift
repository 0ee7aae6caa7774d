// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// The adapter, with `Fixtures/scripted_app.py` or another program behind it, in a local Lambda.
struct AdaptedApplication: Sendable {
    let lambda: LocalLambda

    static let script = RepositoryRoot.url("Tests/LoopbackTests/WebAdapter/Fixtures/scripted_app.py").path

    /// - Parameters:
    ///   - command: what stands behind `--`.
    ///   - variables: the function's own; its port is one that was free a moment ago.
    static func run<Result: Sendable>(
        command: [String] = ["python3", Self.script],
        variables: [String: String] = [:],
        mode: String = "response_stream",
        limits: ServiceLimits? = nil,
        log: LocalLambda.Log = LocalLambda.Log(),
        configure: (inout FunctionConfiguration) -> Void = { _ in },
        body: @Sendable (AdaptedApplication) async throws -> Result
    ) async throws -> Result {
        let port = try await freePort()
        let adapter = try BuiltProducts.url(of: "sluice-adapter").path
        var function = FunctionConfiguration(name: "app", command: [adapter, "--"] + command, workingDirectory: "/tmp")
        function.variables = ["AWS_LWA_PORT": "\(port)", "AWS_LWA_INVOKE_MODE": mode]
        function.variables.merge(variables) { $1 }
        function.invokeMode = mode == "response_stream" ? .responseStream : .buffered
        // The application's port is one for all environments.
        function.reservedConcurrency = 1
        function.timeout = .seconds(30)
        configure(&function)
        return try await LocalLambda.run(function, limits: limits, log: log) {
            try await body(AdaptedApplication(lambda: $0))
        }
    }

    /// A stream whose second line is written when its first has been read here.
    func getInLockStep(through gate: Gate) async throws -> LocalLambda.Reply {
        try await self.get(
            "/live?gate=\(gate.port)",
            onChunk: { body in
                guard body == "first\n" else { return }
                try await gate.wait()
                await gate.release()
            }
        )
    }

    /// A request to the Function URL.
    func get(
        _ target: String,
        method: HTTPRequest.Method = .get,
        fields: HTTPFields = [:],
        body: String = "",
        onHead: () async throws -> Void = {},
        onChunk: (String) async throws -> Void = { _ in }
    ) async throws -> LocalLambda.Reply {
        let url = self.lambda.addresses.functionURL(port: self.lambda.addresses.functionURLs[0].port)
        let request = StreamRequest(
            url: try HTTPAddress(String(url.dropLast()) + target),
            method: method,
            fields: fields,
            body: ByteBuffer(string: body)
        )
        var reply = LocalLambda.Reply()
        try await StreamClient().run(request) { event in
            reply.record(event)
            if case .head = event { try await onHead() }
            if case .chunk = event { try await onChunk(reply.body) }
        }
        return reply
    }

    /// How many bytes come of a body that is too long to be kept, and how it ends.
    func count(_ target: String) async throws -> (bytes: Int, end: StreamEnd?) {
        let url = self.lambda.addresses.functionURL(port: self.lambda.addresses.functionURLs[0].port)
        let request = StreamRequest(url: try HTTPAddress(String(url.dropLast()) + target), method: .get)
        var counted: (bytes: Int, end: StreamEnd?) = (0, nil)
        try await StreamClient().run(request) { event in
            switch event {
            case .chunk(let bytes, _): counted.bytes += bytes.readableBytes
            case .end(let end, _): counted.end = end
            default: break
            }
        }
        return counted
    }

    /// What the application says that it saw of a request.
    func seen(_ target: String, method: HTTPRequest.Method = .get, fields: HTTPFields = [:]) async throws -> SeenRequest
    {
        try SeenRequest(try await self.get(target, method: method, fields: fields))
    }

    /// What comes of an invocation with this event, in one piece.
    func invoke(_ event: ByteBuffer) async throws -> String {
        try await self.reply(to: event, isStreaming: false).body
    }

    /// What comes of an invocation with this event, and how it ends.
    func reply(to event: ByteBuffer, isStreaming: Bool) async throws -> LocalLambda.Reply {
        let request = StreamRequest(
            function: .init(name: "app"),
            isStreaming: isStreaming,
            endpoint: try HTTPAddress(self.lambda.addresses.endpoint),
            payload: event
        )
        var reply = LocalLambda.Reply()
        try await StreamClient().run(request) { reply.record($0) }
        return reply
    }

    /// Waits for a line that the application or the adapter printed.
    func line(_ words: String) async throws -> String {
        try await self.lambda.log.first("a line with \(words)") {
            if case .output(_, let line) = $0, line.contains(words) { line } else { nil }
        }
    }
}

/// What the application says that it saw.
struct SeenRequest: Decodable {
    let method: String
    let target: String
    let headers: [[String]]
    let body: String
    let connection: Int

    init(_ reply: LocalLambda.Reply) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(reply.body.utf8))
    }

    subscript(name: String) -> [String] {
        self.headers.filter { $0.first?.lowercased() == name }.compactMap(\.last)
    }
}
