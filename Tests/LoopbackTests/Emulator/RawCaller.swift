// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// What tests that write HTTP by hand, well or badly, have in common.
extension LocalLambda {
    /// A listener of the service, by its port.
    enum Door: CaseIterable, Sendable { case endpoint, functionURL, runtimeAPI }

    func port(of door: Door) async throws -> Int {
        switch door {
        case .endpoint: self.addresses.endpointPort
        case .functionURL: self.addresses.functionURLs[0].port
        case .runtimeAPI: try await self.runtimePort()
        }
    }

    /// The port of the Runtime API of the environment that answers next.
    func runtimePort() async throws -> Int {
        let reply = try await self.invoke(streaming: false, [.variables])
        let variables = try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: String]
        let address = try #require(variables?["AWS_LAMBDA_RUNTIME_API"])
        return try #require(address.split(separator: ":").last.flatMap { Int($0) })
    }

    /// Calls in all ways while somebody's stream is under way, with `abuse` in the midst of it.
    func stays(fine abuse: @Sendable () async throws -> Void) async throws {
        let gate = try await Gate.open()
        async let stream = self.invoke([.chunk("before "), .untilAccepted(port: gate.port), .chunk("after"), .end])
        do {
            try await gate.wait()
            try await abuse()
        } catch {
            await gate.release()
            throw error
        }
        await gate.release()
        #expect(try await stream.body == "before after")
        #expect(try await self.invoke([.chunk("well"), .end]).body == "well")
        #expect(try await self.request([.chunk("fine"), .end]).body == "fine")
    }

    static let buffered = "/2015-03-31/functions/scripted/invocations"
    static let streamed = "/2021-11-15/functions/scripted/response-streaming-invocations"

    /// A whole request that has a scripted function do these steps.
    static func post(_ target: String, _ steps: [ScriptedFunction.Step]) throws -> String {
        let event = try ScriptedFunction.Step.event(steps)
        return "POST \(target) HTTP/1.1\r\nHost: h\r\nContent-Length: \(event.utf8.count)\r\n\r\n\(event)"
    }
}

extension RawConnection {
    /// Sends the piece again and again, until something comes back or the connection ends.
    func flood(_ piece: String, atMost count: Int = 4_000) async throws {
        for _ in 0..<count where self.unread.isEmpty {
            do { try await self.send(piece) } catch { return }
        }
    }

    /// Reads a refusal: its head, its message, and the end of the connection behind it.
    func expectRefusal(_ status: Int, _ words: String) async throws {
        let head = try await self.readHead()
        #expect(head.hasPrefix("HTTP/1.1 \(status) "), "\(head)")
        #expect(head.contains("Content-Type: application/json\r\n"), "\(head)")
        #expect(head.contains("Connection: close\r\n"), "\(head)")
        let body = try await self.read(until: "}")
        #expect(body.hasPrefix(#"{"message":""#) && body.contains(words), "\(body)")
        _ = try await self.end()
        #expect(self.unread.isEmpty)
    }
}
