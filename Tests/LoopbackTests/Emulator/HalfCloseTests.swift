// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

/// A caller that ends its sending side behind its request, as netcat and scripts do, still gets its answer.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct HalfCloseTests {
    /// The four ways to call, and what of an answer is on the wire.
    enum Way: CaseIterable, Sendable { case invoke, responseStream, streamedURL, bufferedURL }

    private static func configuration(_ way: Way) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration()
        if way == .bufferedURL { function.invokeMode = .buffered }
        return function
    }

    private static func request(_ way: Way, _ steps: [ScriptedFunction.Step]) throws -> String {
        let target =
            switch way {
            case .invoke: LocalLambda.buffered
            case .responseStream: LocalLambda.streamed
            case .streamedURL, .bufferedURL: "/"
            }
        return try LocalLambda.post(target, steps)
    }

    private static func port(_ way: Way, _ lambda: LocalLambda) -> Int {
        switch way {
        case .invoke, .responseStream: lambda.addresses.endpointPort
        case .streamedURL, .bufferedURL: lambda.addresses.functionURLs[0].port
        }
    }

    /// Calls and ends the sending side while the function waits; answers all that came, to its end.
    private static func call(_ way: Way, _ steps: [ScriptedFunction.Step]) async throws -> String {
        try await LocalLambda.run(try Self.configuration(way)) { lambda in
            let gate = try await Gate.open()
            let answer = try await withRawClient(port: Self.port(way, lambda)) { client in
                try await client.send(try Self.request(way, [.untilAccepted(port: gate.port)] + steps))
                try await client.closeOutput()
                try await gate.wait()
                await gate.release()
                return String(decoding: try await client.readToEnd(), as: UTF8.self)
            }
            let summary = try await lambda.log.first("the request") {
                if case .request(let summary) = $0 { summary } else { nil }
            }
            #expect(summary.end == .complete)
            return answer
        }
    }

    @Test(arguments: Way.allCases) func getsAllOfItsAnswer(_ way: Way) async throws {
        let long = String(repeating: "x", count: 100_000)
        let answer = try await Self.call(
            way,
            way == .bufferedURL || way == .invoke
                ? [.respond("\"\(long)\"")] : [.chunk("a"), .chunk(long), .end]
        )
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.count { $0 == "x" } >= 100_000)
        if way == .responseStream { #expect(answer.contains("InvokeComplete")) }
        if way == .streamedURL { #expect(answer.hasSuffix("0\r\n\r\n")) }
    }

    @Test(arguments: Way.allCases) func getsItsErrorToo(_ way: Way) async throws {
        let answer = try await Self.call(
            way,
            [.error(type: "Oh.No", body: #"{"errorMessage":"m","errorType":"Oh.No"}"#)]
        )
        switch way {
        case .invoke: #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.lowercased().contains("x-amz-function-error"))
        case .responseStream: #expect(answer.contains("Oh.No"))
        case .streamedURL, .bufferedURL: #expect(answer.hasPrefix("HTTP/1.1 502 "))
        }
    }

    @Test func inTheMidstOfAStreamIsNoReasonToBreakIt() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            try await withRawClient(port: lambda.addresses.functionURLs[0].port) { client in
                try await client.send(
                    try LocalLambda.post("/", [.chunk("first"), .untilAccepted(port: gate.port), .chunk("last"), .end])
                )
                _ = try await client.read(until: "first\r\n")
                try await client.closeOutput()
                await gate.release()
                try await client.expect("4\r\nlast\r\n0\r\n\r\n")
                #expect(try await client.end() == .endOfFile)
            }
        }
    }

    @Test(arguments: ["", "POST / HTTP/1.1\r\nHost", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"])
    func beforeARequestIsWholeEndsTheConnection(_ sent: String) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            try await lambda.stays {
                try await withRawClient(port: lambda.addresses.functionURLs[0].port) { client in
                    if !sent.isEmpty { try await client.send(sent) }
                    try await client.closeOutput()
                    let rest = try await client.readToEnd()
                    #expect(rest.isEmpty)
                }
            }
        }
    }

    /// Who has left for good is noticed when something is written to it; its function runs on to its end.
    @Test func isNotLeaving() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let gate = try await Gate.open()
            try await withRawClient(port: lambda.addresses.functionURLs[0].port) { client in
                try await client.send(
                    try LocalLambda.post(
                        "/",
                        [
                            .chunk("first"), .untilAccepted(port: gate.port),
                            .chunk(String(repeating: "x", count: 1024 * 1024), times: 16), .end, .print("through"),
                        ]
                    )
                )
                _ = try await client.read(until: "first\r\n")
            }
            await gate.release()
            let summary = try await lambda.log.first("the request") {
                if case .request(let summary) = $0 { summary } else { nil }
            }
            #expect(summary.end == .callerLeft)
            try await lambda.log.first("its end") { if case .output(_, "through") = $0 { true } else { nil } }
            #expect(try await lambda.log.reports(atLeast: 1)[0].errorType == nil)
            #expect(try await lambda.invoke([.chunk("well"), .end]).body == "well")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }
}
