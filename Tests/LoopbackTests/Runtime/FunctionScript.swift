// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import NIOPosix
import Sluice
import TestSupport
import Testing

/// Runs a function against a Runtime API that the script plays, byte for byte. Afterwards the function is stopped.
func withFunction<Result: Sendable>(
    _ function: LambdaFunction,
    environment: FunctionEnvironment = FunctionEnvironment(),
    until termination: Watched<Bool> = Watched(false),
    on ownLoop: (any EventLoop)? = nil,
    time: ManualTime? = nil,
    _ script: @Sendable (TestSupport.ScriptedServer, RunningFunction) async throws -> Result
) async throws -> Result {
    try await withScriptedServer { server in
        let address = try RuntimeAddress("127.0.0.1:\(server.port)")
        let onTermination: @Sendable (any EventLoop) async -> Void = { _ in
            _ = try? await termination.first("the end", within: .seconds(600)) { $0 ? true : nil }
        }
        let runtime = FunctionRuntime(
            function,
            connector: ScriptConnector(address: address, manualTime: time),
            environment: environment,
            onTermination: onTermination
        )
        let loop = ownLoop ?? MultiThreadedEventLoopGroup.singleton.any()
        let end = Watched<RuntimeFailure?>(nil)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let others = (1..<environment.maximumConcurrency).map { _ in MultiThreadedEventLoopGroup.singleton.any()
                }
                let failure = await runtime.run(on: loop, others: others)
                end.update { $0 = failure }
            }
            do {
                let result = try await script(server, RunningFunction(end: end))
                group.cancelAll()
                return result
            } catch {
                if let failure = end.current { Issue.record("the function ended: \(failure)") }
                throw error
            }
        }
    }
}

/// Sockets, and where a test moves the time, that time.
private struct ScriptConnector: RuntimeConnector {
    let address: RuntimeAddress
    let manualTime: ManualTime?

    var host: String { self.address.text }

    func connect(_ time: LoopTime) async throws -> any RuntimeConnection {
        try await HTTP1RuntimeConnection.connect(to: self.address, time)
    }
}

struct RunningFunction: Sendable {
    fileprivate let end: Watched<RuntimeFailure?>

    /// Why it ended, once it has.
    func failure() async throws -> RuntimeFailure {
        try await self.end.first("the end of the function") { $0 }
    }
}

/// Something other than a `/next` came.
struct UnexpectedRequest: Error {
    let head: String
}

/// What a response of the function looked like on the wire.
struct PostedResponse: Sendable {
    let head: String
    let chunks: [[UInt8]]
    let trailers: [String]

    var text: String { String(decoding: self.chunks.joined(), as: UTF8.self) }
}

extension RawConnection {
    /// Reads a `/next` and answers it with an event.
    func answerNext(
        _ event: String = "{}",
        requestID: String = "req-1",
        fields: [String] = []
    ) async throws {
        try await self.readNext()
        try await self.sendInvocation(event, requestID: requestID, fields: fields)
    }

    func readNext() async throws {
        let head = try await self.readHead()
        guard head.hasPrefix("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n") else {
            throw UnexpectedRequest(head: head)
        }
    }

    func sendInvocation(_ event: String, requestID: String, fields: [String] = []) async throws {
        let fields = ["Lambda-Runtime-Aws-Request-Id: \(requestID)", "Content-Length: \(event.utf8.count)"] + fields
        try await self.send("HTTP/1.1 200 OK\r\n" + fields.joined(separator: "\r\n") + "\r\n\r\n" + event)
    }

    func reply(_ status: String = "202 Accepted", fields: [String] = []) async throws {
        let body = #"{"status":"OK"}"# + "\n"
        let fields = (["Content-Length: \(body.utf8.count)"] + fields).map { $0 + "\r\n" }.joined()
        try await self.send("HTTP/1.1 \(status)\r\n\(fields)\r\n\(body)")
    }

    /// Reads a streamed response to its end.
    func readStream() async throws -> PostedResponse {
        let head = try await self.readHead()
        var chunks: [[UInt8]] = []
        while case let chunk = try await self.readChunk(), !chunk.isEmpty {
            chunks.append(chunk)
        }
        return PostedResponse(head: head, chunks: chunks, trailers: try await self.readTrailers())
    }

    /// Reads a request whose body has a length.
    func readWhole() async throws -> (head: String, body: String) {
        let head = try await self.readHead()
        let length = head.split(whereSeparator: \.isNewline)
            .first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) }
        let body = try await self.read(exactly: length ?? 0)
        return (head, String(decoding: body, as: UTF8.self))
    }
}
